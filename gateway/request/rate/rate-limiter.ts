import { LRUCache } from 'lru-cache';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { Log } from '../../../kernel/log.js';
import { AccountLease } from './account-lease.js';
import { LocalBuckets } from './local-buckets.js';
import type { Rate, RateStore } from './rate-store.js';
import { SharedBuckets } from './shared-buckets.js';

export interface RateOptions extends Rate {
  /** PostgreSQL database in which gateways share the buckets; without it each gateway has its own. */
  readonly databaseUrl?: string | undefined;
}

/** Remaining points of an account. */
export interface RateState extends Rate {
  readonly remaining: number;
  /** Seconds until the bucket is full. */
  readonly reset: number;
}

/** Maximum number of leases; an evicted account leases again. */
const KEPT = 10_000;

/**
 * Rate limit per account, as a token bucket. Points are leased from the store in portions, so that most
 * requests need no round trip.
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
   * Spends points, minus those `charged` before. Resolves to false when the account has too few. An operation
   * never costs more than a full bucket.
   */
  spend(account: string, points: number, charged = 0): MaybePromise<boolean> {
    return this.lease(account).spend(Math.min(points, this.options.points) - charged);
  }

  /** Corrects a charge of `spend` to the actual cost. */
  settle(account: string, spent: number, actual: number): void {
    this.leases.get(account)?.correct(Math.min(spent, this.options.points) - actual);
  }

  /** Seconds until the account may have that many points. */
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
    const existing = this.leases.get(account);
    if (existing) return existing;
    const lease = new AccountLease(account, this.options, this.store);
    this.leases.set(account, lease);
    return lease;
  }
}
