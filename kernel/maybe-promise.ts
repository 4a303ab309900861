/** A value, or a promise of it. A synchronous result needs no promise and no microtask. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Calls `onValue` with the result of `start`, or `onError` with its error; synchronously if `start` returns no promise.
 * Neither callback may throw.
 */
export function handleMaybePromise<T>(
  start: () => MaybePromise<T>,
  onValue: (value: T) => void,
  onError: (reason: unknown) => void,
): void {
  let value: MaybePromise<T>;
  try {
    value = start();
  } catch (error) {
    return onError(error);
  }
  if (value instanceof Promise) void value.then(onValue, onError);
  else onValue(value);
}

/** Maps a value by `next`; synchronously if the value is no promise. */
export function mapMaybePromise<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
