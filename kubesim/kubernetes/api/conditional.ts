import { createHash } from 'node:crypto';
import type { ApiCall, ApiResponse } from './call.js';

/** Hash of a document as in its ETag. */
export function hashOfText(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}

/** A document with its hash as ETag; 304 without a body if the client has it. */
export function conditional(
  { request, response }: ApiCall,
  { hash, text, contentType }: { readonly hash: string; text(): string; readonly contentType: string },
): ApiResponse {
  const etag = `"${hash}"`;
  response.setHeader('etag', etag).setHeader('vary', 'Accept');
  const has = request.headers['if-none-match'] === etag;
  return { status: has ? 304 : 200, body: has ? '' : text(), contentType };
}
