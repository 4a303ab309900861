import type { RateStore } from './rate-store.js';

/** One account's points in this process: what has been leased of the window and not been spent; below zero is owed. */
export class AccountLease {
  private leased = 0;
  /** What the store had left when it was last asked. */
  private left: number;
  private windowEnd = 0;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly account: string,
    private readonly window: { readonly points: number; readonly window: number },
    private readonly store: RateStore,
  ) {
    this.left = window.points;
  }

  /** Takes points if the account has them. */
  async spend(points: number): Promise<boolean> {
    for (;;) {
      this.renew();
      if (this.leased >= points) {
        this.leased -= points;
        return true;
      }
      if (this.left <= 0) return false;
      this.asking ??= this.ask(points).finally(() => (this.asking = undefined));
      await this.asking;
    }
  }

  /** Gives points back, or (negative) takes more, as long as their window lasts. The account may come to owe some. */
  correct(points: number): void {
    this.renew();
    if (this.windowEnd === 0) return;
    this.leased = Math.min(this.leased + points, this.window.points);
  }

  state(): { readonly remaining: number; readonly reset: number } {
    this.renew();
    const remaining = Math.max(0, Math.min(this.window.points, Math.floor(this.leased + this.left)));
    const reset = this.windowEnd === 0 ? 0 : Math.max(1, Math.ceil((this.windowEnd - Date.now()) / 1000));
    return { remaining, reset };
  }

  private async ask(points: number): Promise<void> {
    const portion = Math.max(Math.ceil(points - this.leased), this.store.portion);
    const { granted, left, resetIn } = await this.store.take(this.account, portion);
    this.leased += granted;
    this.left = left;
    this.windowEnd = Date.now() + resetIn;
  }

  /** Leases end with their window. The time is the store's, which is the machine's: windows end by themselves. */
  private renew(): void {
    if (this.windowEnd === 0 || Date.now() < this.windowEnd) return;
    this.leased = 0;
    this.left = this.window.points;
    this.windowEnd = 0;
  }
}
