import type { LoggedEvent } from './contract.js';

/** Behind so many events that do not match, or so many milliseconds of them, it is told how far the stream is. */
const EVENTS = 50n;
const MILLISECONDS = 10_000;

/** How far a stream of the log is, when there is no event to tell it. */
export class LogMark {
  constructor(
    /** Every matching event up to this one has been told. */
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

  /** The mark that is due behind what was just read, if any. */
  at({ events, more, position }: LogBatch): LogMark | undefined {
    const last = events.at(-1);
    if (last) this.tell(last.sequence);
    if (!more && !this.caughtUp) {
      this.caughtUp = true;
      return this.mark(position);
    }
    const isDue = position - this.told >= EVENTS || performance.now() - this.toldAt >= MILLISECONDS;
    return position > this.told && isDue ? this.mark(position) : undefined;
  }

  private mark(position: bigint): LogMark {
    this.tell(position);
    return new LogMark(position, this.caughtUp);
  }

  private tell(position: bigint): void {
    this.told = position;
    this.toldAt = performance.now();
  }
}

interface LogBatch {
  readonly events: readonly LoggedEvent[];
  readonly more: boolean;
  readonly position: bigint;
}
