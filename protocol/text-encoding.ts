/**
 * The encoding with which a text of so many bytes in UTF-8 is written. Node.js writes ASCII without a copy; for UTF-8 it
 * first allocates three times the length.
 */
export function encodingOf(text: string | Buffer, bytes: number): 'latin1' | 'utf8' {
  return bytes === text.length ? 'latin1' : 'utf8';
}
