import pg from 'pg';

/** Executions of each statement in this database; needs the extension pg_stat_statements. */
const CALLS = `SELECT queryid::text AS id, sum(calls)::float8 AS calls FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY queryid`;

/** Counts statements by PostgreSQL's own statistics. */
export class StatementCounter implements AsyncDisposable {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<StatementCounter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    return new StatementCounter(client);
  }

  /** Statements of one call. Rounding removes those of the platform's background work, which are rarer than the calls. */
  async perCall(work: () => Promise<void>, calls: number): Promise<number> {
    const before = await this.calls();
    for (let call = 0; call < calls; call++) await work();
    const after = await this.calls();
    const perCall = [...after].map(([id, count]) => (count - (before.get(id) ?? 0)) / calls);
    return perCall.reduce((sum, count) => sum + Math.round(count), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }

  private async calls(): Promise<Map<string, number>> {
    const { rows } = await this.client.query<{ id: string; calls: number }>(CALLS);
    return new Map(rows.map(({ id, calls }) => [id, calls]));
  }
}
