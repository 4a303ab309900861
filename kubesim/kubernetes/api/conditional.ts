import type { ApiCall, ApiResponse } from './call.js';

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
