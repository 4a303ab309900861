import { LRUCache } from 'lru-cache';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { Log } from '../../../kernel/log.js';
import { AccountLease } from './account-lease.js';
import { LocalBuckets } from './local-buckets.js';
import type { Rate, RateStore } from './rate-store.js';
import { SharedBuckets } from './shared-buckets.js';

export interface RateOptions extends Rate {
  /** PostgreSQL through which gateways share the accounts' points; without it each gateway counts for itself. */
  readonly databaseUrl?: string | undefined;
}

/** What an account has left. */
export interface RateState extends Rate {
  readonly remaining: number;
  /** Seconds until all points are there again. */
  readonly reset: number;
}

/** Accounts whose lease is kept; an account that is forgotten leases again. */
const KEPT = 10_000;

/**
 * How much each account may spend: a token bucket each. Points are leased from the store in portions, so most requests
 * are decided without asking it.
 */
export class RateLimiter implements AsyncDisposable {
  private readonly leases = new LRUCache<string, AccountLease>({ max: KEPT });

  private constructor(
    private readonly options: RateOptions,
    private readonly store: RateStore,
  ) {}

  static open(options: RateOptions, log: Log): RateLimiter {
    const store = options.databaseUrl
      ? new SharedBuckets({ ...options, databaseUrl: options.databaseUrl, log })
      : new LocalBuckets(options);
    return new RateLimiter(options, store);
  }

  /**
   * Takes points of the account, of which it may have paid some already; false when it has not so many left. An
   * operation never costs more than all.
   */
  spend(account: string, points: number, paid = 0): MaybePromise<boolean> {
    return this.lease(account).spend(Math.min(points, this.options.points) - paid);
  }

  /** Gives back what `spend` took too much for what has cost `actual`, or takes what was too little. */
  settle(account: string, spent: number, actual: number): void {
    this.leases.get(account)?.correct(Math.min(spent, this.options.points) - actual);
  }

  /** Seconds until the account may have so many points. */
  wait(account: string, points: number): number {
    return this.lease(account).wait(Math.min(points, this.options.points));
  }

  state(account: string): RateState {
    const { remaining, reset } = this.lease(account).state();
    return { points: this.options.points, window: this.options.window, remaining, reset };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  private lease(account: string): AccountLease {
    const known = this.leases.get(account);
    if (known) return known;
    const lease = new AccountLease(account, this.options, this.store);
    this.leases.set(account, lease);
    return lease;
  }
}
