import type { IncomingMessage } from 'node:http';
import { refuse } from '../result.js';

/**
 * Reads a request's body as text. Refuses LIMIT_EXCEEDED when it is larger than `limit` bytes; what follows is then
 * read and dropped, so that the sender gets to read the answer.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(request, limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return tooLarge(request, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(request: IncomingMessage, limit: number): never {
  request.resume();
  return refuse('LIMIT_EXCEEDED', `The request body may have ${limit} bytes at the most.`);
}
