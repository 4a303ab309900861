/** A sink did not confirm rows. The message is logged: it contains neither secrets nor what the sink answered. */
export class SinkError extends Error {
  override readonly name = 'SinkError';

  constructor(readonly code: string) {
    super(code);
  }
}
