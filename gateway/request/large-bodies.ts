import { type AccountPace, accountPace } from '../../kernel/fairness/account-pace.js';
import { FairQueue, type AbortSignalLike } from '../../kernel/fairness/fair-queue.js';

/**
 * Bytes from which on a body or WebSocket message is large: it is charged separately and parsed in its own turn of the
 * event loop, which takes about a millisecond.
 */
export const LARGE_BODY = 64 * 1024;

/** Milliseconds after which a body that is still being received releases its slot to the account's other large bodies. */
const SLOW = 5_000;

/** A large body that is being read or processed. */
export interface LargeBodySlot {
  /** The whole body has been read. */
  complete(): void;
  /** The body has been processed. */
  release(): void;
}

/**
 * Limits the number of large bodies and messages of an account that are in memory at the same time. The size of each is
 * limited separately. The queue is bounded by the limits on the account's requests and connections.
 */
export class LargeBodies {
  private readonly queue: FairQueue;

  constructor(perAccount: number, pace: AccountPace = accountPace) {
    this.queue = new FairQueue({ perFlow: perAccount, maxWaiting: Infinity, pace });
  }

  /** Waits until the body may be read. Resolves to undefined when the sender disconnects while it waits. */
  async enter(account: string, signal: AbortSignalLike): Promise<LargeBodySlot | undefined> {
    const release = await this.queue.enter(account, signal);
    if (!release) return undefined;
    const slow = setTimeout(release, SLOW).unref();
    return {
      complete: () => clearTimeout(slow),
      release: () => {
        clearTimeout(slow);
        release();
      },
    };
  }
}
