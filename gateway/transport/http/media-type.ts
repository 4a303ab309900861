import type { IncomingMessage } from 'node:http';
import { acceptedQuality, acceptedRanges } from '../../../protocol/accept-header.js';
import { EVENT_STREAM } from '../../../protocol/server-sent-events.js';

const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';
const CHARSET = '; charset=utf-8';

/**
 * The media type to answer with, as `Accept` asks for it; undefined when it is more than a list of types, or when
 * none of them is ours.
 */
export function acceptedType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE + CHARSET;
  if (accept.includes(';')) return undefined;
  const types = accept.split(',').map((type) => type.trim().toLowerCase());
  const exact = types.find((type) => type === JSON_TYPE || type === GRAPHQL);
  if (exact !== undefined) return exact + CHARSET;
  return types.includes('application/*') || types.includes('*/*') ? JSON_TYPE + CHARSET : undefined;
}

/** Whether it is the older of the two. */
export function isLegacy(contentType: string): boolean {
  return contentType.startsWith(JSON_TYPE);
}

/** A form in which a response can be a stream. */
export type StreamFormat = 'event-stream' | 'multipart';

/** The form of stream that a client takes: graphql-sse's, or Apollo's multipart protocol, version 1.0; if any. */
export function acceptedStreamFormat({ headers: { accept } }: IncomingMessage): StreamFormat | undefined {
  // What nearly every client sends.
  if (accept === undefined || accept === JSON_TYPE) return undefined;
  if (acceptedQuality(accept, EVENT_STREAM) > 0) return 'event-stream';
  const isMultipart = acceptedRanges(accept).some(
    ({ type, parameter }) => type === 'multipart/mixed' && parameter('subscriptionspec') === '1.0',
  );
  return isMultipart ? 'multipart' : undefined;
}

/**
 * The media type for what is not a stream, for a client that takes a stream, too: undefined when it wants an event
 * stream more than JSON, and so everything as one. Multipart is for subscriptions only.
 */
export function nonStreamMediaType({ headers: { accept } }: IncomingMessage): string | undefined {
  const wanted = [GRAPHQL, JSON_TYPE].map((type) => ({ type, quality: acceptedQuality(accept, type) }));
  const [best] = wanted.sort((a, b) => b.quality - a.quality);
  const events = acceptedQuality(accept, EVENT_STREAM);
  if (events > 0 && events > (best?.quality ?? 0)) return undefined;
  return (best && best.quality > 0 ? best.type : JSON_TYPE) + CHARSET;
}

/** Whether it is a browser that asks, for a page. */
export function acceptsHtml({ headers: { accept } }: IncomingMessage): boolean {
  return acceptedQuality(accept, 'text/html') > 0;
}

/** Whether whoever asks takes anything. */
export function acceptsAnyType({ headers: { accept = '*/*' } }: IncomingMessage): boolean {
  return acceptedQuality(accept, '*/*') > 0;
}
