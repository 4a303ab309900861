import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  done,
  requeueAfter,
  TerminalError,
  type ReconcileResult,
  type Reconciler,
} from '../../engine/contract.js';
import { startEngine } from '../../engine/engine.js';
import { enqueue, enqueueAll, enqueueLater } from '../../engine/jobs/queue.js';
import { defaultTiming } from '../../engine/jobs/engine-timing.js';
import { systemClock } from '../../kernel/clock.js';
import { createLog } from '../../kernel/log.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

const log = createLog('silent');
let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

function engineOf(...reconcilers: Reconciler[]) {
  return startEngine({
    database: kit.database,
    clock: systemClock,
    log,
    concurrency: 4,
    reconcilers,
    schedules: [],
    timing: { ...defaultTiming, pollMs: 50, sweepMs: 200 },
  });
}

/** A reconciler that records its runs and then calls the test's function. */
function recording(
  kind: string,
  work: (key: string, run: number) => Promise<ReconcileResult> | ReconcileResult,
) {
  const runs: string[] = [];
  const reconciler: Reconciler = {
    kind,
    reconcile: async (key) => {
      runs.push(key);
      return work(key, runs.filter((other) => other === key).length);
    },
  };
  return { runs, reconciler };
}

describe('the queue', () => {
  it('reconciles a key once, however often it was enqueued before', async () => {
    const { runs, reconciler } = recording('once', () => done);
    const { prisma } = kit.database;
    await prisma.$transaction(async (tx) => {
      await enqueue(tx, 'once', 'a');
      await enqueueAll(tx, 'once', ['b', 'a', 'b']);
    });
    await enqueue(prisma, 'once', 'a');
    await using _engine = await engineOf(reconciler);
    await eventually(() => runs.length >= 2);
    await eventually(() => jobsLeft('once').then((left) => left === 0));
    expect([...runs].sort()).toEqual(['a', 'b']);
  });

  it('enqueues nothing for a transaction that is rolled back', async () => {
    const { prisma } = kit.database;
    await prisma
      .$transaction(async (tx) => {
        await enqueue(tx, 'rolled-back', 'a');
        throw new Error('changed my mind');
      })
      .catch(() => undefined);
    expect(await jobsLeft('rolled-back')).toBe(0);
  });

  it('reconciles a key again when it is enqueued during its reconcile, and never concurrently', async () => {
    let running = 0;
    let most = 0;
    const { runs, reconciler } = recording('again', async (_key, run) => {
      most = Math.max(most, ++running);
      if (run === 1) {
        await enqueue(kit.database.prisma, 'again', 'a');
        // When this job runs, the other workers have had the opportunity to fetch the first one.
        await enqueue(kit.database.prisma, 'again-other', 'b');
        await eventually(() => other.runs.length > 0);
      }
      running--;
      return done;
    });
    const other = recording('again-other', () => done);
    await using _engine = await engineOf(reconciler, other.reconciler);
    await enqueue(kit.database.prisma, 'again', 'a');
    await eventually(() => runs.length === 2);
    expect(most).toBe(1);
  });

  it('requeues a key whose reconciler throws, and a key that asks for a delayed reconcile', async () => {
    const throwing = recording('throwing', (_key, run) => {
      if (run < 3) throw new Error('not yet');
      return done;
    });
    const polling = recording('polling', (_key, run) => (run < 3 ? requeueAfter(10) : done));
    await using _engine = await engineOf(throwing.reconciler, polling.reconciler);
    await enqueue(kit.database.prisma, 'throwing', 'a');
    await enqueue(kit.database.prisma, 'polling', 'a');
    await eventually(() => throwing.runs.length === 3 && polling.runs.length === 3);
  });

  it('reconciles a key that an earlier release enqueued under the former kind', async () => {
    const { runs, reconciler } = recording('renamed', () => done);
    await enqueue(kit.database.prisma, 'former', 'a');
    await using _engine = await engineOf({ ...reconciler, formerKind: 'former' });
    await eventually(() => runs.length === 1);
    await eventually(async () => (await jobsLeft('former')) + (await jobsLeft('renamed')) === 0);
    expect(runs).toEqual(['a']);
  });

  it('passes a TerminalError to the reconciler and does not requeue the key', async () => {
    const problems: string[] = [];
    const { runs, reconciler } = recording('terminal', () => {
      throw new TerminalError({ code: 'OUT_OF_STOCK', message: 'None left.' });
    });
    const failed: Reconciler['failed'] = async (key, problem) =>
      void problems.push(`${key}: ${problem.code}`);
    await using _engine = await engineOf({ ...reconciler, failed });
    await enqueue(kit.database.prisma, 'terminal', 'a');
    await eventually(() => problems.length === 1);
    await eventually(() => jobsLeft('terminal').then((left) => left === 0));
    expect(problems).toEqual(['a: OUT_OF_STOCK']);
    expect(runs).toEqual(['a']);
  });

  it('keeps the earlier of two delayed reconciles, and an immediate reconcile as a separate job', async () => {
    const { prisma } = kit.database;
    await enqueueLater(prisma, { kind: 'later', key: 'a' }, 1_000_000);
    await enqueueLater(prisma, { kind: 'later', key: 'a' }, 10_000);
    await enqueueLater(prisma, { kind: 'later', key: 'a' }, 5_000_000);
    await enqueue(prisma, 'later', 'a');
    const jobs = await kit.database.pool.query<{ due: number }>(
      `SELECT extract(epoch FROM run_at - now())::float8 AS due FROM graphile_worker._private_jobs
       WHERE payload->>'kind' = 'later' ORDER BY 1`,
    );
    expect(jobs.rows.map(({ due }) => (due <= 0 ? 'due' : due <= 10 ? 'soon' : 'late'))).toEqual([
      'due',
      'soon',
    ]);
  });

  it('waits for a running reconcile when it stops', async () => {
    let ended = false;
    let begun = false;
    const { reconciler } = recording('slow', async () => {
      begun = true;
      await kit.database.pool.query('SELECT pg_sleep(0.3)');
      ended = true;
      return done;
    });
    {
      await using _engine = await engineOf(reconciler);
      await enqueue(kit.database.prisma, 'slow', 'a');
      await eventually(() => begun);
    }
    expect(ended).toBe(true);
    expect(await jobsLeft('slow')).toBe(0);
  });

  it('resumes when every connection of the engine to the database is cut', async () => {
    const { runs, reconciler } = recording('cut', () => done);
    await using _engine = await engineOf(reconciler);
    await enqueue(kit.database.prisma, 'cut', 'before');
    // The job must also be recorded as done, because it is repeated otherwise.
    await eventually(async () => runs.length === 1 && (await jobsLeft('cut')) === 0);
    await kit.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'fleetgraph engine' AND datname = current_database()`,
    );
    await enqueue(kit.database.prisma, 'cut', 'after');
    await eventually(() => runs.length === 2);
    expect(runs).toEqual(['before', 'after']);
  });

  it('releases the jobs of a crashed worker and keeps the jobs of a running worker', async () => {
    const { runs, reconciler } = recording('orphan', () => done);
    await enqueue(kit.database.prisma, 'orphan', 'a');
    await kit.database.pool.query(
      `WITH j AS (UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'pool-dead', attempts = 1
       WHERE payload->>'kind' = 'orphan' RETURNING job_queue_id)
       UPDATE graphile_worker._private_job_queues SET locked_at = now(), locked_by = 'pool-dead'
       WHERE id IN (SELECT job_queue_id FROM j)`,
    );
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const long = recording('long', () => gate.then(() => done));
    await using _first = await engineOf(long.reconciler, reconciler);
    await enqueue(kit.database.prisma, 'long', 'a');
    await eventually(() => long.runs.length === 1);
    await using _second = await engineOf(long.reconciler, reconciler);
    await eventually(() => runs.length === 1);
    expect(long.runs).toEqual(['a']);
    letGo();
  });

  it('deletes the leftover of a job that was enqueued again before its worker crashed', async () => {
    const { runs, reconciler } = recording('again', () => done);
    await enqueue(kit.database.prisma, 'again', 'a');
    await kit.database.pool.query(
      `WITH j AS (UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'pool-gone', attempts = 1
       WHERE payload->>'kind' = 'again' RETURNING job_queue_id)
       UPDATE graphile_worker._private_job_queues SET locked_at = now(), locked_by = 'pool-gone'
       WHERE id IN (SELECT job_queue_id FROM j)`,
    );
    await enqueue(kit.database.prisma, 'again', 'a');
    expect(await jobsLeft('again')).toBe(2);
    await using _engine = await engineOf(reconciler);
    await eventually(async () => (await jobsLeft('again')) === 0);
    expect(runs).toEqual(['a']);
  });
});

async function jobsLeft(kind: string): Promise<number> {
  const { rows } = await kit.database.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM graphile_worker._private_jobs WHERE payload->>'kind' = $1`,
    [kind],
  );
  return rows[0]?.count ?? 0;
}
