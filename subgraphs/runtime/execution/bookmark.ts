/**
 * Yielded by a subscription's source when no event matched the filter but the position in the log has advanced. It is
 * sent to the gateway unchanged; resolvers are not called.
 */
export class Bookmark {
  constructor(
    /** Passed as `after`, the same subscription resumes after this position. */
    readonly cursor: string,
    /** Whether all events of the log at the time of this bookmark were published. */
    readonly caughtUp: boolean,
  ) {}
}
