/** Hooks of a mapped stream; all are optional. */
export interface StreamHooks<U> {
  /** Ends the stream when it aborts, even while the source is waiting for its next value. */
  readonly signal?: AbortSignal | undefined;
  /** Maps an error of the source to a last value, or throws another error. Default: the error is thrown. */
  readonly failed?: ((error: unknown) => U) | undefined;
  /** Called once, however the stream ends. */
  readonly ended?: (() => void) | undefined;
}

/** A stream, or a function that opens it, called when the first value is pulled. */
type StreamSource<T> = AsyncIterable<T> | (() => Promise<AsyncIterator<T>>);

/**
 * A stream of mapped values that pulls the source only when it is pulled: nothing is buffered. Unlike an async
 * generator, `return()` ends it at once, also while the source is waiting for its next value.
 */
export function mapStream<T, U>(
  source: StreamSource<T>,
  map: (value: T) => U | Promise<U>,
  hooks: StreamHooks<U> = {},
): AsyncGenerator<U, undefined> {
  const stream = typeof source === 'function' ? { open: source } : { opened: source[Symbol.asyncIterator]() };
  return new MappedStream(stream, map, hooks);
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The functions that settle the promise of `next`. */
interface Pull<U> {
  readonly resolve: (step: IteratorResult<U, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** At least one is defined. */
interface Origin<T> {
  readonly opened?: AsyncIterator<T>;
  readonly open?: () => Promise<AsyncIterator<T>>;
}

class MappedStream<T, U> implements AsyncGenerator<U, undefined> {
  private over = false;
  private wake: ((step: IteratorResult<U, undefined>) => void) | undefined;
  private readonly onAbort = this.leave.bind(this);
  private source: AsyncIterator<T> | undefined;

  constructor(
    private readonly origin: Origin<T>,
    private readonly map: (value: T) => U | Promise<U>,
    private readonly hooks: StreamHooks<U>,
  ) {
    this.source = origin.opened;
    if (hooks.signal?.aborted) this.end();
    else hooks.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  next(): Promise<IteratorResult<U, undefined>> {
    if (this.over) return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      this.wake = resolve;
      const pull: Pull<U> = { resolve, reject };
      (this.source?.next() ?? this.open()).then(
        (step) => this.take(step, pull),
        (error: unknown) => this.fail(error, pull),
      );
    });
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.leave();
    return Promise.resolve(END);
  }

  throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Opens the source and pulls its first value; a stream that has ended meanwhile closes it. */
  private async open(): Promise<IteratorResult<T, unknown>> {
    this.source = await this.origin.open?.();
    if (this.over) void this.source?.return?.(undefined);
    return this.over || !this.source ? END : this.source.next();
  }

  private take(step: IteratorResult<T, unknown>, pull: Pull<U>): void {
    if (step.done) this.end();
    if (this.over) return pull.resolve(END);
    try {
      const value = this.map(step.value as T);
      // A synchronous result is not awaited: each event would cost a microtask.
      if (!(value instanceof Promise)) return pull.resolve({ done: false, value });
      value.then(
        (mapped) => pull.resolve({ done: false, value: mapped }),
        (error: unknown) => this.fail(error, pull),
      );
    } catch (error) {
      this.fail(error, pull);
    }
  }

  private fail(error: unknown, { resolve, reject }: Pull<U>): void {
    if (this.over) return resolve(END);
    this.end();
    if (!this.hooks.failed) return reject(error);
    try {
      resolve({ done: false, value: this.hooks.failed(error) });
    } catch (thrown) {
      reject(thrown);
    }
  }

  private leave(): void {
    this.end();
    this.wake?.(END);
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.hooks.signal?.removeEventListener('abort', this.onAbort);
    // Not awaited: `return` of a source that is waiting for its next value may resolve only with that value.
    this.source?.return?.(undefined).then(undefined, () => undefined);
    this.hooks.ended?.();
  }
}
