import TinyQueue from 'tinyqueue';
import type { Clock } from '../kernel/clock.js';

/** A pending call; `cancel` when it is no longer wanted. */
export interface Timer {
  cancel(): void;
}

/** Where calls can be planned. */
export interface TimerScheduler {
  /** Calls `run` at the time `at` (milliseconds of the clock), or as soon as possible when that is past. */
  at(at: number, run: () => void): Timer;
  /** Calls `run` after `milliseconds` of the clock's time. */
  after(milliseconds: number, run: () => void): Timer;
}

interface Entry extends Timer {
  readonly at: number;
  run: (() => void) | undefined;
}

/** Calls in the order of their times. */
const emptyQueue = () => new TinyQueue<Entry>([], (one, other) => one.at - other.at);

/** How long the real timer sleeps at most, so that a clock that was moved is noticed. In milliseconds. */
const LONGEST_SLEEP = 500;

/**
 * Calls functions at points of the clock's time. All pending calls share one real timer, and none runs while
 * nothing is pending.
 */
export class Timers implements TimerScheduler, Disposable {
  private pending = emptyQueue();
  private sleeping: NodeJS.Timeout | undefined;
  private wakesAt = Infinity;
  private closed = false;

  constructor(private readonly clock: Clock) {}

  at(at: number, run: () => void): Timer {
    const entry: Entry = { at, run, cancel: () => (entry.run = undefined) };
    if (this.closed) return entry;
    this.pending.push(entry);
    if (at < this.wakesAt) this.sleep();
    return entry;
  }

  after(milliseconds: number, run: () => void): Timer {
    return this.at(this.clock.now().getTime() + milliseconds, run);
  }

  /** The same timers for one user of them: nothing runs while `open` says no, and what throws is reported. */
  scope(open: () => boolean, report: (error: unknown) => void): TimerScheduler {
    const guarded = (run: () => void) => () => {
      if (!open()) return;
      try {
        run();
      } catch (error) {
        report(error);
      }
    };
    return {
      at: (at, run) => this.at(at, guarded(run)),
      after: (wait, run) => this.after(wait, guarded(run)),
    };
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.pending = emptyQueue();
    clearTimeout(this.sleeping);
  }

  private sleep(): void {
    clearTimeout(this.sleeping);
    const next = this.pending.peek();
    this.wakesAt = next?.at ?? Infinity;
    if (!next || this.closed) return;
    const wait = Math.min(Math.max(0, next.at - this.clock.now().getTime()), LONGEST_SLEEP);
    this.sleeping = setTimeout(() => this.wake(), wait);
  }

  private wake(): void {
    const now = this.clock.now().getTime();
    // While due calls run, a call that they add must not re-arm the timer each time.
    this.wakesAt = -Infinity;
    for (let next = this.pending.peek(); next && next.at <= now; next = this.pending.peek()) {
      this.pending.pop();
      next.run?.();
    }
    this.sleep();
  }
}
