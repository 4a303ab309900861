/** A value, or a promise of it: what has to wait for nothing is there at once, and needs none. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Gives `taken` what `begin` answers, or `failed` why it does not; before it returns, when there is nothing to wait for.
 * Neither of the two may throw.
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

/** What `next` makes of a value; at once, when both are there. */
export function mapMaybePromise<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
