import { type AccountPace, accountPace } from '../../kernel/fairness/account-pace.js';
import { FairQueue, type AbortSignalLike } from '../../kernel/fairness/fair-queue.js';

/**
 * Bytes from which on a body or WebSocket message is large: it is charged separately and parsed in its own turn of the
 * event loop, which takes about a millisecond.
 */
export const LARGE_BODY = 64 * 1024;

/** Milliseconds after which a body that is still being sent no longer holds up the account's other large bodies. */
const SLOW = 5_000;

/** A large body that is being read or processed. */
export interface LargeBodySlot {
  /** The whole body has been read. */
  complete(): void;
  /** The body has been processed. */
  release(): void;
}

/**
 * Limits the large bodies and messages of an account that are held in memory at once. Their number, not their bytes,
 * because each has a limit of its own. As many wait as the account may have requests and connections.
 */
export class LargeBodies {
  private readonly queue: FairQueue;

  constructor(perAccount: number, pace: AccountPace = accountPace) {
    this.queue = new FairQueue({ perFlow: perAccount, maxWaiting: Infinity, pace });
  }

  /** Waits until the body may be read. Resolves to undefined when the sender has left meanwhile. */
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
