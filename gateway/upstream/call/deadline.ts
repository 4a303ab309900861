import { GraphQLError } from 'graphql';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/** Work with a deadline. */
interface TimedWork {
  /** `performance.now()` timestamp. */
  readonly end: number;
  /** Cleared at the end: V8 may keep former tables of a Set, and what was in them, for long (docs/performance.md). */
  late: (() => void) | undefined;
}

/**
 * A timeout with one timer for all running work: all work has the same duration, so the first that started is
 * the first to time out.
 */
export class Deadline {
  private readonly running = new Set<TimedWork>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly milliseconds: number,
    /** Subject of the error message. */
    private readonly subject = 'The request',
  ) {}

  /**
   * Runs `work` with a signal that aborts on timeout or with `outer`. Rejects with REQUEST_TIMEOUT on timeout
   * even if the work ignores the signal.
   */
  within<T>(outer: AbortSignalLike, work: (signal: AbortSignalLike) => MaybePromise<T>): MaybePromise<T> {
    const inner = new LightAbortController();
    const unfollow = inner.follow(outer);
    const end = performance.now() + this.milliseconds;
    let result: MaybePromise<T>;
    try {
      result = work(inner);
    } catch (error) {
      unfollow();
      throw error;
    }
    if (result instanceof Promise) return this.watch(result, end, { inner, unfollow });
    // A synchronous result cannot time out.
    unfollow();
    return result;
  }

  private watch<T>(
    result: Promise<T>,
    end: number,
    { inner, unfollow }: { readonly inner: LightAbortController; readonly unfollow: () => void },
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timed = this.begin(end, () => {
        reject(this.timeout());
        inner.abort();
      });
      const ended = () => {
        this.running.delete(timed);
        timed.late = undefined;
        unfollow();
      };
      result.then(
        (value) => {
          ended();
          resolve(value);
        },
        (error: unknown) => {
          ended();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  private begin(end: number, late: () => void): TimedWork {
    const timed = { end, late };
    this.running.add(timed);
    this.timer ??= this.wait(this.milliseconds);
    return timed;
  }

  private wait(milliseconds: number): NodeJS.Timeout {
    // The work itself keeps the process alive, not its timer.
    return setTimeout(() => this.expire(), milliseconds).unref();
  }

  private expire(): void {
    this.timer = undefined;
    for (const timed of this.running) {
      const remaining = timed.end - performance.now();
      if (remaining > 0) {
        // Timers have a resolution of one millisecond.
        this.timer = this.wait(Math.ceil(remaining));
        return;
      }
      this.running.delete(timed);
      timed.late?.();
    }
  }

  private timeout(): GraphQLError {
    return new GraphQLError(`${this.subject} took longer than ${this.milliseconds / 1000} seconds.`, {
      extensions: { code: 'REQUEST_TIMEOUT' },
    });
  }
}
