/**
 * Yielded by a subscription's source when no event matched the filter, but its position in the log has advanced. Sent to
 * the gateway as it is; resolvers are not called.
 */
export class Bookmark {
  constructor(
    /** `after` of the same subscription resumes after it. */
    readonly cursor: string,
    /** Whether all events of the log at the time of this bookmark were published. */
    readonly caughtUp: boolean,
  ) {}
}
