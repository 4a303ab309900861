import { ApiError } from '../kinds/status.js';
import type { Log } from '../../../kernel/log.js';
import { PendingCreation } from './pending-creation.js';
import type { Timer, TimerScheduler } from '../../timers.js';

/** Milliseconds of a turn of the event loop that controllers may use before requests are handled. */
const TURN_MS = 8;
/**
 * Milliseconds of a turn for one queue. A controller that reads many objects per reconciliation (a ReplicaSet's pods)
 * thereby runs once for many changes.
 */
const QUEUE_SHARE_MS = 4;
const MAX_BACKOFF_MS = 30_000;

/** Schedules all queues of the process fairly, without delaying requests. */
export class QueueScheduler {
  private readonly ready = new Set<WorkQueue>();
  private scheduled = false;

  /** Schedules a queue that has keys. */
  add(queue: WorkQueue): void {
    this.ready.add(queue);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    const end = performance.now() + TURN_MS;
    this.scheduled = false;
    for (const queue of this.ready) {
      this.ready.delete(queue);
      if (queue.run(performance.now() + QUEUE_SHARE_MS)) this.ready.add(queue);
      if (performance.now() > end) break;
    }
    const [next] = this.ready;
    if (next) this.add(next);
  }
}

/**
 * Work queue of a controller. A key that is added twice before it is processed is processed once; a key whose
 * reconciliation throws is retried with exponential backoff.
 */
export class WorkQueue {
  private readonly keys = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly delayed = new Map<string, { readonly at: number; readonly timer: Timer }>();
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly work: (key: string) => void,
    private readonly parts: {
      readonly turns: QueueScheduler;
      readonly timers: TimerScheduler;
      readonly log: Log;
      /** Whether the process of the queue runs. Default true. */
      readonly works?: (name: string) => boolean;
    },
  ) {}

  add(key: string): void {
    if (this.closed) return;
    this.keys.add(key);
    this.resume();
  }

  /** Adds the key at a time of the clock in milliseconds; of several times of a key the earliest counts. */
  addAt(key: string, at: number): void {
    const waiting = this.delayed.get(key);
    if (this.closed || (waiting && waiting.at <= at)) return;
    waiting?.timer.cancel();
    const timer = this.parts.timers.at(at, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { at, timer });
  }

  /** Schedules waiting keys, unless the process of the queue is stopped. */
  resume(): void {
    if (this.keys.size > 0 && this.works()) this.parts.turns.add(this);
  }

  /** Processes keys until the time `end` (of `performance.now`). Returns whether keys remain. */
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
      if (error instanceof PendingCreation) void error.settled.then(() => this.add(key));
      else this.retry(key, error);
    }
  }

  /** Uses the simulation's clock; cockatiel would wait on the real one. */
  private retry(key: string, error: unknown): void {
    if (this.closed) return;
    const failed = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failed);
    // An ApiError is an expected failure.
    const level = error instanceof ApiError ? 'debug' : 'warn';
    this.parts.log[level]({ err: error, controller: this.name, key, failed }, 'reconcile failed; requeued');
    this.parts.timers.after(Math.min(MAX_BACKOFF_MS, 100 * 2 ** failed), () => this.add(key));
  }
}
