import { ApiError } from '../kinds/status.js';
import type { Log } from '../../../kernel/log.js';
import type { TimerScheduler } from '../../timers.js';

/** How long one turn of the event loop is used for controllers, in milliseconds, before requests get theirs. */
const TURN = 8;
/**
 * How much of it one queue gets before the next. A controller that looks at many objects at once (a ReplicaSet's pods)
 * so runs once for many changes, not after each.
 */
const SHARE = 4;
const LONGEST_BACKOFF = 30_000;

/** Gives all queues of the process their turns, fairly and without keeping requests waiting. */
export class Turns {
  private readonly ready = new Set<WorkQueue>();
  private scheduled = false;

  /** Puts a queue with work in line. */
  add(queue: WorkQueue): void {
    this.ready.add(queue);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    const end = performance.now() + TURN;
    this.scheduled = false;
    for (const queue of this.ready) {
      this.ready.delete(queue);
      if (queue.run(performance.now() + SHARE)) this.ready.add(queue);
      if (performance.now() > end) break;
    }
    const [next] = this.ready;
    if (next) this.add(next);
  }
}

/**
 * Keys that wait for a controller. A key that is added twice before its turn is worked on once; what throws is tried
 * again, later each time.
 */
export class WorkQueue {
  private readonly keys = new Set<string>();
  private readonly failures = new Map<string, number>();
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly work: (key: string) => void,
    private readonly parts: {
      readonly turns: Turns;
      readonly timers: TimerScheduler;
      readonly log: Log;
      /** Whether the process works that works off the queue; left out, it does. */
      readonly works?: (name: string) => boolean;
    },
  ) {}

  add(key: string): void {
    if (this.closed) return;
    this.keys.add(key);
    this.resume();
  }

  /** Has what waits worked off, unless the process that does so stands still. */
  resume(): void {
    if (this.keys.size > 0 && this.works()) this.parts.turns.add(this);
  }

  /** Works on keys until the time `end` (of `performance.now`). Returns whether there are more. */
  run(end: number): boolean {
    for (const key of this.keys) {
      if (this.closed || !this.works()) return false;
      this.keys.delete(key);
      this.runOne(key);
      if (performance.now() > end) break;
    }
    return this.keys.size > 0;
  }

  close(): void {
    this.closed = true;
    this.keys.clear();
  }

  private works(): boolean {
    return this.parts.works?.(this.name) ?? true;
  }

  private runOne(key: string): void {
    try {
      this.work(key);
      this.failures.delete(key);
    } catch (error) {
      this.retry(key, error);
    }
  }

  /** On the simulation's clock; cockatiel waits on the real one. */
  private retry(key: string, error: unknown): void {
    if (this.closed) return;
    const failed = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failed);
    // What the API server refuses is no fault of the controller.
    const level = error instanceof ApiError ? 'debug' : 'warn';
    this.parts.log[level](
      { err: error, controller: this.name, key, failed },
      'a controller failed; it tries again',
    );
    this.parts.timers.after(Math.min(LONGEST_BACKOFF, 100 * 2 ** failed), () => this.add(key));
  }
}
