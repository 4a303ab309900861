/** One line of a log with the time at which it was written. */
export interface LogLine {
  readonly at: Date;
  readonly text: string;
}

/** A container's life, as far as its log goes. */
export interface LogSource {
  /** Tells containers apart; the same key gives the same lines. */
  readonly key: string;
  readonly name: string;
  readonly image: string;
  readonly startedAt: number;
  /** When it ended; undefined while it runs. */
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** What every line says from a time on, because of a fault of the container's volume. */
  readonly problem?: { readonly since: number; readonly text: string };
}

/** What something uses: cores and bytes. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}
