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

test('recognises a refused connection as an unavailable database, through pg and Prisma', async () => {
  const url = 'postgresql://nobody@127.0.0.1:1/none';
  const client = new pg.Client({ connectionString: url });
  expect(isDatabaseUnavailable(await failureOf(client.connect()))).toBe(true);
  await using database = openDatabase({ url });
  expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT 1`))).toBe(true);
});

test('recognises every error of a killed PostgreSQL as an unavailable database', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-away-'));
  // Started by root, the database runs as another user, which must reach this folder.
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
  // A transaction that got its connection after the restart succeeds.
  const failures = (await Promise.all(running)).filter((failure) => failure !== undefined);
  expect(failures).not.toEqual([]);
  expect(failures.filter((failure) => !isDatabaseUnavailable(failure))).toEqual([]);
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

test('recognises a read-only database as unavailable, through pg and Prisma', async () => {
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

test('recognises a database without disk space or connections as unavailable', () => {
  for (const code of ['53100', '53200', '53300'])
    expect(isDatabaseUnavailable(Object.assign(new Error('rejected'), { code }))).toBe(true);
});

test('does not take other errors for an unavailable database', async () => {
  await using database = openDatabase({ url: inject('postgresUrl') });
  expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT nonsense`))).toBe(false);
  expect(isDatabaseUnavailable(new Error('Connection to the cluster is closed'))).toBe(false);
  expect(isDatabaseUnavailable(undefined)).toBe(false);
});
