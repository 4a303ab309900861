import type { Pod } from '../kinds/core.js';

/** A log line with its time. */
export interface LogLine {
  readonly at: Date;
  readonly text: string;
}

/** A time in milliseconds since the epoch after which, and one up to which, lines were written. */
export interface LogPeriod {
  readonly from: number;
  readonly to: number;
}

/** An instance of a container, as the source of its log. */
export interface LogSource {
  readonly pod: Pod;
  /** Identifies the container; the same key gives the same lines. */
  readonly key: string;
  readonly name: string;
  readonly image: string;
  readonly startedAt: number;
  /** End of the container; undefined while it runs. */
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** Text of every line after a time, because of a fault of the container's volume. */
  readonly problem?: { readonly since: number; readonly text: string };
}

/** Resource usage in cores and bytes. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}
