import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** What a query reads stands in no transaction, so each of its statements is counted as one. */
const COMMITS = `SELECT xact_commit::float8 AS commits FROM pg_stat_database WHERE datname = current_database()`;
/** A session of PostgreSQL that has gone idle reports what it did within ten seconds. */
const REPORTED_MS = 11_000;

/** Counts a database's statements by PostgreSQL's own statistics. */
export class StatementCounter implements AsyncDisposable {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<StatementCounter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new StatementCounter(client);
  }

  /** Statements of one call, over many; what the platform does by itself in as much time is taken off. */
  async perCall(work: () => Promise<void>, calls: number): Promise<number> {
    const began = performance.now();
    const busy = await this.during(async () => {
      for (let call = 0; call < calls; call++) await work();
    });
    const took = performance.now() - began - REPORTED_MS;
    const idle = await this.during(() => delay(took));
    return Math.round((busy - idle) / calls);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }

  private async during(work: () => Promise<void>): Promise<number> {
    const before = await this.commits();
    await work();
    await delay(REPORTED_MS);
    return (await this.commits()) - before;
  }

  private async commits(): Promise<number> {
    const { rows } = await this.client.query<{ commits: number }>(COMMITS);
    return rows[0]?.commits ?? 0;
  }
}
