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
import { defaultTiming, type EngineTiming } from './jobs/engine-timing.js';
import { housekeeping, type HousekeepingOptions } from './jobs/housekeeping.js';
import { SCHEDULE_TASK, taskList } from './jobs/task-list.js';
import { releaseOrphanedJobs, holdWorkerLease } from './jobs/worker-lease.js';
import { keepDueJobsRanked, SCHEDULE_RANK } from './jobs/ranks.js';

export interface EngineOptions extends HousekeepingOptions {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly log: Log;
  /** Jobs that run concurrently. */
  readonly concurrency: number;
  readonly reconcilers: readonly Reconciler[];
  readonly schedules: readonly Schedule[];
  /** Fault injection of tests. Default none. */
  readonly faults?: FaultInjector;
  /** Records the results of reconciles. */
  readonly metrics?: EngineMetrics | undefined;
  /** Grace period of running jobs when the engine stops, in milliseconds. Default 10,000. */
  readonly stopGraceMs?: number;
  /** Default `defaultTiming`. */
  readonly timing?: EngineTiming | undefined;
}

/** A running engine. Disposing it waits for running jobs and aborts them after the grace period. */
export type Engine = AsyncDisposable;

const RESTART_MS = 1_000;
/** Time between the abort and the end of the engine. Jobs that still run then are unlocked when its lease ends. */
const ABORT_GRACE_MS = 5_000;

/**
 * Connections besides one for each job: LISTEN, the lease, the sweep of orphaned jobs, the ranking. The pool is separate
 * from that of the reconcilers, so neither can starve the other. Connections are opened on demand.
 */
const EXTRA_CONNECTIONS = 4;

/**
 * Starts the workers of the queue and resolves when they run. Needs the tables of `migrate` and `installQueue`. Restarts
 * them when the connection to the database is lost.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { database, log, stopGraceMs = 10_000, timing = defaultTiming } = options;
  const pool = new pg.Pool({
    connectionString: database.url,
    max: options.concurrency + EXTRA_CONNECTIONS,
    application_name: 'fleetgraph engine',
  });
  // A lost connection rejects the statement that uses it; without these listeners the process would exit.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const stopping = new AbortController();
  const sweeper = releaseOrphanedJobs(pool, log, timing.sweepMs);
  const ranking = keepDueJobsRanked(pool, log);
  const supervised = await supervise({ ...options, timing, pool, signal: stopping.signal }).catch(
    async (error: unknown) => {
      // Open connections would keep the process alive.
      await sweeper[Symbol.asyncDispose]();
      await ranking[Symbol.asyncDispose]();
      await pool.end();
      throw error;
    },
  );
  return {
    async [Symbol.asyncDispose]() {
      const abort = setTimeout(() => stopping.abort(new Error('the engine stops')), stopGraceMs);
      const timeout = setTimeoutPromise(stopGraceMs + ABORT_GRACE_MS);
      await Promise.race([supervised.stop(), timeout.promise]);
      timeout.clear();
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
  readonly timing: EngineTiming;
  readonly signal: AbortSignal;
}

/** Restarts the runner, with a new worker pool id, whenever it ends without a call of `stop`. */
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
  /** Settles when the runner has ended and its lease is released. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function startRunner(options: Supervision): Promise<RunningQueue> {
  const { pool, log, concurrency, timing } = options;
  const leases = new Map<string, Promise<AsyncDisposable>>();
  /** A worker fetches jobs only while its pool's lease is held; else the sweep would release them as orphaned. */
  const acquire = async (poolId: string) => {
    const lease = leases.get(poolId) ?? holdWorkerLease(pool, poolId, log);
    leases.set(poolId, lease);
    await lease;
  };
  const runner: Runner = await run({
    pgPool: pool,
    concurrency,
    pollInterval: timing.pollMs,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: (options.stopGraceMs ?? 10_000) + ABORT_GRACE_MS,
    logger: queueLogger(log),
    taskList: taskList({
      ...options,
      ...timing,
      schedules: allSchedules(options),
      scope: scopeOf(options),
    }),
    parsedCronItems: cronItems(allSchedules(options)),
    preset: {
      worker: {
        localQueue: { size: concurrency, ttl: 2_000 },
        // graphile-worker awaits only batched completions. Without batches, a connection that is lost while a job is
        // completed is an unhandled rejection, which ends the process instead of the runner.
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
