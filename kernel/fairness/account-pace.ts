/** Milliseconds that an account pauses for each that it has worked, while others have work: half of the event loop is theirs. */
const PAUSE_RATIO = 1;

/** Milliseconds of the longest pause, whatever the work before it was. */
const MAX_PAUSE_MS = 1_000;

/** Milliseconds for which an account counts as one with work after its last one: its next request is on its way. */
const LINGER_MS = 100;

/** Accounts without work whose state is kept. */
const MAX_IDLE_ACCOUNTS = 10_000;

interface AccountState {
  /** Tasks that are underway. */
  running: number;
  /** When its last task ended, by the clock of `performance`. */
  endedAt: number;
  /** When it may go on, by the same clock. */
  resumesAt: number;
}

/**
 * How much of the event loop an account gets while others have work, too. Each turn of the event loop has one piece of an
 * account's work at the most, but what another account asks for needs some twenty turns, so that pieces of twenty
 * milliseconds make it wait for half a second. So an account that has worked pauses for as long as is others' due. An account
 * that is alone never pauses.
 */
export class AccountPace {
  private readonly accounts = new Map<string, AccountState>();
  private limit = MAX_IDLE_ACCOUNTS;
  /** Accounts with tasks underway. */
  private busy = 0;
  /** The account whose task ended last, and the last one before it that is another. */
  private last: AccountState | undefined;
  private lastOther: AccountState | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A task of the account has begun. */
  begin(account: string): void {
    const state = this.state(account);
    state.running += 1;
    if (state.running === 1) this.busy += 1;
  }

  /** A task of the account has ended. */
  end(account: string): void {
    const state = this.state(account);
    state.running -= 1;
    if (state.running > 0) return;
    this.busy -= 1;
    state.endedAt = this.now();
    if (this.last === state) return;
    this.lastOther = this.last;
    this.last = state;
  }

  /** The account has worked for so many milliseconds of the event loop; less than none takes back what was charged. */
  charge(account: string, milliseconds: number): void {
    const state = this.state(account);
    const now = this.now();
    const resumesAt = Math.max(now, state.resumesAt) + milliseconds * PAUSE_RATIO;
    state.resumesAt = Math.min(resumesAt, now + MAX_PAUSE_MS);
  }

  /** Milliseconds until the account may go on; 0 when it may at once. */
  pause(account: string): number {
    const state = this.accounts.get(account);
    if (!state) return 0;
    const now = this.now();
    return state.resumesAt > now && this.otherAccountsAreActive(state, now) ? state.resumesAt - now : 0;
  }

  private otherAccountsAreActive(state: AccountState, now: number): boolean {
    if (this.busy > (state.running > 0 ? 1 : 0)) return true;
    const other = this.last === state ? this.lastOther : this.last;
    return other !== undefined && other.endedAt + LINGER_MS > now;
  }

  private state(account: string): AccountState {
    const known = this.accounts.get(account);
    if (known) return known;
    if (this.accounts.size >= this.limit) this.removeIdle();
    const state = { running: 0, endedAt: -Infinity, resumesAt: 0 };
    this.accounts.set(account, state);
    return state;
  }

  private removeIdle(): void {
    const now = this.now();
    for (const [account, { running, resumesAt }] of this.accounts)
      if (running === 0 && resumesAt <= now) this.accounts.delete(account);
    this.limit = this.accounts.size + MAX_IDLE_ACCOUNTS;
  }
}

/** That of this process: it has one event loop. */
export const accountPace = new AccountPace();

/** Milliseconds after which who pauses looks again: the others may have nothing to do any more. */
const RECHECK_MS = 20;

/** Calls `go` when the shortest of the pauses may be over. */
export function afterPause(milliseconds: number, go: () => void): NodeJS.Timeout {
  return setTimeout(go, Math.min(milliseconds, RECHECK_MS));
}

/** The first name that need not pause, or the milliseconds until one need not; undefined when there is no name. */
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
