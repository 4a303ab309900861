import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { type Rate, type RateStore, refillRate } from './rate-store.js';

/**
 * Leases take a twentieth of the bucket: with ten gateways an unspent lease withholds half a per cent of the
 * points from the others.
 */
const PORTIONS = 20;

/**
 * Points of one account that this process has leased from its bucket and not spent. Negative after an operation
 * cost more than estimated.
 */
export class AccountLease {
  private leased = 0;
  /** Points left in the bucket at the last lease. */
  private remainingPoints: number;
  /** Time of the last lease (`performance.now()`); undefined without one. */
  private leasedAt: number | undefined;
  private pendingGrant: Promise<boolean> | undefined;

  constructor(
    private readonly account: string,
    private readonly rate: Rate,
    private readonly store: RateStore,
  ) {
    this.remainingPoints = rate.points;
  }

  /** Spends points if the account has enough. */
  spend(points: number): MaybePromise<boolean> {
    return this.take(points, false);
  }

  /** `drained`: the bucket has just granted less than requested. */
  private take(points: number, drained: boolean): MaybePromise<boolean> {
    this.renew();
    if (this.leased >= points) {
      this.leased -= points;
      return true;
    }
    // Do not query the store when even the estimate is too low. It is an upper bound: other gateways also take points.
    if (drained || this.available() < points) return false;
    this.pendingGrant ??= this.requestGrant(points).finally(() => (this.pendingGrant = undefined));
    return this.pendingGrant.then((empty) => this.take(points, empty));
  }

  /** Refunds points, or charges more when negative, while the lease lasts. The balance may become negative. */
  correct(points: number): void {
    this.renew();
    if (this.leasedAt === undefined) return;
    this.leased = Math.min(this.leased + points, this.rate.points);
  }

  state(): { readonly remaining: number; readonly reset: number } {
    this.renew();
    const remaining = Math.max(0, Math.min(this.rate.points, Math.floor(this.available())));
    return { remaining, reset: Math.ceil((this.rate.points - remaining) / refillRate(this.rate)) };
  }

  /** Seconds until that many points may be available. */
  wait(points: number): number {
    this.renew();
    return Math.max(1, Math.ceil((points - this.available()) / refillRate(this.rate)));
  }

  /** Resolves to whether the bucket granted less than requested. */
  private async requestGrant(points: number): Promise<boolean> {
    const portion = Math.max(points - this.leased, this.rate.points / PORTIONS);
    const { granted, remaining } = await this.store.take(this.account, Math.min(portion, this.rate.points));
    this.leased += granted;
    this.remainingPoints = remaining;
    this.leasedAt = performance.now();
    return granted < portion;
  }

  /** Leased points plus an estimate of the points in the bucket. */
  private available(): number {
    return (
      this.leased + Math.min(this.rate.points, this.remainingPoints + this.age() * refillRate(this.rate))
    );
  }

  /** A lease ends after one window, when the bucket is full again. */
  private renew(): void {
    if (this.age() < this.rate.window) return;
    this.leased = 0;
    this.remainingPoints = this.rate.points;
    this.leasedAt = undefined;
  }

  /** Seconds since the last lease. */
  private age(): number {
    return this.leasedAt === undefined ? 0 : (performance.now() - this.leasedAt) / 1000;
  }
}
