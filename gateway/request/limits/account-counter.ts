/** Counts open items per account, up to a maximum. */
export class AccountCounter {
  private readonly open = new Map<string, number>();

  constructor(private readonly maximum: number) {}

  /** Counts one more item. Returns an idempotent function that releases it, or undefined at the maximum. */
  take(account: string): (() => void) | undefined {
    const count = this.open.get(account) ?? 0;
    if (count >= this.maximum) return undefined;
    this.open.set(account, count + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.release(account);
    };
  }

  private release(account: string): void {
    const count = this.open.get(account) ?? 0;
    if (count <= 1) this.open.delete(account);
    else this.open.set(account, count - 1);
  }
}
