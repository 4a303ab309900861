/**
 * What a subscription's source yields when it has no event to tell, but its position has moved: events that the filter
 * left out. Goes to the gateway as it is; resolvers never see it.
 */
export class Bookmark {
  constructor(
    /** `after` of the same subscription resumes after it. */
    readonly cursor: string,
    /** Whether everything that had happened was told when this was said. */
    readonly caughtUp: boolean,
  ) {}
}
