import { MIMEType } from 'node:util';
import { LRUCache } from 'lru-cache';

/**
 * A media range of the header `Accept` (RFC 9110, 12.5.1). The package negotiator is not used: it returns neither qualities
 * nor parameters, and matches wildcards with event streams.
 */
export interface MediaRange {
  /** `type/subtype` in lower case; a wildcard stays as it is. */
  readonly type: string;
  /** The value of a parameter, by its name in lower case; null without it. */
  readonly parameter: (name: string) => string | null;
  /** The weight `q`: above 0, at most 1. */
  readonly quality: number;
}

/** Maximum number of media ranges of a header. */
const MAX_RANGES = 50;
/** The members of a list; quoted strings may contain commas. */
const MEMBERS = /(?:[^",]|"[^"]*")+/g;

/** Clients send few different headers. */
const cache = new LRUCache<string, readonly MediaRange[]>({ max: 100 });

/** The media ranges of a header, in its order, without invalid ones and those of quality 0. */
export function acceptedRanges(accept = ''): readonly MediaRange[] {
  const before = cache.get(accept);
  if (before) return before;
  const parsed = parse(accept);
  cache.set(accept, parsed);
  return parsed;
}

/** The quality of exactly this type; 0 when the header does not contain it. */
export function acceptedQuality(accept: string | undefined, type: string): number {
  return acceptedRanges(accept).reduce(
    (max, range) => (range.type === type ? Math.max(max, range.quality) : max),
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
