/** A bookmark is due when the position has advanced by so many events without a match, or after so many milliseconds. */
const BOOKMARK_EVENTS = 50n;
const BOOKMARK_INTERVAL_MS = 10_000;

/** Position of a stream while no event matches. */
export class LogBookmark {
  constructor(
    /** Every event of the stream up to this sequence has been yielded. */
    readonly sequence: bigint,
    /** Whether it was the head of the log when it was read. */
    readonly caughtUp: boolean,
  ) {}
}

/** Decides when a stream yields a bookmark. */
export class BookmarkPolicy {
  private publishedPosition: bigint;
  private publishedAt = performance.now();
  private caughtUp = false;

  constructor(position: bigint) {
    this.publishedPosition = position;
  }

  /** Records that an event was yielded, whose cursor carries the position. */
  published(position: bigint): void {
    this.publishedPosition = position;
    this.publishedAt = performance.now();
  }

  /** The bookmark that is due at a position without a yielded event, if any. */
  at(position: bigint): LogBookmark | undefined {
    return this.isDue(position) ? this.bookmark(position, false) : undefined;
  }

  /** As `at`, for the head of the log: the first bookmark there is always due. */
  atEnd(position: bigint): LogBookmark | undefined {
    if (this.caughtUp && !this.isDue(position)) return undefined;
    this.caughtUp = true;
    return this.bookmark(position, true);
  }

  private isDue(position: bigint): boolean {
    if (position === this.publishedPosition) return false;
    return (
      position - this.publishedPosition >= BOOKMARK_EVENTS ||
      performance.now() - this.publishedAt >= BOOKMARK_INTERVAL_MS
    );
  }

  private bookmark(position: bigint, caughtUp: boolean): LogBookmark {
    this.published(position);
    return new LogBookmark(position, caughtUp);
  }
}
