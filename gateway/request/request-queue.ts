import { accountPace } from '../../kernel/fairness/account-pace.js';
import { FairQueue, QueueFullError, type Release } from '../../kernel/fairness/fair-queue.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { throwProblem } from '../../kernel/result.js';
import type { AbortSignalLike } from '../upstream/call/light-abort-controller.js';
import { Deadline } from '../upstream/call/deadline.js';

export interface RequestQueueOptions {
  /** Plural noun for error messages: `requests`. */
  readonly subject: string;
  /** Concurrent requests per account. */
  readonly perAccount: number;
  /** Queued requests per account; further ones are rejected. */
  readonly waiting: number;
  /** Maximum time in the queue, in milliseconds. */
  readonly timeout: number;
}

/** `retryAfter` in seconds for an account whose queue is full. */
const RETRY_AFTER = 1;

/**
 * Limits the concurrency of each account. Each account has its own queue; queues are served fairly, weighted by
 * recent use.
 */
export class RequestQueue {
  private readonly queue: FairQueue;
  private readonly deadline: Deadline;

  constructor(private readonly options: RequestQueueOptions) {
    const { perAccount: perFlow, waiting, timeout, subject: what } = options;
    this.queue = new FairQueue({ perFlow, maxWaiting: waiting, pace: accountPace });
    this.deadline = new Deadline(timeout, `Waiting for others of the account's ${what}`);
  }

  /**
   * Acquires a slot, immediately or after waiting. Resolves to undefined when the client disconnects while it waits.
   * Throws TOO_MANY_REQUESTS when the account's queue is full and REQUEST_TIMEOUT when it waits too long.
   */
  enter(account: string, client: AbortSignalLike): MaybePromise<Release | undefined> {
    if (client.aborted) return undefined;
    // Fast path: most requests get a slot immediately, without allocating a promise.
    const entered = this.queue.tryEnter(account);
    if (entered) return entered;
    try {
      return this.deadline.within(client, (signal) => this.queue.enter(account, signal));
    } catch (error) {
      if (error instanceof QueueFullError) this.reject();
      throw error;
    }
  }

  private reject(): never {
    const { subject: what, perAccount, waiting } = this.options;
    return throwProblem(
      'TOO_MANY_REQUESTS',
      `The account has ${perAccount} ${what} running and ${waiting} waiting. Retry after their responses.`,
      { details: { retryAfter: RETRY_AFTER } },
    );
  }
}
