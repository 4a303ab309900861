import { MIMEType } from 'node:util';
import { LRUCache } from 'lru-cache';

/**
 * One of the types that a client takes, from its header `Accept` (RFC 9110, 12.5.1). The package negotiator returns neither
 * qualities nor parameters, and takes wildcards for a stream.
 */
export interface MediaRange {
  /** `type/subtype` in lower case, as it was written: wildcards are types of their own here. */
  readonly type: string;
  /** The value of a parameter, its name in lower case; null when it has none. */
  readonly parameter: (name: string) => string | null;
  /** How much it is wanted, above 0 and at the most 1. */
  readonly quality: number;
}

/** Types of one header that are looked at. */
const MAX_RANGES = 50;
/** A list's members: quoted texts may have commas in them. */
const MEMBERS = /(?:[^",]|"[^"]*")+/g;

/** Clients send the same few headers again and again. */
const known = new LRUCache<string, readonly MediaRange[]>({ max: 100 });

/** The types that a client takes, in its order; those of quality 0 and what is no type are left out. */
export function acceptedRanges(accept = ''): readonly MediaRange[] {
  const before = known.get(accept);
  if (before) return before;
  const parsed = parse(accept);
  known.set(accept, parsed);
  return parsed;
}

/** How much a client wants exactly this type; 0 when it does not name it. */
export function acceptedQuality(accept: string | undefined, type: string): number {
  return acceptedRanges(accept).reduce(
    (most, range) => (range.type === type ? Math.max(most, range.quality) : most),
    0,
  );
}

function parse(accept: string): MediaRange[] {
  const members = accept.match(MEMBERS)?.slice(0, MAX_RANGES) ?? [];
  return members.flatMap((member) => rangeOf(member) ?? []).filter(({ quality }) => quality > 0);
}

function rangeOf(text: string): MediaRange | undefined {
  try {
    const { essence, params } = new MIMEType(text.trim());
    const quality = Number(params.get('q') ?? 1);
    return {
      type: essence,
      parameter: (name) => params.get(name),
      quality: quality >= 0 && quality <= 1 ? quality : 1,
    };
  } catch {
    return undefined;
  }
}
