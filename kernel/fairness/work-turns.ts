import { AbortedError } from '../aborted-error.js';
import { type AccountPace, accountPace, afterPause, firstWithoutPause } from './account-pace.js';

/** The share of an account in the current turn of the event loop; `used` is 1 when it is exhausted. */
interface AccountShare {
  used: number;
  /** Grows with each reset of the share. */
  turn: number;
}

function resetShare(share: AccountShare): void {
  share.used = 0;
  share.turn += 1;
}

/** Maximum number of accounts whose share is kept. */
const MAX_SHARES = 10_000;

/**
 * Runs long work in slices, one slice per turn of the event loop, the accounts in rotation and each at its pace: other
 * work of the process runs between two slices, and an account with many large responses delays no other account.
 */
export class WorkTurns {
  /** Waiting work by account; the account with the next turn comes first. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly boundRun = this.run.bind(this);
  /** Set while all waiting accounts pause. */
  private pauseTimer: NodeJS.Timeout | undefined;
  private readonly shares = new Map<string, AccountShare>();
  /** Shares that were used in this turn. */
  private touched: AccountShare[] = [];
  private readonly boundReset = this.resetTouched.bind(this);

  /** `now` is in milliseconds. */
  constructor(
    private readonly pace: Pick<AccountPace, 'pause' | 'charge'>,
    private readonly now = () => performance.now(),
  ) {}

  /** The share of the account in the current turn. */
  share(account: string): AccountShare {
    const existing = this.shares.get(account);
    if (existing) return existing;
    if (this.shares.size >= MAX_SHARES) this.shares.clear();
    const share = { used: 0, turn: 0 };
    this.shares.set(account, share);
    return share;
  }

  /** Marks a share as used: it is reset at the end of the turn. */
  touch(share: AccountShare): void {
    if (this.touched.push(share) === 1) setImmediate(this.boundReset);
  }

  /** Resolves when the account may run another slice. */
  next(account: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.size === 0) setImmediate(this.boundRun);
      else if (this.pauseTimer && !this.waiting.has(account)) this.resumeNow();
      const tasks = this.waiting.get(account);
      if (tasks) tasks.push(resolve);
      else this.waiting.set(account, [resolve]);
    });
  }

  /** Ends the pause: an account that starts to wait may not have to pause. */
  private resumeNow(): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
    setImmediate(this.boundRun);
  }

  private run(): void {
    this.pauseTimer = undefined;
    const next = firstWithoutPause(this.waiting.keys(), (account) => this.pace.pause(account));
    if (typeof next === 'number') {
      this.pauseTimer = afterPause(next, this.boundRun);
      return;
    }
    if (next === undefined) return;
    const tasks = this.waiting.get(next) ?? [];
    this.waiting.delete(next);
    const resume = tasks.shift();
    if (tasks.length > 0) this.waiting.set(next, tasks);
    if (this.waiting.size > 0) setImmediate(this.boundRun);
    resetShare(this.share(next));
    if (resume) this.runAndCharge(next, resume);
  }

  /** Runs a slice and charges the account for it, including the microtasks that follow from it. */
  private runAndCharge(account: string, resume: () => void): void {
    const began = this.now();
    const charge = () => this.pace.charge(account, this.now() - began);
    resume();
    // The slice begins as a microtask; the queue of `nextTick` runs when no microtasks are left.
    queueMicrotask(() => process.nextTick(charge));
  }

  private resetTouched(): void {
    const { touched } = this;
    this.touched = [];
    for (const share of touched) resetShare(share);
  }
}

/** The turns of this process, which has one event loop. */
const turns = new WorkTurns(accountPace);

/** The client that waits for the work. */
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
 * Limits the work of one operation in a turn of the event loop. Concurrent operations of one account share its limit.
 */
export class WorkBudget {
  private remaining: number;
  private readonly share: AccountShare;
  private largestBefore = 0;
  private totalBefore = 0;
  /** The turn of the account to which `remaining` applies. */
  private turn: number;
  private readonly waiting: WaitingTask[] = [];

  /** `units` is the limit of a turn; the caller defines the unit. An aborted `client` ends the work with `abortError`. */
  constructor(
    private readonly account: string,
    private readonly units: number,
    private readonly client?: AbortableClient,
    private readonly abortError: () => Error = () => new AbortedError(),
  ) {
    this.remaining = units;
    this.share = turns.share(account);
    this.turn = this.share.turn;
  }

  /** Largest number of units in one turn so far. */
  get largest(): number {
    return Math.max(this.largestBefore, this.units - this.remaining);
  }

  /** Number of units in all turns so far. */
  get total(): number {
    return this.totalBefore + this.units - this.remaining;
  }

  /** Counts completed units; false if the work has to wait for the next turn. */
  spend(units: number): boolean {
    const { share } = this;
    if (share.used === 0) turns.touch(share);
    // Work may resume in a later turn without `next`, after a statement or a response of another subgraph.
    if (share.turn !== this.turn) this.startTurn();
    this.remaining -= units;
    share.used += units / this.units;
    return share.used < 1;
  }

  /** Waits for the next turn. Rejects with `abortError` if the client has aborted. */
  async next(): Promise<void> {
    await turns.next(this.account);
    this.startTurn();
    if (this.client?.aborted) throw this.abortError();
  }

  /**
   * Counts units before they are done, for concurrent tasks. Undefined if the task may run now; otherwise a promise that
   * resolves in the turn in which it may run, or rejects as `next` does.
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

  /** Resumes waiting tasks, in each turn as many as the limit allows. */
  private async serve(): Promise<void> {
    while (this.waiting.length > 0) {
      await turns.next(this.account);
      this.startTurn();
      if (this.client?.aborted)
        for (const { reject: giveUp } of this.waiting.splice(0)) giveUp(this.abortError());
      const count = this.waiting.findIndex(({ units }) => !this.spend(units)) + 1 || this.waiting.length;
      for (const { resume } of this.waiting.splice(0, count)) resume();
    }
  }

  private startTurn(): void {
    this.largestBefore = this.largest;
    this.totalBefore = this.total;
    this.remaining = this.units;
    this.turn = this.share.turn;
  }
}

/** Waits for a turn of the account before work that cannot be sliced, so that one turn runs at most one such task. */
export function waitForTurn(account: string): Promise<void> {
  return turns.next(account);
}
