import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../../kernel/postgres/database.js';
import { runInRequestScope } from '../../../kernel/request-scope.js';
import { isQueryCanceled } from '../../../kernel/postgres/query-canceled.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';

const stack = new AsyncDisposableStack();
let kit: TestDatabase;
let database: OpenDatabase;
beforeAll(async () => {
  kit = stack.use(await createTestDatabase());
  // One connection, so that the next statement runs on the connection of the cancelled one.
  database = stack.use(openDatabase({ url: kit.url, poolSize: 1 }));
});
afterAll(() => stack.disposeAsync());

/** Runs work in the scope of a request that can be aborted. */
function request<T>(work: () => Promise<T>) {
  const gone = new AbortController();
  const outcome = runInRequestScope({ requestId: 'left', at: 0, abortScope: gone }, () =>
    work().then(
      () => 'answered' as const,
      (error: unknown) => error,
    ),
  );
  return { outcome, leave: () => gone.abort() };
}

/** Number of other backends that run a statement with this text. */
async function running(like: string): Promise<number> {
  const rows = await kit.database.prisma.$queryRaw<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query LIKE ${like} AND pid <> pg_backend_pid()`;
  return rows.length;
}

const started = (like: string) =>
  eventually(async () => (await running(like)) === 1, { what: 'the statement to run' });

/** pg_stat_activity changes a moment after the client has received the error. */
const over = (like: string) =>
  eventually(async () => (await running(like)) === 0, { what: 'the end of the statement' });

test('cancels the statement of an aborted request and reuses its connection', async () => {
  const { outcome, leave } = request(() => database.prisma.$queryRaw`SELECT pg_sleep(600)::text`);
  await started('%pg_sleep(600)%');
  leave();
  expect(isQueryCanceled(await outcome)).toBe(true);
  await over('%pg_sleep(600)%');
  expect(await database.prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
});

test('rolls back a transaction that waits for a lock when its request is aborted', async () => {
  const blocker = await kit.database.pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE engine.event_counter IN ACCESS EXCLUSIVE MODE');
  const { outcome, leave } = request(() =>
    database.prisma.$transaction(async (tx) => {
      await tx.clientToken.deleteMany();
      await tx.$executeRaw`CREATE TABLE must_not_stay (one int)`;
      await tx.eventCounter.findMany();
    }),
  );
  await started('%event_counter%');
  leave();
  expect(isQueryCanceled(await outcome)).toBe(true);
  await over('%event_counter%');
  await blocker.query('ROLLBACK');
  blocker.release();
  const { rows } = await kit.database.pool.query(`SELECT to_regclass('public.must_not_stay') AS there`);
  expect(rows).toEqual([{ there: null }]);
  expect(await database.prisma.eventCounter.findMany()).toEqual([]);
});

test('cancels concurrent statements of one transaction, also those that have not started', async () => {
  const { outcome, leave } = request(async () => {
    const client = await database.pool.connect();
    try {
      const both = [client.query('SELECT pg_sleep(601)'), client.query('SELECT pg_sleep(602)')];
      for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
      await Promise.all(both);
    } finally {
      client.release();
    }
  });
  await started('%pg_sleep(601)%');
  leave();
  expect(isQueryCanceled(await outcome)).toBe(true);
  await over('%pg_sleep(60_)%');
});

test('starts no statement for an aborted request and keeps its connection', async () => {
  const pid = () => database.prisma.$queryRaw`SELECT pg_backend_pid() AS pid`;
  const before = await pid();
  const { outcome, leave } = request(async () => {
    await delay(0);
    return database.prisma.$queryRaw`SELECT pg_sleep(603)::text`;
  });
  leave();
  expect(isQueryCanceled(await outcome)).toBe(true);
  expect(await pid()).toEqual(before);
});

test('does not cancel statements of completed requests or outside any request', async () => {
  const { outcome, leave } = request(() => database.prisma.$queryRaw`SELECT 1 AS one`);
  expect(await outcome).toBe('answered');
  const next = database.prisma.$queryRaw`SELECT pg_sleep(0.2)::text, 2 AS two`;
  leave();
  expect(await next).toEqual([{ pg_sleep: '', two: 2 }]);
});

test('cancels a statement that exceeds the statement timeout', async () => {
  await using hurried = openDatabase({ url: kit.url, statementTimeout: 100 });
  const outcome = await hurried.prisma.$queryRaw`SELECT pg_sleep(604)::text`.catch((error: unknown) => error);
  expect(isQueryCanceled(outcome)).toBe(true);
  await over('%pg_sleep(604)%');
});
