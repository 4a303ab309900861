import type { Dispatcher } from 'undici';

/** A whole answer. */
export interface Exchanged {
  readonly statusCode: number;
  readonly text: string;
}

/**
 * Sends a request and reads the whole answer. Straight on the dispatcher: streams in between cost more than the rest
 * of a small request. Rejects when the connection fails or the signal aborts.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('nobody waits for this answer'));
    dispatcher.dispatch(options, new Exchange(signal, resolve, reject));
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  private statusCode = 0;
  private readonly chunks: Buffer[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private readonly abort = () => {
    const reason = new Error('nobody waits for this answer');
    this.controller?.abort(reason);
    this.failed(reason);
  };

  constructor(
    private readonly signal: AbortSignal,
    private readonly resolve: (exchanged: Exchanged) => void,
    private readonly reject: (error: Error) => void,
  ) {
    signal.addEventListener('abort', this.abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It may have waited in the pool's queue until now.
    if (this.signal.aborted) controller.abort(new Error('nobody waits for this answer'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.statusCode = statusCode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this.abort);
    const [first] = this.chunks;
    const body = first && this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.resolve({ statusCode: this.statusCode, text: body.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(error);
  }

  private failed(error: Error): void {
    this.signal.removeEventListener('abort', this.abort);
    this.reject(error);
  }
}
