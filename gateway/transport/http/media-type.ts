import type { IncomingMessage } from 'node:http';
import { type MediaRange, acceptedQuality, acceptedRanges } from '../../../protocol/accept-header.js';
import { EVENT_STREAM } from '../../../protocol/server-sent-events.js';

const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';
const CHARSET = '; charset=utf-8';

/** Negotiates the media type of a response. Undefined when `Accept` allows no supported one. */
export function acceptedType(accept: string | undefined): string | undefined {
  // The common cases.
  if (!accept || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE + CHARSET;
  const named = namedType(accept);
  if (named) return named.type + CHARSET;
  const isAny = acceptedRanges(accept).some(({ type }) => type === 'application/*' || type === '*/*');
  return isAny ? JSON_TYPE + CHARSET : undefined;
}

/** The supported type that `Accept` names with the highest quality; of several the first. */
function namedType(accept: string | undefined): MediaRange | undefined {
  return acceptedRanges(accept)
    .filter(({ type }) => type === JSON_TYPE || type === GRAPHQL)
    .reduce<MediaRange | undefined>(
      (best, range) => (best && best.quality >= range.quality ? best : range),
      undefined,
    );
}

/** Whether it is the legacy media type application/json. */
export function isLegacy(contentType: string): boolean {
  return contentType.startsWith(JSON_TYPE);
}

/** Formats of streaming responses. */
export type StreamFormat = 'event-stream' | 'multipart';

/** The stream format that `Accept` names: graphql-sse's, or Apollo's multipart protocol 1.0. */
export function acceptedStreamFormat({ headers: { accept } }: IncomingMessage): StreamFormat | undefined {
  // The common case.
  if (accept === undefined || accept === JSON_TYPE) return undefined;
  if (acceptedQuality(accept, EVENT_STREAM) > 0) return 'event-stream';
  const isMultipart = acceptedRanges(accept).some(
    ({ type, parameter }) => type === 'multipart/mixed' && parameter('subscriptionspec') === '1.0',
  );
  return isMultipart ? 'multipart' : undefined;
}

/**
 * The media type of non-stream responses for a client that also accepts a stream. Undefined when it prefers an
 * event stream to JSON, and so gets every response as one. Multipart is for subscriptions only.
 */
export function nonStreamMediaType({ headers: { accept } }: IncomingMessage): string | undefined {
  const named = namedType(accept);
  const events = acceptedQuality(accept, EVENT_STREAM);
  if (events > 0 && events > (named?.quality ?? 0)) return undefined;
  return (named?.type ?? JSON_TYPE) + CHARSET;
}

/** Whether the client accepts HTML. */
export function acceptsHtml({ headers: { accept } }: IncomingMessage): boolean {
  return acceptedQuality(accept, 'text/html') > 0;
}

/** Whether the client accepts any media type. */
export function acceptsAnyType({ headers: { accept = '*/*' } }: IncomingMessage): boolean {
  return acceptedQuality(accept, '*/*') > 0;
}
