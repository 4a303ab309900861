import type { SubgraphResult } from '../../../protocol/wire.js';
import type { SubgraphResults } from '../call/subgraph-source.js';

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

export interface ResultQueueOptions {
  /** Aborting ends the queue. */
  readonly signal: AbortSignal;
  /** Called when the queue becomes empty. */
  readonly onEmpty?: () => void;
  /** Called once when the reader returns or aborts before the end. */
  readonly onCancelled: () => void;
}

/** Queue of subscription results from arrival until they are pulled. */
export class ResultQueue implements SubgraphResults {
  /** Results that have not been pulled yet. */
  private readonly waiting: { readonly value: SubgraphResult; readonly bytes: number }[] = [];
  private waitingBytes = 0;
  private failure: Error | undefined;
  private ended = false;
  private pull:
    | { resolve(step: IteratorResult<SubgraphResult, undefined>): void; reject(error: Error): void }
    | undefined;
  private readonly leave = this.close.bind(this);

  constructor(private readonly options: ResultQueueOptions) {
    if (options.signal.aborted) this.ended = true;
    else options.signal.addEventListener('abort', this.leave, { once: true });
  }

  /** Number of queued results. */
  get length(): number {
    return this.waiting.length;
  }

  /** Bytes of the queued results, as passed to `push`. */
  get bytes(): number {
    return this.waitingBytes;
  }

  /** Whether the queue accepts no more results. */
  get closed(): boolean {
    return this.ended;
  }

  push(value: SubgraphResult, bytes = 0): void {
    if (this.ended) return;
    const { pull } = this;
    this.pull = undefined;
    if (pull) return pull.resolve({ done: false, value });
    this.waiting.push({ value, bytes });
    this.waitingBytes += bytes;
  }

  /** Ends the queue; queued results can still be pulled. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.options.signal.removeEventListener('abort', this.leave);
    const { pull, failure } = this;
    this.pull = undefined;
    if (failure) pull?.reject(failure);
    else pull?.resolve(END);
  }

  /** Fails the queue; queued results can still be pulled. */
  fail(error: Error): void {
    if (this.ended) return;
    this.failure = error;
    this.end();
  }

  next(): Promise<IteratorResult<SubgraphResult, undefined>> {
    const first = this.waiting.shift();
    if (first) {
      this.waitingBytes -= first.bytes;
      if (this.waiting.length === 0) this.options.onEmpty?.();
      return Promise.resolve({ done: false, value: first.value });
    }
    if (this.failure) return Promise.reject(this.failure);
    if (this.ended) return Promise.resolve(END);
    return new Promise((resolve, reject) => (this.pull = { resolve, reject }));
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.resolve(END);
  }

  private close(): void {
    if (this.ended) return;
    this.waiting.length = 0;
    this.end();
    this.options.onCancelled();
  }
}
