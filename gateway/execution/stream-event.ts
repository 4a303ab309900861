import type { ExecutionResult } from 'graphql';

/** Something a stream has to say, before it is written. */
export interface StreamEvent {
  /** What clients get; undefined in a bookmark. */
  readonly result?: ExecutionResult | undefined;
  /** Where the stream stands behind it; undefined when its operation has no positions. */
  readonly position?: string | undefined;
  /** Of a bookmark: everything that was there when it was written has been told. */
  readonly caughtUp?: boolean | undefined;
}
