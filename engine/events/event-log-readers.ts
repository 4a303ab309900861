/** Somebody who follows an account's log. */
export interface Follower {
  readonly account: string;
  /** The last event that it has taken. */
  position: bigint;
}

/** Who follows the log in this process, and how far each has got. */
export class EventFollowers {
  private readonly all = new Set<Follower>();

  join(account: string, position: bigint): Follower {
    const follower = { account, position };
    this.all.add(follower);
    return follower;
  }

  leave(follower: Follower): void {
    this.all.delete(follower);
  }

  get count(): number {
    return this.all.size;
  }

  accounts(): string[] {
    return [...new Set([...this.all].map(({ account }) => account))];
  }

  /** How many events the last of them is behind the heads of the logs, by account. */
  lag(heads: ReadonlyMap<string, bigint>): number {
    let most = 0n;
    for (const { account, position } of this.all) {
      const behind = (heads.get(account) ?? position) - position;
      if (behind > most) most = behind;
    }
    return Number(most);
  }
}
