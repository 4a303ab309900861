const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

interface Waiter<T> {
  readonly resolve: (step: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue between a socket that pushes and a reader that pulls. */
export class EventBuffer<T> {
  private readonly values: T[] = [];
  private readonly waiters: Waiter<T>[] = [];
  private ended: { readonly error?: unknown } | undefined;
  private drained: (() => void) | undefined;

  constructor(private readonly capacity: number) {}

  get isFull(): boolean {
    return this.values.length >= this.capacity;
  }

  get isEmpty(): boolean {
    return this.values.length === 0;
  }

  push(value: T): void {
    if (this.ended) return;
    const waiter = this.waiters.shift();
    if (waiter) waiter.resolve({ done: false, value });
    else this.values.push(value);
  }

  /** Ends the buffer. `next()` returns the queued events, then rejects once with the error, if any, and then returns the end. */
  end(error?: unknown): void {
    if (this.ended) return;
    this.ended = error === undefined ? {} : { error };
    for (const waiter of this.waiters.splice(0)) this.finish(waiter);
    this.drained?.();
  }

  /** Ends the buffer and drops queued events. */
  discard(): void {
    this.values.length = 0;
    this.end();
    this.ended = {};
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.values.length > 0) resolve({ done: false, value: this.values.shift() as T });
      else if (this.ended) this.finish({ resolve, reject });
      else this.waiters.push({ resolve, reject });
      if (this.values.length === 0) this.drained?.();
    });
  }

  /** Resolves when the buffer is empty or has ended. */
  async readOut(): Promise<void> {
    if (this.values.length === 0 || this.ended) return;
    await new Promise<void>((wake) => (this.drained = wake));
    this.drained = undefined;
  }

  private finish(waiter: Waiter<T>): void {
    if (!this.ended || !('error' in this.ended)) return waiter.resolve(END);
    const { error } = this.ended;
    this.ended = {};
    waiter.reject(error);
  }
}
