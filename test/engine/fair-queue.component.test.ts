import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { done, requeueAfter, type ReconcileResult, type Reconciler } from '../../engine/contract.js';
import { startEngine } from '../../engine/engine.js';
import { enqueue, enqueueAll, enqueueLater } from '../../engine/jobs/queue.js';
import { rankDueJobs } from '../../engine/jobs/ranks.js';
import { systemClock } from '../../kernel/clock.js';
import { createLog } from '../../kernel/log.js';
import { runInRequestScope } from '../../kernel/request-scope.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

const log = createLog('silent');
const WORKERS = 5;
/**
 * Number of jobs that may start before the awaited one: a batch that the engine has fetched and not started, the batch that
 * contains the awaited job (in no order), and two rounds of the other accounts.
 */
const furtherStarts = (otherAccounts: number, engines = 1) => engines * 2 * WORKERS + 2 * otherAccounts;

let kit: TestDatabase;
beforeEach(async () => {
  kit = await createTestDatabase();
});
afterEach(() => kit[Symbol.asyncDispose]());

function asAccount<T>(account: string, work: () => T, at = Date.now()): T {
  return runInRequestScope({ requestId: `of ${account}`, at, account }, work);
}

/**
 * Keys of an account, spread over shards; those of `a` share no shard with other accounts. Jobs of one shard wait for each
 * other, which must not influence these tests.
 */
async function keysOf(account: string, count: number): Promise<string[]> {
  const [first, shards] = account === 'a' ? [0, 200] : [200, 56];
  const start = account.charCodeAt(0) * 19;
  const { rows } = await kit.database.pool.query<{ key: string }>(
    `SELECT DISTINCT ON (number) key FROM generate_series(0, $2::int - 1) AS number, generate_series(0, 4000) AS suffix,
       LATERAL (SELECT $1::text || '-' || lpad(number::text, 4, '0') || '-' || suffix AS key) AS made
     WHERE (hashtextextended('work:' || key, 0) & 255) = $3::int + (number + $5) % $4::int ORDER BY number, suffix`,
    [account, count, first, shards, start],
  );
  expect(rows).toHaveLength(count);
  return rows.map(({ key }) => key);
}

interface Job {
  readonly key: string;
  readonly rank: number;
  readonly account: string | null;
  readonly runAt: Date;
  readonly origin: object | null;
}

/** The waiting jobs by key. */
async function jobs(): Promise<Map<string, Job>> {
  const { rows } = await kit.database.pool.query<Job>(
    `SELECT key, priority AS rank, payload->>'account' AS account, run_at AS "runAt", payload->'origin' AS origin
     FROM graphile_worker._private_jobs WHERE is_available ORDER BY priority, run_at, key`,
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** A reconciler that notes which keys start, in order; none ends before the gate is open. */
function gated(work: (key: string) => Promise<ReconcileResult> | ReconcileResult = () => done) {
  const starts: string[] = [];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reconciler: Reconciler = {
    kind: 'work',
    reconcile: async (key) => {
      starts.push(key);
      await opened;
      return work(key);
    },
  };
  const engine = () =>
    startEngine({
      database: kit.database,
      clock: systemClock,
      log,
      concurrency: WORKERS,
      reconcilers: [reconciler],
      schedules: [],
    });
  const startsOf = (account: string) => starts.filter((key) => key.startsWith(`${account}-`)).length;
  return { starts, open: () => open(), engine, startsOf };
}

describe('the order of due jobs of several accounts', () => {
  it('starts the first job of an account soon after 500 jobs of another account are due', async () => {
    const { prisma } = kit.database;
    const { starts, open, engine } = gated();
    const many = await keysOf('a', 500);
    await asAccount('a', () => enqueueAll(prisma, 'work', many));
    await using _engine = await engine();
    await eventually(() => starts.length === WORKERS);
    const [key = ''] = await keysOf('b', 1);
    await asAccount('b', () => enqueue(prisma, 'work', key));
    open();
    await eventually(() => starts.includes(key));
    expect(starts.indexOf(key) - WORKERS).toBeLessThanOrEqual(furtherStarts(1));
  });

  it('starts the first job of an account as soon when several engines share the queue', async () => {
    const { prisma } = kit.database;
    const { starts, open, engine } = gated();
    const many = await keysOf('a', 500);
    await asAccount('a', () => enqueueAll(prisma, 'work', many));
    await using _first = await engine();
    await using _second = await engine();
    await eventually(() => starts.length === 2 * WORKERS);
    const [key = ''] = await keysOf('b', 1);
    await asAccount('b', () => enqueue(prisma, 'work', key));
    open();
    await eventually(() => starts.includes(key));
    expect(starts.indexOf(key) - 2 * WORKERS).toBeLessThanOrEqual(furtherStarts(1, 2));
  });

  it('starts jobs of accounts in turn, however many jobs each account has', async () => {
    const { prisma } = kit.database;
    const { starts, open, engine, startsOf } = gated();
    const counts = { a: 300, b: 60, c: 60, d: 60 };
    for (const [account, count] of Object.entries(counts)) {
      const keys = await keysOf(account, count);
      await asAccount(account, () => enqueueAll(prisma, 'work', keys));
    }
    await using _engine = await engine();
    open();
    await eventually(() => ['b', 'c', 'd'].every((account) => startsOf(account) === 60));
    const last = starts.findLastIndex((key) => !key.startsWith('a-'));
    const ahead = starts.slice(0, last).filter((key) => key.startsWith('a-')).length - 60;
    // Jobs of b, c and d share shards: the last of them may wait two further batches for another.
    expect(ahead).toBeLessThanOrEqual(furtherStarts(3) + 2 * WORKERS);
  });

  it('starts every waiting job of an account while other accounts keep enqueueing', async () => {
    const { prisma } = kit.database;
    let asked = 0;
    const { open, engine, starts, startsOf } = gated(async (key) => {
      const [account = ''] = key.split('-');
      // Each enqueues its next job when it has none: its account never has two waiting jobs.
      if (account !== 'a' && startsOf('a') < 40) await enqueue(prisma, 'work', `${account}-next-${++asked}`);
      return done;
    });
    const many = await keysOf('a', 40);
    await asAccount('a', () => enqueueAll(prisma, 'work', many));
    const others = Array.from({ length: 20 }, (_, index) => `other${index}`);
    for (const account of others) await asAccount(account, () => enqueue(prisma, 'work', `${account}-first`));
    await using _engine = await engine();
    open();
    await eventually(() => startsOf('a') === 40);
    // A round has one job of each account.
    const before = starts.findLastIndex((key) => key.startsWith('a-')) + 1;
    expect(before).toBeLessThanOrEqual(41 * (others.length + 1) + furtherStarts(others.length));
  });

  it('starts the job of an account soon while thousands of jobs of another account requeue themselves', async () => {
    const { prisma } = kit.database;
    const { starts, open, engine } = gated((key) => (key.startsWith('a-') ? requeueAfter(1) : done));
    const many = await keysOf('a', 500);
    for (const key of many) await asAccount('a', () => enqueueLater(prisma, { kind: 'work', key }, 1));
    await using _engine = await engine();
    await eventually(() => starts.length === WORKERS);
    const [now = '', later = ''] = await keysOf('b', 2);
    await asAccount('b', () => enqueue(prisma, 'work', now));
    open();
    await eventually(() => starts.includes(now));
    expect(starts.indexOf(now) - WORKERS).toBeLessThanOrEqual(furtherStarts(1));

    await asAccount('b', () => enqueueLater(prisma, { kind: 'work', key: later }, 1));
    await eventually(
      async () => starts.includes(later) || ((await jobs()).get(`work:${later}@later`)?.rank ?? 0) < 32_767,
    );
    const ranked = starts.length;
    await eventually(() => starts.includes(later));
    expect(starts.indexOf(later) - ranked).toBeLessThanOrEqual(furtherStarts(1));
  });
});

describe('the rank of a job', () => {
  it('ranks a job by the round in which its account has its turn', async () => {
    const { prisma } = kit.database;
    await asAccount('a', () => enqueueAll(prisma, 'work', ['a-1', 'a-2', 'a-3']));
    await asAccount('b', () => enqueueAll(prisma, 'work', ['b-1', 'b-2']));
    await asAccount('a', () => enqueue(prisma, 'work', 'a-4'));
    await enqueue(prisma, 'work', 'platform');
    const ranks = [...(await jobs()).values()].map(({ key, rank, account }) => [key, rank, account]);
    expect(ranks).toEqual([
      ['work:a-1', 0, 'a'],
      ['work:a-2', 1, 'a'],
      // Round 0 is being served.
      ['work:b-1', 1, 'b'],
      ['work:platform', 1, null],
      ['work:a-3', 2, 'a'],
      ['work:b-2', 2, 'b'],
      ['work:a-4', 3, 'a'],
    ]);
  });

  it('ranks each job by its own account when one statement enqueues for several accounts', async () => {
    const { prisma } = kit.database;
    const rows = ['a', 'b'].flatMap((account) => [1, 2].map((n) => ({ id: `${account}-${n}`, account })));
    await enqueueAll(prisma, 'work', rows);
    const ranks = [...(await jobs()).values()].map(({ key, rank, account }) => [key, rank, account]);
    expect(ranks).toEqual([
      ['work:a-1', 0, 'a'],
      ['work:b-1', 0, 'b'],
      ['work:a-2', 1, 'a'],
      ['work:b-2', 1, 'b'],
    ]);
  });

  it('keeps rank, time and account of a job that is enqueued again', async () => {
    const { prisma } = kit.database;
    await asAccount('a', () => enqueueAll(prisma, 'work', ['a-1', 'a-2', 'a-3']));
    const before = await jobs();
    await asAccount('a', () => enqueueAll(prisma, 'work', ['a-1', 'a-4']));
    await enqueue(prisma, 'work', 'a-2');
    const after = await jobs();
    for (const key of ['work:a-1', 'work:a-2', 'work:a-3']) {
      const { rank, runAt, account } = before.get(key)!;
      expect(after.get(key)).toMatchObject({ rank, runAt, account });
    }
    expect(after.get('work:a-4')?.rank).toBe(3);
  });

  it('ranks delayed jobs behind the other jobs of their account once they are due', async () => {
    const { prisma, pool } = kit.database;
    await asAccount('a', () => enqueueAll(prisma, 'work', ['a-1', 'a-2']));
    for (const key of ['a-1', 'b-1', 'b-2'])
      await enqueueLater(prisma, { kind: 'work', key, account: key.slice(0, 1) }, 1);
    await enqueueLater(prisma, { kind: 'work', key: 'a-3', account: 'a' }, 3_600_000);
    await eventually(() => rankDueJobs(pool));
    await rankDueJobs(pool);
    const ranks = [...(await jobs()).values()].map(({ key, rank }) => [key, rank]);
    expect(ranks).toEqual([
      ['work:a-1', 0],
      ['work:a-2', 1],
      ['work:b-1@later', 1],
      ['work:b-2@later', 2],
      ['work:a-1@later', 3],
      ['work:a-3@later', 32_767],
    ]);
  });

  it('restarts ranks at 0 long before the last rank and keeps the order of the jobs of an account', async () => {
    const { prisma, pool } = kit.database;
    for (const account of ['a', 'b'])
      await asAccount(account, () =>
        enqueueAll(
          prisma,
          'work',
          [1, 2, 3].map((n) => `${account}-${n}`),
        ),
      );
    await pool.query('UPDATE graphile_worker._private_jobs SET priority = priority + 20000');
    await rankDueJobs(pool);
    const ranks = [...(await jobs()).values()].map(({ key, rank }) => [key, rank]);
    expect(ranks).toEqual([
      ['work:a-1', 0],
      ['work:b-1', 0],
      ['work:a-2', 1],
      ['work:b-2', 1],
      ['work:a-3', 2],
      ['work:b-3', 2],
    ]);
  });

  it('skips jobs that another transaction has locked, without waiting', async () => {
    const { prisma, pool } = kit.database;
    await enqueueLater(prisma, { kind: 'work', key: 'a-1', account: 'a' }, 1);
    await enqueueLater(prisma, { kind: 'work', key: 'a-2', account: 'a' }, 1);
    await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM graphile_worker._private_jobs WHERE key = 'work:a-1@later' FOR UPDATE`;
      await eventually(() => rankDueJobs(pool));
      expect((await jobs()).get('work:a-1@later')?.rank).toBe(32_767);
    });
    await rankDueJobs(pool);
    expect((await jobs()).get('work:a-1@later')?.rank).toBeLessThan(32_767);
  });
});

describe('the account of a job', () => {
  it('takes the account of the job that enqueues it, long after the request that started both', async () => {
    const { prisma } = kit.database;
    const asks: Reconciler = {
      kind: 'asks',
      reconcile: async (key) => {
        await enqueue(prisma, 'follow', key);
        await enqueueLater(prisma, { kind: 'follow', key }, 3_600_000);
        return requeueAfter(3_600_000);
      },
    };
    const throws: Reconciler = {
      kind: 'throws',
      reconcile: () => {
        throw new Error('not now');
      },
    };
    const hoursAgo = Date.now() - 3 * 3_600_000;
    await asAccount('a', () => enqueue(prisma, 'asks', 'x'), hoursAgo);
    await asAccount('a', () => enqueue(prisma, 'throws', 'x'), hoursAgo);
    await using _engine = await startEngine({
      database: kit.database,
      clock: systemClock,
      log,
      concurrency: WORKERS,
      reconcilers: [asks, throws],
      schedules: [],
    });
    const keys = ['asks:x@later', 'follow:x@later', 'throws:x@later'];
    const found = await eventually(async () => {
      const now = await jobs();
      return keys.every((key) => now.has(key)) && now;
    });
    for (const key of keys) expect(found.get(key)).toMatchObject({ account: 'a', origin: null });
    const follow = await kit.database.pool.query<{ account: string }>(
      `SELECT payload->>'account' AS account FROM graphile_worker._private_jobs WHERE key = 'follow:x'`,
    );
    expect(follow.rows).toEqual([{ account: 'a' }]);
  });
});
