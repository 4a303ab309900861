import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OpenDatabase } from '../../kernel/postgres/database.js';

/** Outcome of a reconcile: nothing left to do, requeued with a delay, failed permanently, or failed and requeued. */
export type ReconcileOutcome = 'done' | 'requeued' | 'terminal' | 'failed';

export interface ReconcileSample {
  readonly kind: string;
  readonly outcome: ReconcileOutcome;
  readonly seconds: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A locked job is running; one that is not locked is due or scheduled. */
const QUEUE = `
  SELECT count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS running,
         count(*) FILTER (WHERE locked_at IS NULL AND run_at <= now())::int AS due,
         count(*) FILTER (WHERE locked_at IS NULL AND run_at > now())::int AS scheduled,
         coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE locked_at IS NULL AND run_at <= now())), 0)::float
           AS oldest
  FROM graphile_worker.jobs`;

interface QueueRow {
  readonly running: number;
  readonly due: number;
  readonly scheduled: number;
  readonly oldest: number;
}

/** Metrics of an engine: the queue, read at each scrape, and its reconciles. */
export class EngineMetrics {
  readonly registry = new Registry();
  private readonly reconciliations = new Histogram({
    name: 'fleetgraph_reconcile_seconds',
    help: 'Duration of reconciliations in seconds, by kind and outcome.',
    labelNames: ['kind', 'outcome'] as const,
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly failures = new Counter({
    name: 'fleetgraph_reconcile_failures_total',
    help: 'Reconciliations that failed and were requeued.',
    labelNames: ['kind'] as const,
    registers: [this.registry],
  });

  constructor(database: OpenDatabase) {
    const queue = async () => (await database.pool.query<QueueRow>(QUEUE)).rows[0];
    new Gauge({
      name: 'fleetgraph_queue_jobs',
      help: 'Jobs of the queue that all engines share, by state: running, due or scheduled.',
      labelNames: ['state'] as const,
      registers: [this.registry],
      async collect() {
        const row = await queue();
        if (row)
          for (const state of ['running', 'due', 'scheduled'] as const) this.set({ state }, row[state]);
      },
    });
    new Gauge({
      name: 'fleetgraph_queue_oldest_due_seconds',
      help: 'Age of the oldest due job that no worker has locked, in seconds.',
      registers: [this.registry],
      async collect() {
        this.set((await queue())?.oldest ?? 0);
      },
    });
  }

  reconciled({ kind, outcome, seconds }: ReconcileSample): void {
    this.reconciliations.observe({ kind, outcome }, seconds);
    if (outcome === 'failed') this.failures.inc({ kind });
  }
}
