import TinyQueue from 'tinyqueue';
import type { Clock } from '../kernel/clock.js';

/** A scheduled call that can be cancelled. */
export interface Timer {
  cancel(): void;
}

/** Schedules calls. */
export interface TimerScheduler {
  /** Calls `run` at the time `at` (milliseconds of the clock), or as soon as possible if that is past. */
  at(at: number, run: () => void): Timer;
  /** Calls `run` after `milliseconds` of the clock's time. */
  after(milliseconds: number, run: () => void): Timer;
}

interface Entry extends Timer {
  readonly at: number;
  run: (() => void) | undefined;
}

/** Calls in the order of their times. */
const emptyQueue = () => new TinyQueue<Entry>([], (a, b) => a.at - b.at);

/** Maximum sleep of the real timer in milliseconds, so that jumps of the clock are noticed. */
const MAX_SLEEP_MS = 500;

/**
 * Calls functions at times of the clock. All scheduled calls share one real timer, which runs only while calls are
 * scheduled.
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

  /** A scheduler on these timers that skips calls while `open` returns false and reports errors. */
  scope(open: () => boolean, report: (error: unknown) => void): TimerScheduler {
    const checked = (run: () => void) => () => {
      if (!open()) return;
      try {
        run();
      } catch (error) {
        report(error);
      }
    };
    return {
      at: (at, run) => this.at(at, checked(run)),
      after: (wait, run) => this.after(wait, checked(run)),
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
    const wait = Math.min(Math.max(0, next.at - this.clock.now().getTime()), MAX_SLEEP_MS);
    this.sleeping = setTimeout(() => this.wake(), wait);
  }

  private wake(): void {
    const now = this.clock.now().getTime();
    // Calls that are added by due calls do not re-arm the timer each time.
    this.wakesAt = -Infinity;
    for (let next = this.pending.peek(); next && next.at <= now; next = this.pending.peek()) {
      this.pending.pop();
      next.run?.();
    }
    this.sleep();
  }
}
