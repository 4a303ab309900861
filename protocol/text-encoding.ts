/**
 * The fastest encoding for writing a text that has `bytes` bytes in UTF-8. Node.js writes `latin1` without a copy, which is
 * correct for ASCII; for `utf8` it first allocates three times the length.
 */
export function encodingOf(text: string | Buffer, bytes: number): 'latin1' | 'utf8' {
  return bytes === text.length ? 'latin1' : 'utf8';
}
