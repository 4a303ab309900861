import type { Dispatcher } from 'undici';
import { responseTooLarge } from '../../../protocol/error-bounds.js';
import type { AbortSignalLike } from '../call/light-abort-controller.js';

export interface DispatchRequestOptions<T> {
  readonly signal: AbortSignalLike;
  /** Maximum size of the response in bytes; rejects with RESPONSE_TOO_LARGE beyond it. */
  readonly limit: number;
  /** Parses the complete response, or throws. */
  readonly read: (statusCode: number, text: string) => T;
}

/**
 * Sends a request and reads the complete response. Uses the dispatcher directly: streams would cost more than
 * the rest of a small request. Rejects when the connection fails, the signal aborts or the response cannot be
 * parsed.
 */
export function dispatchRequest<T>(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: DispatchRequestOptions<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(new Error('all callers have aborted'));
    dispatcher.dispatch(request, new ResponseHandler(options, resolve, reject));
  });
}

class ResponseHandler<T> implements Dispatcher.DispatchHandler {
  private statusCode = 0;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private controller: Dispatcher.DispatchController | undefined;
  // `bind`, because V8 allocates a closure assigned to a property initializer in the old generation (decision
  // 44).
  private readonly abort = this.cancel.bind(this);

  constructor(
    private readonly options: DispatchRequestOptions<T>,
    private readonly resolve: (result: T) => void,
    private readonly reject: (error: Error) => void,
  ) {
    options.signal.addEventListener('abort', this.abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The request may have waited in the queue of the pool.
    if (this.options.signal.aborted) controller.abort(new Error('all callers have aborted'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.statusCode = statusCode;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.options.limit) return void this.chunks.push(chunk);
    const reason = responseTooLarge(this.options.limit);
    controller.abort(reason);
    this.failed(reason);
  }

  onResponseEnd(): void {
    const { signal, read } = this.options;
    signal.removeEventListener('abort', this.abort);
    const [first] = this.chunks;
    const body = first && this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    try {
      this.resolve(read(this.statusCode, body.toString('utf8')));
    } catch (error) {
      this.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(error);
  }

  private cancel(): void {
    const reason = new Error('all callers have aborted');
    this.controller?.abort(reason);
    this.failed(reason);
  }

  private failed(error: Error): void {
    this.options.signal.removeEventListener('abort', this.abort);
    this.reject(error);
  }
}
