/** A reader of one account's event log. */
export interface EventLogReader {
  readonly account: string;
  /** Sequence of the last event that it has read. */
  position: bigint;
}

/** The readers of the event log in this process, with their positions. */
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

  /** Events that the slowest reader lags behind the head of its account's log. */
  lag(heads: ReadonlyMap<string, bigint>): number {
    let max = 0n;
    for (const { account, position } of this.all) {
      const behind = (heads.get(account) ?? position) - position;
      if (behind > max) max = behind;
    }
    return Number(max);
  }
}
