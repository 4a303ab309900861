/**
 * How a text of so many bytes in UTF-8 is handed to Node.js. What is ASCII is written at once as it is; for UTF-8 it sets
 * aside three times the length first.
 */
export function encodingOf(text: string | Buffer, bytes: number): 'latin1' | 'utf8' {
  return bytes === text.length ? 'latin1' : 'utf8';
}
