import { GraphQLError } from 'graphql';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/** A timeout for work. */
export class Deadline {
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
    let result: MaybePromise<T>;
    try {
      result = work(inner);
    } catch (error) {
      unfollow();
      throw error;
    }
    if (result instanceof Promise) return this.watch(result, inner, unfollow);
    // A synchronous result cannot time out.
    unfollow();
    return result;
  }

  private watch<T>(result: Promise<T>, inner: LightAbortController, unfollow: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(this.timeout());
        inner.abort();
      }, this.milliseconds);
      // The work itself keeps the process alive, not its timer.
      timer.unref();
      const ended = () => {
        clearTimeout(timer);
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

  private timeout(): GraphQLError {
    return new GraphQLError(`${this.subject} took longer than ${this.milliseconds / 1000} seconds.`, {
      extensions: { code: 'REQUEST_TIMEOUT' },
    });
  }
}
