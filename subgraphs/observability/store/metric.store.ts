import type { AccountKey } from '../../../engine/jobs/queue.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';
import { type MetricName, metricNames, type MetricRange } from '../model/metric.rules.js';

/** A value that was measured at a time. */
export interface Sample {
  readonly clusterId: string;
  /** The cluster (''), a node or a workload of it; see metric.rules.ts. */
  readonly subject: string;
  readonly name: MetricName;
  readonly at: Date;
  readonly value: number;
}

/** A cluster, node or workload that has samples. */
export interface SubjectRef {
  readonly clusterId: string;
  readonly subject: string;
}

/** Stores samples and reads their means over steps of time. */
export class MetricStore {
  constructor(private readonly database: Database) {}

  /** Adds samples in one statement. */
  async add(samples: readonly Sample[]): Promise<void> {
    if (samples.length === 0) return;
    await this.database.$executeRaw`
      INSERT INTO observability.metric_sample (cluster_id, subject, name, at, value)
      SELECT * FROM unnest(${samples.map(({ clusterId }) => clusterId)}::text[], ${samples.map(({ subject }) => subject)}::text[],
                           ${samples.map(({ name }) => name)}::text[], ${samples.map(({ at }) => at)}::timestamptz[],
                           ${samples.map(({ value }) => value)}::float8[])
      ON CONFLICT DO NOTHING`;
  }

  /** Returns mean values of the subjects by step, ordered by subject, name and time, in one statement. */
  async means(subjects: readonly SubjectRef[], range: MetricRange): Promise<Sample[]> {
    return this.select(
      range,
      Prisma.sql`
      unnest(${subjects.map(({ clusterId }) => clusterId)}::text[], ${subjects.map(({ subject }) => subject)}::text[])
        AS requested (cluster_id, subject) JOIN observability.metric_sample AS sample USING (cluster_id, subject)`,
    );
  }

  /** Returns mean values of every node of the clusters by step. */
  async nodeMeans(clusterIds: readonly string[], range: MetricRange): Promise<Sample[]> {
    return this.select(
      range,
      Prisma.sql`
      (SELECT * FROM observability.metric_sample
       WHERE cluster_id = ANY(${[...clusterIds]}::text[]) AND subject LIKE 'node/%') AS sample`,
    );
  }

  /** Clusters that have an API but no sample since `since`. */
  unmeasured(since: Date): Promise<AccountKey[]> {
    return this.database.$queryRaw<AccountKey[]>`
      SELECT access.cluster_id AS id, access.account FROM engine.cluster_access AS access WHERE NOT EXISTS (
        SELECT FROM observability.metric_sample AS sample
        WHERE sample.cluster_id = access.cluster_id AND sample.subject = '' AND sample.name = 'nodes' AND sample.at >= ${since})`;
  }

  /** Deletes the samples before a time. */
  async prune(before: Date): Promise<void> {
    await this.database.$executeRaw`DELETE FROM observability.metric_sample WHERE at < ${before}`;
  }

  private async select({ from, to, step }: MetricRange, source: Prisma.Sql): Promise<Sample[]> {
    const rows = await this.database.$queryRaw<
      { cluster_id: string; subject: string; name: MetricName; step: Date; mean: number }[]
    >`
      SELECT cluster_id, subject, name, date_bin(${step} * interval '1 second', at, ${from}) AS step, avg(value) AS mean
      FROM ${source}
      WHERE name = ANY(${metricNames}::text[]) AND at >= ${from} AND at < ${to}
      GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
    return rows.map((row) => ({
      clusterId: row.cluster_id,
      subject: row.subject,
      name: row.name,
      at: row.step,
      value: row.mean,
    }));
  }
}
