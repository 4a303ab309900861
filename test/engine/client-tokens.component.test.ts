import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idempotent, idResult } from '../../engine/operations/client-tokens.js';
import { throwProblem, toResult } from '../../kernel/result.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

const at = new Date('2026-05-01T00:00:00Z');
let works = 0;

function ask(
  token: string | null,
  input: unknown,
  work = async () => ({ id: `thing_${++works}` }),
  account = 'acme',
) {
  return toResult(() =>
    kit.database.prisma.$transaction((tx) =>
      idempotent(tx, { account, mutation: 'makeThing', token, input, at, result: idResult }, work),
    ),
  );
}

describe('a client token', () => {
  it('returns the first result for a repeated clientToken, whatever the order of the keys of its input', async () => {
    const first = await ask('t1', { name: 'a', size: 1, clientToken: 't1' });
    expect(await ask('t1', { size: 1, clientToken: 't1', name: 'a' })).toEqual(first);
    expect(await ask(null, { name: 'a', size: 1 })).not.toEqual(first);
  });

  it('rejects a clientToken with different input and accepts it in another account', async () => {
    const first = await ask('t2', { name: 'a' });
    expect(await ask('t2', { name: 'b' })).toMatchObject({
      ok: false,
      problems: [{ code: 'CLIENT_TOKEN_REUSED' }],
    });
    expect(await ask('t2', { name: 'b' }, undefined, 'other')).not.toEqual(first);
  });

  it('runs concurrent requests with the same clientToken once and returns the same result to each', async () => {
    const before = works;
    const responses = await Promise.all(Array.from({ length: 20 }, () => ask('t3', { name: 'a' })));
    expect(works).toBe(before + 1);
    expect(new Set(responses.map((response) => JSON.stringify(response))).size).toBe(1);
  });

  it('rejects a stored result without what this release reads of it', async () => {
    await ask('t5', {}, async () => ({ thing: 1 }) as never);
    await expect(ask('t5', {})).rejects.toThrow(/^The row t5 of engine\.client_token is malformed/);
  });

  it('does not store a clientToken whose request was rejected', async () => {
    expect(await ask('t4', {}, async () => throwProblem('INVALID_INPUT', 'No.'))).toMatchObject({
      ok: false,
    });
    expect(await ask('t4', {})).toMatchObject({ ok: true });
  });
});
