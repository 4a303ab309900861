/** How much an account may spend. */
export interface Rate {
  /** Points of cost that the account's bucket holds. */
  readonly points: number;
  /** Seconds in which an empty bucket is full again; it fills at an even pace. */
  readonly window: number;
}

/** What a store answers when it is asked for points. */
export interface Grant {
  /** From nothing to all that was asked for. */
  readonly granted: number;
  /** What is left in the bucket after that. */
  readonly left: number;
}

/** Where the token buckets of accounts are. */
export interface RateStore extends AsyncDisposable {
  /** Takes as many of the points as the bucket holds. */
  take(account: string, points: number): Promise<Grant>;
}

/** Points that come into a bucket in a second. */
export function refillRate({ points, window }: Rate): number {
  return points / window;
}
