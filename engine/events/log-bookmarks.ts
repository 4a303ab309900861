/** Behind so many events that are not told, or so many milliseconds of them, it is told how far the stream is. */
const BOOKMARK_EVENTS = 50n;
const BOOKMARK_INTERVAL_MS = 10_000;

/** How far a stream of the log is, when there is no event to tell it. */
export class LogBookmark {
  constructor(
    /** Every event of the stream up to this one has been told. */
    readonly sequence: bigint,
    /** Whether nothing else was in the log when it was read. */
    readonly caughtUp: boolean,
  ) {}
}

/** Decides when a stream is to be told how far it is. */
export class BookmarkPolicy {
  private publishedPosition: bigint;
  private publishedAt = performance.now();
  private caughtUp = false;

  constructor(position: bigint) {
    this.publishedPosition = position;
  }

  /** An event has been told, and with it how far the stream is. */
  published(position: bigint): void {
    this.publishedPosition = position;
    this.publishedAt = performance.now();
  }

  /** The mark that is due behind an event that is not told, or behind all that was read, if any. */
  at(position: bigint): LogBookmark | undefined {
    return this.isDue(position) ? this.bookmark(position, false) : undefined;
  }

  /** The same behind all that the log has: once it is said in any case. */
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
