import type pg from 'pg';

const PROGRESS = `SELECT
  (SELECT count(*)::int FROM clusters.cluster WHERE state = 'RUNNING') AS running,
  (SELECT count(*)::int FROM clusters.node WHERE state = 'running') AS nodes`;

const EVENTS = `SELECT count(*)::int AS events FROM engine.event`;

const OPERATIONS = `SELECT extract(epoch FROM finished_at - created_at)::float8 AS seconds
  FROM engine.operation WHERE type = 'CREATE_CLUSTER' AND state = 'SUCCEEDED'`;

/** Statements of clients, without those that begin and end transactions. */
const STATEMENTS = `SELECT coalesce(sum(calls), 0)::float8 AS statements FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query !~* '^\\s*(begin|commit|rollback|set|discard)'`;

const WORK = `SELECT xact_commit::float8 AS transactions, (tup_inserted + tup_updated + tup_deleted)::float8 AS writes,
  tup_fetched::float8 AS reads FROM pg_stat_database WHERE datname = current_database()`;

const PENDING_JOBS = `SELECT count(*)::int AS jobs FROM graphile_worker.jobs
  WHERE locked_at IS NOT NULL OR run_at <= now()`;

/** PostgreSQL's counters of the database. */
export interface DatabaseWork {
  readonly statements: number;
  readonly transactions: number;
  /** Rows inserted, updated, deleted. */
  readonly writes: number;
  /** Rows fetched through indexes. */
  readonly reads: number;
}

/** Reads the platform's tables directly: a query to the graph would use CPU of the platform. */
export class FleetStatistics {
  constructor(private readonly client: pg.Client) {}

  /** Numbers of running clusters and nodes. */
  progress(): Promise<{ running: number; nodes: number }> {
    return this.row(PROGRESS);
  }

  async events(): Promise<number> {
    return (await this.row<{ events: number }>(EVENTS)).events;
  }

  /** Seconds from the request until running, of each cluster. */
  async provisioningSeconds(): Promise<number[]> {
    const { rows } = await this.client.query<{ seconds: number }>(OPERATIONS);
    return rows.map(({ seconds }) => seconds);
  }

  /** Number of jobs that are running or due. */
  async jobs(): Promise<number> {
    return (await this.row<{ jobs: number }>(PENDING_JOBS)).jobs;
  }

  async work(): Promise<DatabaseWork> {
    const { statements } = await this.row<{ statements: number }>(STATEMENTS);
    return { ...(await this.row<Omit<DatabaseWork, 'statements'>>(WORK)), statements };
  }

  private async row<T extends pg.QueryResultRow>(sql: string): Promise<T> {
    const { rows } = await this.client.query<T>(sql);
    return rows[0]!;
  }
}
