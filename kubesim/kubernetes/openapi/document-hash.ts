import { createHash } from 'node:crypto';

/** Hash of a document as in its ETag. */
export function hashOfText(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}
