import { GraphQLError } from 'graphql';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/** What has to be over at some time. */
interface TimedWork {
  /** By the clock of `performance`. */
  readonly end: number;
  /** Let go of when it is over: former tables of a set, and all that was in them, may be held for long (decision 44). */
  late: (() => void) | undefined;
}

/**
 * The time that something may take, the same for all that is timed by it: the first that began is the first that is
 * late, so one timer is enough for any number of them.
 */
export class Deadline {
  private readonly running = new Set<TimedWork>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly milliseconds: number,
    /** What to say of what was too slow, before how long it may take. */
    private readonly what = 'The request',
  ) {}

  /**
   * Runs `work` with a signal that aborts when the time is up or with `outer`. When the time is up it throws
   * REQUEST_TIMEOUT at once, whether or not the work heeds the signal.
   */
  within<T>(outer: AbortSignalLike, work: (signal: AbortSignalLike) => MaybePromise<T>): MaybePromise<T> {
    const inner = new LightAbortController();
    const over = inner.follow(outer);
    const end = performance.now() + this.milliseconds;
    let result: MaybePromise<T>;
    try {
      result = work(inner);
    } catch (error) {
      over();
      throw error;
    }
    if (result instanceof Promise) return this.watch(result, end, { inner, over });
    // What is there at once needs no watch: meanwhile nobody could have been told that it is late.
    over();
    return result;
  }

  private watch<T>(
    result: Promise<T>,
    end: number,
    { inner, over }: { readonly inner: LightAbortController; readonly over: () => void },
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timed = this.begin(end, () => {
        reject(this.timeout());
        inner.abort();
      });
      const ended = () => {
        this.running.delete(timed);
        timed.late = undefined;
        over();
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
    // What is timed keeps the process alive, if it has to be.
    return setTimeout(() => this.expire(), milliseconds).unref();
  }

  private expire(): void {
    this.timer = undefined;
    for (const timed of this.running) {
      const left = timed.end - performance.now();
      if (left > 0) {
        // A timer is set in whole milliseconds.
        this.timer = this.wait(Math.ceil(left));
        return;
      }
      this.running.delete(timed);
      timed.late?.();
    }
  }

  private timeout(): GraphQLError {
    return new GraphQLError(`${this.what} took longer than ${this.milliseconds / 1000} seconds.`, {
      extensions: { code: 'REQUEST_TIMEOUT' },
    });
  }
}
