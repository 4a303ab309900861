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

/** Who waits for work to be done. */
export interface WaitingClient {
  readonly aborted: boolean;
}

/** Work that waits for a later turn. */
interface Waiting {
  readonly units: number;
  readonly resume: () => void;
  readonly giveUp: (error: Error) => void;
}

/** How much of the work for one operation may be done in the present turn of the event loop. */
export class WorkBudget {
  private left: number;
  private most = 0;
  private before = 0;
  private readonly waiting: Waiting[] = [];

  /** `units` may be done in a turn; what a unit is, the work decides. `client` says whether anyone still waits for it. */
  constructor(
    private readonly account: string,
    private readonly units: number,
    private readonly client?: WaitingClient,
  ) {
    this.left = units;
  }

  /** The most units that were done in one turn, so far. */
  get largest(): number {
    return Math.max(this.most, this.units - this.left);
  }

  /** Units that were done in all turns, so far. */
  get total(): number {
    return this.before + this.units - this.left;
  }

  /** Counts what was done, by work that goes on by itself; false when it is time to wait for the next turn. */
  spend(units: number): boolean {
    this.left -= units;
    return this.left > 0;
  }

  /** Waits for the next turn. Rejects with REQUEST_TIMEOUT when nobody waits for the work any more. */
  async next(): Promise<void> {
    await turns.next(this.account);
    this.renew();
    if (this.client?.aborted) throw givenUp();
  }

  /**
   * Counts what is about to be done, by one of several that work side by side. Undefined when it may be done at once; else
   * resolves in the turn in which it may, or rejects as `next` does.
   */
  take(units: number): Promise<void> | undefined {
    if (this.left > 0 && this.waiting.length === 0) {
      this.left -= units;
      return undefined;
    }
    return new Promise((resume, giveUp) => {
      if (this.waiting.push({ units, resume, giveUp }) === 1) void this.serve();
    });
  }

  /** Lets those who wait go on, as many in each turn as may. */
  private async serve(): Promise<void> {
    while (this.waiting.length > 0) {
      await turns.next(this.account);
      this.renew();
      if (this.client?.aborted) for (const { giveUp } of this.waiting.splice(0)) giveUp(givenUp());
      const most =
        this.waiting.findIndex(({ units }) => (this.left -= units) <= 0) + 1 || this.waiting.length;
      for (const { resume } of this.waiting.splice(0, most)) resume();
    }
  }

  private renew(): void {
    this.most = this.largest;
    this.before = this.total;
    this.left = this.units;
  }
}

function givenUp(): GraphQLError {
  return new GraphQLError('The request was given up.', { extensions: { code: 'REQUEST_TIMEOUT' } });
}
