import { GraphQLError } from 'graphql';
import { accountPace, afterPause, firstWithoutPause } from './account-pace.js';

/** How much of what an account may do in the present turn of the event loop it has done: 1 is all of it. */
interface AccountShare {
  used: number;
  /** Grows with each turn in which the account may do work again. */
  turn: number;
}

function resetShare(share: AccountShare): void {
  share.used = 0;
  share.turn += 1;
}

/** Accounts whose share is kept; one that is forgotten has a whole one. */
const MAX_SHARES = 10_000;

/**
 * Lets long work go on in pieces, one piece for each turn of the event loop, the accounts in turn and each at its pace:
 * between two pieces everything else of the process runs, and an account with many long answers delays no other account's.
 */
class WorkTurns {
  /** Who waits, by account; the account whose turn is next comes first. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly boundRun = this.run.bind(this);
  /** While all who wait pause. */
  private pauseTimer: NodeJS.Timeout | undefined;
  private readonly shares = new Map<string, AccountShare>();
  /** Those of which something has been used in this turn. */
  private touched: AccountShare[] = [];
  private readonly boundReset = this.resetTouched.bind(this);

  /** What the account may do in the present turn. */
  share(account: string): AccountShare {
    const known = this.shares.get(account);
    if (known) return known;
    if (this.shares.size >= MAX_SHARES) this.shares.clear();
    const share = { used: 0, turn: 0 };
    this.shares.set(account, share);
    return share;
  }

  /** Something of a share has been used: it is whole again when the turn ends. */
  touch(share: AccountShare): void {
    if (this.touched.push(share) === 1) setImmediate(this.boundReset);
  }

  /** Resolves when the account may do another piece. */
  next(account: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.size === 0) setImmediate(this.boundRun);
      else if (this.pauseTimer && !this.waiting.has(account)) this.resumeNow();
      const own = this.waiting.get(account);
      if (own) own.push(resolve);
      else this.waiting.set(account, [resolve]);
    });
  }

  /** Another account may not have to pause. */
  private resumeNow(): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
    setImmediate(this.boundRun);
  }

  private run(): void {
    this.pauseTimer = undefined;
    const next = firstWithoutPause(this.waiting.keys(), (account) => accountPace.pause(account));
    if (typeof next === 'number') {
      this.pauseTimer = afterPause(next, this.boundRun);
      return;
    }
    if (next === undefined) return;
    const own = this.waiting.get(next) ?? [];
    this.waiting.delete(next);
    const resume = own.shift();
    if (own.length > 0) this.waiting.set(next, own);
    if (this.waiting.size > 0) setImmediate(this.boundRun);
    resetShare(this.share(next));
    if (resume) runAndCharge(next, resume);
  }

  private resetTouched(): void {
    const { touched } = this;
    this.touched = [];
    for (const share of touched) resetShare(share);
  }
}

/** Charges an account with the time of a piece of its work, until nothing of this turn that follows from it is left. */
function runAndCharge(account: string, resume: () => void): void {
  const began = performance.now();
  const charge = () => accountPace.charge(account, performance.now() - began);
  resume();
  // Behind the piece, which begins as a microtask, comes the queue of `nextTick` when no more microtasks are left.
  queueMicrotask(() => process.nextTick(charge));
}

/** Those of this process: it has one event loop. */
const turns = new WorkTurns();

/** Who waits for work to be done. */
export interface AbortableClient {
  readonly aborted: boolean;
}

/** Work that waits for a later turn. */
interface WaitingTask {
  readonly units: number;
  readonly resume: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * How much of the work for one operation may be done in the present turn of the event loop. Operations of one account
 * share what a turn has: many of them side by side do no more in it than one.
 */
export class WorkBudget {
  private remaining: number;
  private readonly share: AccountShare;
  private largestBefore = 0;
  private totalBefore = 0;
  /** The turn of the account of which `left` is left. */
  private turn: number;
  private readonly waiting: WaitingTask[] = [];

  /** `units` may be done in a turn; what a unit is, the work decides. `client` says whether anyone still waits for it. */
  constructor(
    private readonly account: string,
    private readonly units: number,
    private readonly client?: AbortableClient,
  ) {
    this.remaining = units;
    this.share = turns.share(account);
    this.turn = this.share.turn;
  }

  /** The most units that were done in one turn, so far. */
  get largest(): number {
    return Math.max(this.largestBefore, this.units - this.remaining);
  }

  /** Units that were done in all turns, so far. */
  get total(): number {
    return this.totalBefore + this.units - this.remaining;
  }

  /** Counts what was done, by work that goes on by itself; false when it is time to wait for the next turn. */
  spend(units: number): boolean {
    const { share } = this;
    if (share.used === 0) turns.touch(share);
    // Work that had not to wait may come back in a later turn all the same, from a statement or another subgraph.
    if (share.turn !== this.turn) this.startTurn();
    this.remaining -= units;
    share.used += units / this.units;
    return share.used < 1;
  }

  /** Waits for the next turn. Rejects with REQUEST_TIMEOUT when nobody waits for the work any more. */
  async next(): Promise<void> {
    await turns.next(this.account);
    this.startTurn();
    if (this.client?.aborted) throw requestAbortedError();
  }

  /**
   * Counts what is about to be done, by one of several that work side by side. Undefined when it may be done at once; else
   * resolves in the turn in which it may, or rejects as `next` does.
   */
  take(units: number): Promise<void> | undefined {
    if (this.share.used < 1 && this.waiting.length === 0) {
      this.spend(units);
      return undefined;
    }
    return new Promise((resume, giveUp) => {
      if (this.waiting.push({ units, resume, reject: giveUp }) === 1) void this.serve();
    });
  }

  /** Lets those who wait go on, as many in each turn as may. */
  private async serve(): Promise<void> {
    while (this.waiting.length > 0) {
      await turns.next(this.account);
      this.startTurn();
      if (this.client?.aborted)
        for (const { reject: giveUp } of this.waiting.splice(0)) giveUp(requestAbortedError());
      const most = this.waiting.findIndex(({ units }) => !this.spend(units)) + 1 || this.waiting.length;
      for (const { resume } of this.waiting.splice(0, most)) resume();
    }
  }

  private startTurn(): void {
    this.largestBefore = this.largest;
    this.totalBefore = this.total;
    this.remaining = this.units;
    this.turn = this.share.turn;
  }
}

function requestAbortedError(): GraphQLError {
  return new GraphQLError('The request was given up.', { extensions: { code: 'REQUEST_TIMEOUT' } });
}

/** Waits for a turn of the account before work that cannot be interrupted, so that no two such pieces fall into one turn. */
export function waitForTurn(account: string): Promise<void> {
  return turns.next(account);
}
