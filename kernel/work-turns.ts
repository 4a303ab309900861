import { GraphQLError } from 'graphql';

/**
 * Lets long work go on in pieces, one piece for each turn of the event loop, the accounts in turn: between two pieces
 * everything else of the process runs, and an account with many long answers delays no other account's.
 */
class WorkTurns {
  /** Who waits, by account; the account whose turn is next comes first. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly begin = this.run.bind(this);

  /** Resolves when the account may do another piece. */
  next(account: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.size === 0) setImmediate(this.begin);
      const own = this.waiting.get(account);
      if (own) own.push(resolve);
      else this.waiting.set(account, [resolve]);
    });
  }

  private run(): void {
    const [first] = this.waiting;
    if (!first) return;
    const [account, own] = first;
    this.waiting.delete(account);
    const resume = own.shift();
    if (own.length > 0) this.waiting.set(account, own);
    if (this.waiting.size > 0) setImmediate(this.begin);
    resume?.();
  }
}

/** Those of this process: it has one event loop. */
const turns = new WorkTurns();

/** How much of one piece of work may be done in the present turn of the event loop. */
export class WorkBudget {
  private left: number;
  private most = 0;

  /** `units` may be done in a turn; what a unit is, the work decides. `waiting` says whether anyone still waits for it. */
  constructor(
    private readonly account: string,
    private readonly units: number,
    private readonly waiting?: { readonly aborted: boolean },
  ) {
    this.left = units;
  }

  /** Counts what was done; false when it is time to wait for the next turn. */
  spend(units: number): boolean {
    this.left -= units;
    return this.left > 0;
  }

  /** Whether anything may be done before the next turn. */
  get exhausted(): boolean {
    return this.left <= 0;
  }

  /** The most units that were done in one turn, so far. */
  get largest(): number {
    return Math.max(this.most, this.units - this.left);
  }

  /** Waits for the next turn, and may do as much again. Rejects with REQUEST_TIMEOUT when nobody waits any more. */
  async next(): Promise<void> {
    this.most = this.largest;
    await turns.next(this.account);
    if (this.waiting?.aborted)
      throw new GraphQLError('The request was given up.', { extensions: { code: 'REQUEST_TIMEOUT' } });
    this.left = this.units;
  }
}
