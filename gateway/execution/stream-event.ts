import type { ExecutionResult } from 'graphql';

/** An event of a stream, before serialization. */
export interface StreamEvent {
  /** Result for clients; undefined in a bookmark. */
  readonly result?: ExecutionResult | undefined;
  /** Position after the event; undefined when the operation has no positions. */
  readonly position?: string | undefined;
  /** In a bookmark: whether all events up to its creation have been delivered. */
  readonly caughtUp?: boolean | undefined;
}
