import pg from 'pg';
import { inject, expect, test } from 'vitest';
import { isDatabaseAway } from '../../kernel/database-away.js';
import { openDatabase } from '../../kernel/database.js';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('a database that nobody serves is away, through pg and through Prisma', async () => {
  const url = 'postgresql://nobody@127.0.0.1:1/none';
  const client = new pg.Client({ connectionString: url });
  expect(isDatabaseAway(await failureOf(client.connect()))).toBe(true);
  await using database = openDatabase({ url });
  expect(isDatabaseAway(await failureOf(database.prisma.$queryRaw`SELECT 1`))).toBe(true);
});

test('a wrong statement, or anything else, does not mean that the database is away', async () => {
  await using database = openDatabase({ url: inject('postgresUrl') });
  expect(isDatabaseAway(await failureOf(database.prisma.$queryRaw`SELECT nonsense`))).toBe(false);
  expect(isDatabaseAway(new Error('Connection to the cluster is closed'))).toBe(false);
  expect(isDatabaseAway(undefined)).toBe(false);
});
