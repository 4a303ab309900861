import { Logger, parseCronItems, run, type Runner } from 'graphile-worker';
import pg from 'pg';
import type { Clock } from '../kernel/clock.js';
import type { OpenDatabase } from '../kernel/postgres/database.js';
import type { Log } from '../kernel/log.js';
import {
  noFaultInjection,
  type FaultInjector,
  type Reconciler,
  type ReconcileContext,
  type Schedule,
} from './contract.js';
import type { EngineMetrics } from './jobs/engine-metrics.js';
import { housekeeping, type HousekeepingOptions } from './jobs/housekeeping.js';
import { SCHEDULE_TASK, taskList } from './jobs/task-list.js';
import { releaseOrphanedJobs, holdWorkerLease } from './jobs/worker-lease.js';
import { keepDueJobsRanked, SCHEDULE_RANK } from './jobs/ranks.js';

export interface EngineOptions extends HousekeepingOptions {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly log: Log;
  /** Jobs worked on at once. */
  readonly concurrency: number;
  readonly reconcilers: readonly Reconciler[];
  readonly schedules: readonly Schedule[];
  /** Production leaves it out. */
  readonly faults?: FaultInjector;
  /** Told how reconciliations end. */
  readonly metrics?: EngineMetrics | undefined;
  /** How long running jobs may take to end when the engine stops, in milliseconds. Default 10,000. */
  readonly stopGraceMs?: number;
}

/** A running engine. Disposing it waits for the jobs that run; what has not ended after the grace is aborted. */
export type Engine = AsyncDisposable;

/** How often delayed jobs are looked for; new ones are heard of at once. */
const POLL_MS = 500;
const RESTART_MS = 1_000;
/** After the abort, running jobs get this long before the engine leaves them; their locks end with its lease. */
const ABORT_GRACE_MS = 5_000;

/**
 * Connections beyond one for each job: one listens, one holds the lease, one looks for the dead, one ranks jobs. They are
 * apart from those that reconcilers use, so neither can starve the other; a connection is opened when it is first needed.
 */
const EXTRA_CONNECTIONS = 4;

/**
 * Starts working on the queue; returns when it does. Needs the tables of `migrate` and `installQueue`. When the
 * connection to the database is lost, it starts again by itself.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { database, log, stopGraceMs = 10_000 } = options;
  const pool = new pg.Pool({
    connectionString: database.url,
    max: options.concurrency + EXTRA_CONNECTIONS,
    application_name: 'fleetgraph engine',
  });
  // Lost connections show where they are used; without listeners the process would end.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const stopping = new AbortController();
  const sweeper = releaseOrphanedJobs(pool, log);
  const ranking = keepDueJobsRanked(pool, log);
  const supervised = await supervise({ ...options, pool, signal: stopping.signal }).catch(
    async (error: unknown) => {
      // Connections that stay open would keep the process from ending.
      await sweeper[Symbol.asyncDispose]();
      await ranking[Symbol.asyncDispose]();
      await pool.end();
      throw error;
    },
  );
  return {
    async [Symbol.asyncDispose]() {
      const abort = setTimeout(() => stopping.abort(new Error('the engine stops')), stopGraceMs);
      const left = setTimeoutPromise(stopGraceMs + ABORT_GRACE_MS);
      await Promise.race([supervised.stop(), left.promise]);
      left.clear();
      clearTimeout(abort);
      stopping.abort(new Error('the engine has stopped'));
      await sweeper[Symbol.asyncDispose]();
      await ranking[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

interface Supervision extends EngineOptions {
  readonly pool: pg.Pool;
  readonly signal: AbortSignal;
}

/** Keeps one runner going: a new one (with a new name) starts when the old one ends by itself. */
async function supervise(options: Supervision): Promise<{ stop(): Promise<void> }> {
  let current = await startRunner(options);
  let stopped = false;
  let waiting: NodeJS.Timeout | undefined;
  const restart = () => {
    if (stopped) return;
    options.log.error('worker stopped unexpectedly; restarting');
    const begin = () => {
      startRunner(options).then(
        async (next) => (stopped ? next.stop() : watch(next)),
        (error: unknown) => {
          options.log.error({ err: error }, 'worker restart failed');
          if (!stopped) waiting = setTimeout(begin, RESTART_MS);
        },
      );
    };
    waiting = setTimeout(begin, RESTART_MS);
  };
  const watch = (next: RunningQueue) => {
    current = next;
    next.ended.then(restart, restart);
  };
  watch(current);
  return {
    stop() {
      stopped = true;
      clearTimeout(waiting);
      return current.stop();
    },
  };
}

interface RunningQueue {
  /** Settles when the runner has ended and its lease is given back. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function startRunner(options: Supervision): Promise<RunningQueue> {
  const { pool, log, concurrency } = options;
  const leases = new Map<string, Promise<AsyncDisposable>>();
  /** A worker may take jobs only when its pool's lease is held; else they would look like a dead pool's. */
  const acquire = async (poolId: string) => {
    const held = leases.get(poolId) ?? holdWorkerLease(pool, poolId, log);
    leases.set(poolId, held);
    await held;
  };
  const runner: Runner = await run({
    pgPool: pool,
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: (options.stopGraceMs ?? 10_000) + ABORT_GRACE_MS,
    logger: queueLogger(log),
    taskList: taskList({ ...options, schedules: allSchedules(options), scope: scopeOf(options) }),
    parsedCronItems: cronItems(allSchedules(options)),
    preset: {
      worker: {
        localQueue: { size: concurrency, ttl: 2_000 },
        // Only what it records in batches does graphile-worker wait for: else a database that is lost at that moment is
        // an unhandled rejection, which ends the process, and not the end of the runner, which starts another.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
      plugins: [
        {
          name: 'FleetgraphLiveness',
          version: '1.0.0',
          worker: { hooks: { startWorker: (_ctx, { worker }) => acquire(worker.workerPool.id) } },
        },
      ],
    },
  });
  const ended = runner.promise.finally(async () => {
    for (const life of leases.values()) await (await life)[Symbol.asyncDispose]();
  });
  ended.catch(() => undefined);
  return {
    ended,
    async stop() {
      await runner.stop().catch(() => undefined);
      await ended.catch(() => undefined);
    },
  };
}

function scopeOf({ database, clock, log, faults = noFaultInjection, signal }: Supervision): ReconcileContext {
  return { database: database.prisma, clock, log, faults, signal };
}

function allSchedules(options: EngineOptions): Schedule[] {
  return [...options.schedules, ...housekeeping(options)];
}

function cronItems(schedules: readonly Schedule[]) {
  return parseCronItems(
    schedules.map(({ name, cron }) => ({
      task: SCHEDULE_TASK,
      match: cron,
      identifier: name,
      payload: { name },
      options: {
        backfillPeriod: 0,
        maxAttempts: 3,
        queueName: `schedule:${name}`,
        jobKey: `schedule:${name}`,
        priority: SCHEDULE_RANK,
      },
    })),
  );
}

function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    const write = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
    log[write[level as keyof typeof write] ?? 'debug'](
      { ...(meta?.error instanceof Error && { err: meta.error }) },
      message,
    );
  });
}

function setTimeoutPromise(ms: number): { promise: Promise<void>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return { promise, clear: () => clearTimeout(timer) };
}
