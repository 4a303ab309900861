const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A stream that opens on the first pull; when it is ended before, it closes as soon as it opens. */
export class LazyStream<T> implements AsyncIterator<T, undefined> {
  private stream: AsyncIterator<T, undefined> | undefined;
  private over = false;

  constructor(private readonly open: () => Promise<AsyncIterator<T, undefined>>) {}

  next(): Promise<IteratorResult<T, undefined>> {
    return this.stream?.next() ?? this.begin();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.over = true;
    await this.stream?.return?.();
    return END;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async begin(): Promise<IteratorResult<T, undefined>> {
    if (this.over) return END;
    this.stream = await this.open();
    if (!this.over) return this.stream.next();
    return this.return();
  }
}
