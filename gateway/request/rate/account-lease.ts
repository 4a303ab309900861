import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { type Rate, type RateStore, refillRate } from './rate-store.js';

/** Taken in twentieths of the bucket: a gateway in ten that holds an unspent one keeps half a per cent from the others. */
const PORTIONS = 20;

/** One account's points in this process: what has been taken from its bucket and not been spent; below zero is owed. */
export class AccountLease {
  private leased = 0;
  /** What the bucket had left when it was last asked. */
  private left: number;
  /** When that was, by the clock of `performance`; undefined before, and when the lease has ended. */
  private askedAt: number | undefined;
  private asking: Promise<boolean> | undefined;

  constructor(
    private readonly account: string,
    private readonly rate: Rate,
    private readonly store: RateStore,
  ) {
    this.left = rate.points;
  }

  /** Takes points if the account has them. */
  spend(points: number): MaybePromise<boolean> {
    return this.take(points, false);
  }

  /** `drained` when the bucket has just said that it has no more. */
  private take(points: number, drained: boolean): MaybePromise<boolean> {
    this.renew();
    if (this.leased >= points) {
      this.leased -= points;
      return true;
    }
    // Others take from the bucket, too: what may be there is asked for, what cannot be there is not.
    if (drained || this.available() < points) return false;
    this.asking ??= this.ask(points).finally(() => (this.asking = undefined));
    return this.asking.then((empty) => this.take(points, empty));
  }

  /** Gives points back, or (negative) takes more, as long as the lease lasts. The account may come to owe some. */
  correct(points: number): void {
    this.renew();
    if (this.askedAt === undefined) return;
    this.leased = Math.min(this.leased + points, this.rate.points);
  }

  state(): { readonly remaining: number; readonly reset: number } {
    this.renew();
    const remaining = Math.max(0, Math.min(this.rate.points, Math.floor(this.available())));
    return { remaining, reset: Math.ceil((this.rate.points - remaining) / refillRate(this.rate)) };
  }

  /** Seconds until there may be so many points. */
  wait(points: number): number {
    this.renew();
    return Math.max(1, Math.ceil((points - this.available()) / refillRate(this.rate)));
  }

  /** Whether the bucket had less than was asked for. */
  private async ask(points: number): Promise<boolean> {
    const portion = Math.max(points - this.leased, this.rate.points / PORTIONS);
    const { granted, left } = await this.store.take(this.account, Math.min(portion, this.rate.points));
    this.leased += granted;
    this.left = left;
    this.askedAt = performance.now();
    return granted < portion;
  }

  /** What is here, and what may be in the bucket by now. */
  private available(): number {
    return this.leased + Math.min(this.rate.points, this.left + this.age() * refillRate(this.rate));
  }

  /** Leases end when the bucket has been filled since: their points are there again. */
  private renew(): void {
    if (this.age() < this.rate.window) return;
    this.leased = 0;
    this.left = this.rate.points;
    this.askedAt = undefined;
  }

  /** Seconds since the bucket was asked. */
  private age(): number {
    return this.askedAt === undefined ? 0 : (performance.now() - this.askedAt) / 1000;
  }
}
