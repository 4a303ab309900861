import { expect, inject, test } from 'vitest';
import { openDatabase } from '../../../kernel/postgres/database.js';
import { isUntranslatableCharacter } from '../../../kernel/postgres/untranslatable-character.js';

async function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('recognises only U+0000 in text and JSON as an untranslatable character', async () => {
  await using database = openDatabase({ url: inject('postgresUrl') });
  const { prisma } = database;
  const nul = 'a\u0000b';
  expect(isUntranslatableCharacter(await failureOf(prisma.$queryRaw`SELECT ${nul}::text AS t`))).toBe(true);
  const json = JSON.stringify({ nul });
  expect(
    isUntranslatableCharacter(await failureOf(prisma.$queryRaw`SELECT ${json}::jsonb ->> 'nul' AS t`)),
  ).toBe(true);
  expect(isUntranslatableCharacter(await failureOf(prisma.$queryRaw`SELECT nonsense`))).toBe(false);
  expect(isUntranslatableCharacter(new Error('22021'))).toBe(false);
});
