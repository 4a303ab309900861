/** A body cannot be read. The message is that of an API server's decoder. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
