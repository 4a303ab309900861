/** Intervals and delays of an engine. Tests shorten them. */
export interface EngineTiming {
  /** Milliseconds between two polls for delayed jobs; new jobs are notified. */
  readonly pollMs: number;
  /** Milliseconds between two sweeps for jobs of crashed engines. */
  readonly sweepMs: number;
  /** Factor of the delay after which a reconcile is requeued or retried. */
  readonly delayFactor: number;
}

export const defaultTiming: EngineTiming = { pollMs: 500, sweepMs: 1_000, delayFactor: 1 };
