import { accountPace } from '../../../kernel/fairness/account-pace.js';
import { FairQueue, QueueFullError } from '../../../kernel/fairness/fair-queue.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import type { RequestContext } from '../subgraph.js';
import type { SubgraphResult } from '../../../protocol/wire.js';

/** What one account may have a subgraph execute at once, and have waiting. */
export interface TurnLimits {
  /** Requests at once. Default 32. */
  readonly requests?: number;
  /** Requests that wait; further ones are TOO_MANY_REQUESTS. Default 1,000. */
  readonly waiting?: number;
  /** Events of subscriptions that are completed at once. All others wait: each stream has one at the most. Default 8. */
  readonly events?: number;
}

const LEFT: SubgraphResult = {
  errors: [{ message: 'Nobody waits for the answer.', extensions: { code: 'REQUEST_TIMEOUT' } }],
};

/** Tells who has work. The gateway has let the account pause before it asked. */
const WORK = {
  begin: (account: string) => accountPace.begin(account),
  end: (account: string) => accountPace.end(account),
  pause: () => 0,
};

/** Lets accounts take turns in a subgraph: gateways bound what each of them sends, but there may be many gateways. */
export class AccountTurns {
  private readonly requests: FairQueue;
  private readonly events: FairQueue;

  constructor({ requests = 32, waiting = 1000, events = 8 }: TurnLimits = {}) {
    this.requests = new FairQueue({ perFlow: requests, maxWaiting: waiting, pace: WORK });
    this.events = new FairQueue({ perFlow: events, maxWaiting: Number.POSITIVE_INFINITY });
  }

  /** Runs a request in its account's turn, at once when the account has a free place. */
  request(context: RequestContext, work: () => MaybePromise<SubgraphResult>): MaybePromise<SubgraphResult> {
    try {
      // The signal is made when it is asked for.
      const result = this.requests.run(context.actor.account, work, () => context.signal);
      return mapMaybePromise(result, (answer) => answer ?? LEFT);
    } catch (error) {
      if (error instanceof QueueFullError) return tooMany();
      throw error;
    }
  }

  /** Completes an event of a subscription in its account's turn. */
  async event(
    account: string,
    work: () => Promise<SubgraphResult>,
    signal: AbortSignal | undefined,
  ): Promise<SubgraphResult> {
    return (await this.events.run(account, work, signal)) ?? LEFT;
  }
}

function tooMany(): SubgraphResult {
  const message =
    'The subgraph has too many requests of the account. Wait for their answers, then try again.';
  return { errors: [{ message, extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 1 } }] };
}
