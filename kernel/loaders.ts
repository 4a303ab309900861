import DataLoader from 'dataloader';

/** The DataLoaders of one request, created on first use. */
export class Loaders {
  private readonly loaders = new Map<object, unknown>();

  /**
   * The request's loader of `owner`, any object that identifies it, usually the batch function or its store.
   * Keys are batched per tick and cached for the request.
   */
  of<K, V>(
    owner: object,
    batch: DataLoader.BatchLoadFn<K, V>,
    options: DataLoader.Options<K, V, string> = {},
  ): DataLoader<K, V, string> {
    const existing = this.loaders.get(owner);
    if (existing) return existing as DataLoader<K, V, string>;
    const loader = new DataLoader<K, V, string>(batch, {
      cacheKeyFn: (key) => (typeof key === 'string' ? key : JSON.stringify(key)),
      ...options,
    });
    this.loaders.set(owner, loader);
    return loader;
  }

  /** Clears the cache, so that reads after a write in the same request see the write. */
  clear(): void {
    this.loaders.clear();
  }
}
