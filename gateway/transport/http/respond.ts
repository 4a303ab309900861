import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { COMPRESSED_FROM, compress } from './compression.js';
import { endOnImmediate } from '../../../protocol/end-on-immediate.js';
import { statusOf } from './http-status.js';

/** Sends one GraphQL error. */
export function sendError(response: ServerResponse, error: GraphQLError, status = statusOf(error)): void {
  if (response.headersSent) return void response.destroy();
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  const { retryAfter } = error.extensions;
  if (status === 429 && typeof retryAfter === 'number') response.setHeader('retry-after', String(retryAfter));
  send(response, status, 'application/json; charset=utf-8', JSON.stringify({ errors: [error.toJSON()] }));
}

/**
 * Sends a body of known length, compressed when it is long enough and the client accepts a coding. A body that
 * already has a content coding is sent unchanged.
 */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void {
  const headers = { 'content-type': contentType };
  const sendUncompressed = () => endOnImmediate(response, { status, headers, body });
  if (body.length < COMPRESSED_FROM || response.hasHeader('content-encoding')) return sendUncompressed();
  varyByCoding(response);
  const compressing = compress(response.req.headers['accept-encoding']?.toString(), body);
  if (!compressing) return sendUncompressed();
  compressing.then(({ coding, body: bytes }) => {
    if (response.destroyed || response.headersSent) return;
    endOnImmediate(response, { status, headers: { ...headers, 'content-encoding': coding }, body: bytes });
  }, sendUncompressed);
}

function varyByCoding(response: ServerResponse): void {
  const vary = String(response.getHeader('vary') ?? '');
  if (!vary.toLowerCase().includes('accept-encoding')) response.appendHeader('vary', 'accept-encoding');
}
