/** Behind so many events that are not told, or so many milliseconds of them, it is told how far the stream is. */
const EVENTS = 50n;
const MILLISECONDS = 10_000;

/** How far a stream of the log is, when there is no event to tell it. */
export class LogMark {
  constructor(
    /** Every event of the stream up to this one has been told. */
    readonly sequence: bigint,
    /** Whether nothing else was in the log when it was read. */
    readonly caughtUp: boolean,
  ) {}
}

/** Decides when a stream is to be told how far it is. */
export class Marks {
  private told: bigint;
  private toldAt = performance.now();
  private caughtUp = false;

  constructor(position: bigint) {
    this.told = position;
  }

  /** An event has been told, and with it how far the stream is. */
  tell(position: bigint): void {
    this.told = position;
    this.toldAt = performance.now();
  }

  /** The mark that is due behind an event that is not told, or behind all that was read, if any. */
  at(position: bigint): LogMark | undefined {
    return this.isDue(position) ? this.mark(position, false) : undefined;
  }

  /** The same behind all that the log has: once it is said in any case. */
  atEnd(position: bigint): LogMark | undefined {
    if (this.caughtUp && !this.isDue(position)) return undefined;
    this.caughtUp = true;
    return this.mark(position, true);
  }

  private isDue(position: bigint): boolean {
    if (position === this.told) return false;
    return position - this.told >= EVENTS || performance.now() - this.toldAt >= MILLISECONDS;
  }

  private mark(position: bigint, caughtUp: boolean): LogMark {
    this.tell(position);
    return new LogMark(position, caughtUp);
  }
}
