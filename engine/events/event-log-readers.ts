/** Somebody who follows an account's log. */
export interface EventLogReader {
  readonly account: string;
  /** The last event that it has taken. */
  position: bigint;
}

/** Who follows the log in this process, and how far each has got. */
export class EventLogReaders {
  private readonly all = new Set<EventLogReader>();

  add(account: string, position: bigint): EventLogReader {
    const reader = { account, position };
    this.all.add(reader);
    return reader;
  }

  remove(reader: EventLogReader): void {
    this.all.delete(reader);
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
