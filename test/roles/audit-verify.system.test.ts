import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendAuditEntry } from '../../access/audit/audit-log.js';
import { signHeads } from '../../access/audit/head-store.js';
import { HeadKey } from '../../access/audit/signed-heads.js';
import { newId } from '../../kernel/ids.js';
import { packageRoot } from '../../kernel/package-root.js';
import { deriveKey } from '../../kernel/secret.js';
import { testActor } from '../kit/actor.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { PLATFORM_SECRET } from '../kit/platform.js';
import { processEnvironment } from '../kit/role-process.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
  const at = new Date();
  for (const account of ['acme', 'other'])
    for (let index = 1; index <= 8; index += 1)
      await appendAuditEntry(kit.database.prisma, {
        ...{ id: newId('auditEvent'), account, at, actor: testActor(account), requestId: `r${index}` },
        ...{ action: 'createVpc', outcome: 'SUCCEEDED' },
      });
  await signHeads(kit.database.prisma, new HeadKey(deriveKey(PLATFORM_SECRET, 'audit')), at);
});
afterAll(() => kit[Symbol.asyncDispose]());

/** Runs `fleetgraph audit verify`: its exit code and its lines. */
function verify(...args: readonly string[]): Promise<{ readonly code: unknown; readonly lines: string[] }> {
  const env = { ...processEnvironment, DATABASE_URL: kit.url, FLEETGRAPH_SECRET: PLATFORM_SECRET };
  const command = [join(packageRoot, 'dist/main.js'), 'audit', 'verify', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, lines: stdout.trim().split('\n') }),
    );
  });
}

/** Runs statements as the owner of the database, and the statements that undo them after `work`. */
async function tampered<T>(
  change: readonly string[],
  undo: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const run = async (statements: readonly string[]) => {
    for (const sql of statements) await kit.database.pool.query(sql);
  };
  await run(change);
  const result = await work();
  await run(undo);
  return result;
}

const swap = (first: number, second: number) => [
  `UPDATE audit.event SET sequence = -sequence WHERE account = 'acme' AND sequence IN (${first}, ${second})`,
  `UPDATE audit.event SET sequence = ${first} + ${second} + sequence WHERE account = 'acme' AND sequence < 0`,
];

test('audit verify exits with 0 for an intact log', async () => {
  expect(await verify()).toEqual({
    code: 0,
    lines: ['Verified 16 rows and 2 signed heads of 2 accounts: no fault.'],
  });
});

test('audit verify exits with 1 and names a row that was removed by hand', async () => {
  const remove = [
    `CREATE TABLE removed AS SELECT * FROM audit.event WHERE account = 'acme' AND sequence = 3`,
    `DELETE FROM audit.event WHERE account = 'acme' AND sequence = 3`,
  ];
  const restore = ['INSERT INTO audit.event SELECT * FROM removed', 'DROP TABLE removed'];
  const { code, lines } = await tampered(remove, restore, () => verify());
  expect(code).toBe(1);
  expect(lines).toEqual([
    'Verified 15 rows and 2 signed heads of 2 accounts: 1 faults.',
    'MISSING acme row 3: removed',
  ]);
});

test('audit verify exits with 1 and names a row that was changed by hand', async () => {
  const replace = (from: string, to: string) =>
    `UPDATE audit.event SET record = replace(record, '${from}', '${to}') WHERE account = 'acme' AND sequence = 5`;
  const { code, lines } = await tampered([replace('"r5"', '"r0"')], [replace('"r0"', '"r5"')], () =>
    verify(),
  );
  expect(code).toBe(1);
  expect(lines.slice(1)).toEqual([expect.stringMatching(/^CHANGED acme row 5: /)]);
});

test('audit verify exits with 1 and names rows that were swapped by hand, only in the log of their account', async () => {
  const [all, other] = await tampered(swap(2, 6), swap(2, 6), () =>
    Promise.all([verify(), verify('--account', 'other')]),
  );
  expect(all.code).toBe(1);
  expect(all.lines.slice(1)).toEqual([
    'REORDERED acme row 2: row 6 stands in the place of row 2',
    'REORDERED acme row 6: row 2 stands in the place of row 6',
  ]);
  expect(other.code).toBe(0);
  expect((await verify()).code).toBe(0);
});
