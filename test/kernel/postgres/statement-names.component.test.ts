import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../../kernel/postgres/database.js';
import { statementNames } from '../../../kernel/postgres/statement-names.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

const stack = new AsyncDisposableStack();
let kit: TestDatabase;
let database: OpenDatabase;
beforeAll(async () => {
  kit = stack.use(await createTestDatabase());
  database = stack.use(openDatabase({ url: kit.url, poolSize: 1 }));
});
afterAll(() => stack.disposeAsync());

test('names a statement after frequent use and leaves others unnamed', () => {
  const nameOf = statementNames();
  const names = Array.from({ length: 100 }, () => nameOf({ sql: 'SELECT 1' }));
  expect(new Set(names).size).toBe(2);
  expect(names[0]).toBe('');
  expect(names.at(-1)).not.toBe('');
  expect(nameOf({ sql: 'SELECT 2' })).toBe('');
});

test('limits the number of named statements', () => {
  const nameOf = statementNames();
  const texts = Array.from({ length: 1_000 }, (_, index) => ({ sql: `SELECT ${index}` }));
  for (let round = 0; round < 50; round += 1) texts.forEach(nameOf);
  const names = texts.map(nameOf).filter((name) => name !== '');
  expect(names.length).toBe(new Set(names).size);
  expect(names.length).toBeGreaterThan(0);
  expect(names.length).toBeLessThan(500);
});

test('parses a named statement once per connection and plans it for the values of each use', async () => {
  const { prisma } = database;
  for (let round = 0; round < 50; round += 1)
    await prisma.$queryRaw`SELECT id FROM engine.operation WHERE account = ${`account-${round}`}`;
  const prepared = await prisma.$queryRaw<{ generic: number; custom: number }[]>`
    SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements
    WHERE statement LIKE '%FROM engine.operation WHERE account =%'`;
  expect(prepared).toHaveLength(1);
  expect(prepared[0]!.generic).toBe(0);
  expect(prepared[0]!.custom).toBeGreaterThan(10);
});
