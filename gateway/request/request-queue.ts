import { accountPace } from '../../kernel/fairness/account-pace.js';
import { FairQueue, QueueFull, type Release } from '../../kernel/fairness/fair-queue.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { throwProblem } from '../../kernel/result.js';
import type { AbortSignalLike } from '../upstream/call/light-abort-controller.js';
import { Deadline } from '../upstream/call/deadline.js';

export interface RequestQueueOptions {
  /** What waits, for messages: `requests`. */
  readonly what: string;
  /** Of one account at once. */
  readonly perAccount: number;
  /** Of one account that wait; further ones are refused. */
  readonly waiting: number;
  /** Milliseconds that one may wait. */
  readonly timeout: number;
}

/** Seconds after which an account whose queue is full is told to try again. */
const RETRY_AFTER = 1;

/** Places for what accounts ask: each account has so many, and a queue of its own; accounts take turns, at their pace. */
export class RequestQueue {
  private readonly queue: FairQueue;
  private readonly deadline: Deadline;

  constructor(private readonly options: RequestQueueOptions) {
    const { perAccount: perFlow, waiting, timeout, what } = options;
    this.queue = new FairQueue({ perFlow, waiting, pace: accountPace });
    this.deadline = new Deadline(timeout, `Waiting for others of the account's ${what}`);
  }

  /**
   * Takes a place, at once or when it is the account's turn. Undefined when the client left meanwhile. Throws
   * TOO_MANY_REQUESTS when the account's queue is full, REQUEST_TIMEOUT when its turn does not come in time.
   */
  enter(account: string, gone: AbortSignalLike): MaybePromise<Release | undefined> {
    if (gone.aborted) return undefined;
    // Most are let in at once: nothing is made to wait with.
    const entered = this.queue.tryEnter(account);
    if (entered) return entered;
    try {
      return this.deadline.within(gone, (signal) => this.queue.enter(account, signal));
    } catch (error) {
      if (error instanceof QueueFull) this.refuse();
      throw error;
    }
  }

  private refuse(): never {
    const { what, perAccount, waiting } = this.options;
    return throwProblem(
      'TOO_MANY_REQUESTS',
      `The account has ${perAccount} ${what} running and ${waiting} waiting. Wait for their answers, then try again.`,
      { details: { retryAfter: RETRY_AFTER } },
    );
  }
}
