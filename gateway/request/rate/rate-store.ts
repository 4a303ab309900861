/** Rate limit of an account. */
export interface Rate {
  /** Capacity of the bucket in points of cost. */
  readonly points: number;
  /** Seconds in which an empty bucket refills, at a constant rate. */
  readonly window: number;
}

/** Result of taking points. */
export interface Grant {
  /** Between 0 and the requested points. */
  readonly granted: number;
  /** Points left in the bucket afterwards. */
  readonly remaining: number;
}

/** Storage of token buckets. */
export interface RateStore extends AsyncDisposable {
  /** Takes the points, or as many as the bucket holds. */
  take(account: string, points: number): Promise<Grant>;
}

/** Refill rate in points per second. */
export function refillRate({ points, window }: Rate): number {
  return points / window;
}
