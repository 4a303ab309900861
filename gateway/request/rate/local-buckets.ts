import { LRUCache } from 'lru-cache';
import { type Grant, type Rate, type RateStore, refillRate } from './rate-store.js';

/** Maximum number of buckets; an evicted one starts full again. */
const KEPT = 10_000;

interface Bucket {
  /** Points missing from a full bucket. */
  spent: number;
  /** `performance.now()` timestamp. */
  at: number;
}

/** Token buckets of this process. */
export class LocalBuckets implements RateStore {
  private readonly buckets = new LRUCache<string, Bucket>({ max: KEPT });

  constructor(private readonly rate: Rate) {}

  take(account: string, points: number): Promise<Grant> {
    return Promise.resolve(this.takeNow(account, points));
  }

  takeNow(account: string, points: number): Grant {
    const bucket = this.filled(account);
    const available = this.rate.points - bucket.spent;
    const granted = Math.min(points, available);
    bucket.spent += granted;
    return { granted, remaining: available - granted };
  }

  /** Returns unused points. */
  release(account: string, points: number): void {
    const bucket = this.filled(account);
    bucket.spent = Math.max(0, bucket.spent - points);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** The account's bucket, refilled up to now. */
  private filled(account: string): Bucket {
    const now = performance.now();
    const bucket = this.buckets.get(account) ?? { spent: 0, at: now };
    bucket.spent = Math.max(0, bucket.spent - ((now - bucket.at) / 1000) * refillRate(this.rate));
    bucket.at = now;
    this.buckets.set(account, bucket);
    return bucket;
  }
}
