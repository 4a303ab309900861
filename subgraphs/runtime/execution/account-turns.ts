import { accountPace } from '../../../kernel/fairness/account-pace.js';
import { FairQueue, QueueFullError } from '../../../kernel/fairness/fair-queue.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import type { ExecutionContext } from '../subgraph.js';
import type { SubgraphResult } from '../../../protocol/wire.js';

/** Limits of concurrent and waiting requests of an account in a subgraph. */
export interface TurnLimits {
  /** Concurrent requests. Default 32. */
  readonly requests?: number;
  /** Waiting requests; further ones are rejected with TOO_MANY_REQUESTS. Default 1,000. */
  readonly waiting?: number;
  /** Events of subscriptions that are executed concurrently. Others wait: each stream has at most one. Default 8. */
  readonly events?: number;
}

const ABORTED: SubgraphResult = {
  errors: [{ message: 'The request was aborted.', extensions: { code: 'REQUEST_TIMEOUT' } }],
};

/** Reports accounts with work. Does not pause them, because the gateway has already done so. */
const PACE = {
  begin: (account: string) => accountPace.begin(account),
  end: (account: string) => accountPace.end(account),
  pause: () => 0,
};

/**
 * Limits the work of each account in a subgraph: each gateway limits its own requests, but there may be many
 * gateways.
 */
export class AccountTurns {
  private readonly requests: FairQueue;
  private readonly events: FairQueue;

  constructor({ requests = 32, waiting = 1000, events = 8 }: TurnLimits = {}) {
    this.requests = new FairQueue({ perFlow: requests, maxWaiting: waiting, pace: PACE });
    this.events = new FairQueue({ perFlow: events, maxWaiting: Number.POSITIVE_INFINITY });
  }

  /** Executes a request when the account is below its limit, synchronously if it already is. */
  request(context: ExecutionContext, work: () => MaybePromise<SubgraphResult>): MaybePromise<SubgraphResult> {
    try {
      // A function, because creating the signal costs more than the rest.
      const result = this.requests.run(context.actor.account, work, () => context.signal);
      return mapMaybePromise(result, (value) => value ?? ABORTED);
    } catch (error) {
      if (error instanceof QueueFullError) return tooMany();
      throw error;
    }
  }

  /** Executes an event of a subscription when the account is below its limit. */
  async event(
    account: string,
    work: () => Promise<SubgraphResult>,
    signal: AbortSignal | undefined,
  ): Promise<SubgraphResult> {
    return (await this.events.run(account, work, signal)) ?? ABORTED;
  }
}

function tooMany(): SubgraphResult {
  const message =
    'The subgraph has too many requests of the account. Wait for their answers, then try again.';
  return { errors: [{ message, extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 1 } }] };
}
