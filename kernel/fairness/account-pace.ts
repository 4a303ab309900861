import { BoundedStates } from './bounded-states.js';

/** Pause of an account per millisecond of its work while other accounts have work: they get half of the event loop. */
const PAUSE_RATIO = 1;

/** Upper bound of a pause, in milliseconds. */
const MAX_PAUSE_MS = 1_000;

/** Milliseconds for which an account counts as active after its last task: its client may be about to send a request. */
const LINGER_MS = 100;

/** Accounts without work whose state is kept. */
const MAX_IDLE_ACCOUNTS = 10_000;

interface AccountState {
  /** Number of running tasks. */
  running: number;
  /** Time at which the last task ended, by `performance.now()`. */
  endedAt: number;
  /** Time until which the account pauses, by `performance.now()`. */
  resumesAt: number;
}

/**
 * Limits the share of the event loop that an account gets while other accounts have work. Each turn of the event loop runs
 * at most one slice of an account's work, but a request of another account needs about twenty turns: slices of twenty
 * milliseconds would delay it by half a second. So an account pauses after its work for as long as the work took. An
 * account never pauses while no other account has work.
 */
export class AccountPace {
  private readonly accounts = new BoundedStates<AccountState>(
    () => ({ running: 0, endedAt: -Infinity, resumesAt: 0 }),
    ({ running, resumesAt }) => running === 0 && resumesAt <= this.now(),
    MAX_IDLE_ACCOUNTS,
  );
  /** Number of accounts with running tasks. */
  private busy = 0;
  /** The account whose task ended last, and the last different account before it. */
  private last: AccountState | undefined;
  private lastOther: AccountState | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Records that a task of the account began. */
  begin(account: string): void {
    const state = this.accounts.get(account);
    state.running += 1;
    if (state.running === 1) this.busy += 1;
  }

  /** Records that a task of the account ended. */
  end(account: string): void {
    const state = this.accounts.get(account);
    state.running -= 1;
    if (state.running > 0) return;
    this.busy -= 1;
    state.endedAt = this.now();
    if (this.last === state) return;
    this.lastOther = this.last;
    this.last = state;
  }

  /** Charges milliseconds of the event loop to the account; a negative number refunds them. */
  charge(account: string, milliseconds: number): void {
    const state = this.accounts.get(account);
    const now = this.now();
    const resumesAt = Math.max(now, state.resumesAt) + milliseconds * PAUSE_RATIO;
    state.resumesAt = Math.min(resumesAt, now + MAX_PAUSE_MS);
  }

  /** Milliseconds for which the account has to pause; 0 if it need not. */
  pause(account: string): number {
    const state = this.accounts.peek(account);
    if (!state) return 0;
    const now = this.now();
    return state.resumesAt > now && this.otherAccountsAreActive(state, now) ? state.resumesAt - now : 0;
  }

  private otherAccountsAreActive(state: AccountState, now: number): boolean {
    if (this.busy > (state.running > 0 ? 1 : 0)) return true;
    const other = this.last === state ? this.lastOther : this.last;
    return other !== undefined && other.endedAt + LINGER_MS > now;
  }
}

/** The pace of this process, which has one event loop. */
export const accountPace = new AccountPace();

/** Milliseconds after which a paused account is checked again: the other accounts may have become idle. */
const RECHECK_MS = 20;

/** Calls `resume` after the pause, or earlier to check whether the pause is still needed. */
export function afterPause(milliseconds: number, resume: () => void): NodeJS.Timeout {
  return setTimeout(resume, Math.min(milliseconds, RECHECK_MS));
}

/** The first name without a pause, or the shortest pause in milliseconds; undefined if there are no names. */
export function firstWithoutPause(
  names: Iterable<string>,
  pauseOf: (name: string) => number,
): string | number | undefined {
  let shortest: number | undefined;
  for (const name of names) {
    const pause = pauseOf(name);
    if (pause === 0) return name;
    shortest = Math.min(shortest ?? pause, pause);
  }
  return shortest;
}
