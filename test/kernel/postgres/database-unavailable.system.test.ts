import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject, expect, test } from 'vitest';
import { isDatabaseUnavailable } from '../../../kernel/postgres/database-unavailable.js';
import { openDatabase } from '../../../kernel/postgres/database.js';
import { startEmbeddedPostgres } from '../../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../../kernel/log.js';
import { createTestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('a database that nobody serves is away, through pg and through Prisma', async () => {
  const url = 'postgresql://nobody@127.0.0.1:1/none';
  const client = new pg.Client({ connectionString: url });
  expect(isDatabaseUnavailable(await failureOf(client.connect()))).toBe(true);
  await using database = openDatabase({ url });
  expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT 1`))).toBe(true);
});

test('whatever fails when PostgreSQL is killed under transactions means that it is away', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-away-'));
  // As root the database runs as another user, who must get here.
  await chmod(directory, 0o755);
  const log = createLog('silent');
  const server = await startEmbeddedPostgres({ directory, password: 'a password', log, durable: false });
  await using database = openDatabase({ url: server.url, poolSize: 8 });
  let committed = 0;
  let killed = false;
  const untilItIsKilled = async () => {
    while (!killed)
      await database.prisma.$transaction(async (tx) => {
        for (let statement = 0; statement < 5; statement++) await tx.$queryRaw`SELECT 1 AS one`;
        committed++;
      });
  };
  const running = Array.from({ length: 40 }, () => failureOf(untilItIsKilled()));
  await eventually(() => committed > 200, { what: 'transactions under way' });
  process.kill(server.pid, 'SIGKILL');
  killed = true;
  // Whoever got its connection only when the server was there again has not failed.
  const failures = (await Promise.all(running)).filter((failure) => failure !== undefined);
  expect(failures).not.toEqual([]);
  expect(failures.filter((failure) => !isDatabaseUnavailable(failure))).toEqual([]);
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

test('a database that takes no writes is away, through pg and through Prisma', async () => {
  await using kit = await createTestDatabase();
  const client = new pg.Client({ connectionString: kit.url });
  await client.connect();
  const { pathname } = new URL(kit.url);
  await client.query(`ALTER DATABASE ${pathname.slice(1)} SET default_transaction_read_only = on`);
  await client.query('SET default_transaction_read_only = on');
  const write = `INSERT INTO engine.write_probe (id, filler) VALUES ('a', 'b')`;
  expect(isDatabaseUnavailable(await failureOf(client.query(write)))).toBe(true);
  await client.end();
  await using database = openDatabase({ url: kit.url });
  const { prisma } = database;
  expect(isDatabaseUnavailable(await failureOf(prisma.$executeRawUnsafe(write)))).toBe(true);
  expect(
    isDatabaseUnavailable(await failureOf(prisma.writeProbe.create({ data: { id: 'a', filler: 'b' } }))),
  ).toBe(true);
});

test('a database without disk space or connections is away', () => {
  for (const code of ['53100', '53200', '53300'])
    expect(isDatabaseUnavailable(Object.assign(new Error('refused'), { code }))).toBe(true);
});

test('a wrong statement, or anything else, does not mean that the database is away', async () => {
  await using database = openDatabase({ url: inject('postgresUrl') });
  expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT nonsense`))).toBe(false);
  expect(isDatabaseUnavailable(new Error('Connection to the cluster is closed'))).toBe(false);
  expect(isDatabaseUnavailable(undefined)).toBe(false);
});
