import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditFault } from '../../../access/audit/verify-chain.js';
import { appendAuditEntry } from '../../../access/audit/audit-log.js';
import { pruneAuditLog, signHeads } from '../../../access/audit/head-store.js';
import { HeadKey } from '../../../access/audit/signed-heads.js';
import { verifyAuditLog } from '../../../access/audit/verify-chain.js';
import { newId } from '../../../kernel/ids.js';
import { testActor } from '../../kit/actor.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

const key = new HeadKey(new Uint8Array(32).fill(1));
const at = new Date();

describe('the verification of the audit log', () => {
  let kit: TestDatabase;
  beforeAll(async () => {
    kit = await createTestDatabase();
  });
  afterAll(() => kit[Symbol.asyncDispose]());

  const append = async (account: string, count: number, time = at) => {
    for (let index = 0; index < count; index += 1)
      await appendAuditEntry(kit.database.prisma, {
        ...{ id: newId('auditEvent'), account, at: time, actor: testActor(account) },
        ...{ action: 'createVpc', outcome: 'SUCCEEDED', requestId: 'r', input: { index } },
      });
  };
  const sign = () => signHeads(kit.database.prisma, key, at);
  const sql = (text: string, ...values: unknown[]) => kit.database.pool.query(text, values);
  const faults = async (account: string) =>
    (await verifyAuditLog(kit.database.prisma, key, account)).faults.map(
      ({ kind, from, to }: AuditFault) => `${kind} ${from}-${to}`,
    );

  test('finds nothing in an intact log, with rows after the signed head', async () => {
    await append('intact', 5);
    await sign();
    await append('intact', 2);
    expect(await verifyAuditLog(kit.database.prisma, key, 'intact')).toMatchObject({
      ...{ accounts: 1, rows: 7, heads: 1, faults: [] },
    });
  });

  test('names each removed row, at the start, in the middle and at the end', async () => {
    for (const [place, sequences] of Object.entries({ start: [1], middle: [4, 5], end: [9, 10] })) {
      await append(place, 10);
      await sql(`DELETE FROM audit.event WHERE account = $1 AND sequence = ANY($2)`, place, sequences);
      expect(await faults(place)).toEqual([`MISSING ${sequences[0]}-${sequences.at(-1)}`]);
    }
  });

  test('names a changed record, column and hash', async () => {
    await append('record', 5);
    await sql(
      `UPDATE audit.event SET record = replace(record, 'createVpc', 'deleteVpc') WHERE account = 'record' AND sequence = 3`,
    );
    expect(await faults('record')).toEqual(['CHANGED 3-3']);
    await append('column', 5);
    await sql(`UPDATE audit.event SET principal = 'eve' WHERE account = 'column' AND sequence = 2`);
    expect(await faults('column')).toEqual(['CHANGED 2-2']);
    await append('hash', 5);
    await sql(`UPDATE audit.event SET hash = sha256('x') WHERE account = 'hash' AND sequence = 5`);
    expect(await faults('hash')).toEqual(['CHANGED 5-5', 'CHANGED 5-5']);
  });

  test('names the rows that were swapped', async () => {
    await append('swapped', 8);
    await sql(
      `UPDATE audit.event SET sequence = CASE sequence WHEN 3 THEN -6 ELSE -3 END WHERE account = 'swapped' AND sequence IN (3, 6)`,
    );
    await sql(`UPDATE audit.event SET sequence = -sequence WHERE account = 'swapped' AND sequence < 0`);
    expect(await faults('swapped')).toEqual(['REORDERED 3-3', 'REORDERED 6-6']);
  });

  test('finds a chain that was computed again, by its signed head', async () => {
    await append('again', 4);
    await sign();
    await append('again', 1);
    await sql(
      `UPDATE audit.event SET record = replace(record, 'createVpc', 'deleteVpc'), action = 'deleteVpc' WHERE account = 'again' AND sequence = 2`,
    );
    await sql(`WITH RECURSIVE chain AS (
        SELECT sequence, sha256(convert_to(record, 'UTF8')) AS hash FROM audit.event WHERE account = 'again' AND sequence = 1
        UNION ALL SELECT event.sequence, sha256(chain.hash || convert_to(event.record, 'UTF8')) FROM chain
        JOIN audit.event AS event ON event.account = 'again' AND event.sequence = chain.sequence + 1)
      UPDATE audit.event AS event SET hash = chain.hash FROM chain WHERE event.account = 'again' AND event.sequence = chain.sequence`);
    await sql(
      `UPDATE audit.chain SET last_hash = (SELECT hash FROM audit.event WHERE account = 'again' AND sequence = 5) WHERE account = 'again'`,
    );
    expect(await faults('again')).toEqual(['HEAD 1-4']);
  });

  test('finds a forged head and a log that was cut with its chain', async () => {
    await append('forged', 3);
    await sign();
    await sql(`DELETE FROM audit.event WHERE account = 'forged' AND sequence = 3`);
    await sql(
      `UPDATE audit.chain SET last_sequence = 2, last_hash = (SELECT hash FROM audit.event WHERE account = 'forged' AND sequence = 2) WHERE account = 'forged'`,
    );
    expect(await faults('forged')).toEqual(['MISSING 3-3']);
    await sql(`UPDATE audit.head SET sequence = 2 WHERE account = 'forged'`);
    expect(await faults('forged')).toContain('HEAD 2-2');
  });

  test('verifies the rest of a log that was cut after its retention, and no younger row is cut', async () => {
    const old = new Date(Date.now() - 40 * 86_400_000);
    await append('pruned', 4, old);
    await sign();
    await append('pruned', 1, old);
    await append('pruned', 3);
    await sign();
    const { rows } = await sql('SELECT audit.prune(now(), 500) AS count');
    expect(rows).toEqual([{ count: '4' }]);
    expect(await verifyAuditLog(kit.database.prisma, key, 'pruned')).toMatchObject({ rows: 4, faults: [] });
    await sql(`UPDATE audit.chain SET pruned_sequence = 5 WHERE account = 'pruned'`);
    expect(await faults('pruned')).not.toEqual([]);
  });

  test('cuts long logs in batches that end at signed heads, one log after the other', async () => {
    const old = new Date(Date.now() - 40 * 86_400_000);
    for (const account of ['batch-a', 'batch-b']) {
      for (const rows of [3, 3, 3]) {
        await append(account, rows, old);
        await sign();
      }
      await append(account, 1);
    }
    const left = async () =>
      (
        await sql(`SELECT account, min(sequence)::int AS first FROM audit.event
          WHERE account LIKE 'batch-%' GROUP BY account ORDER BY account`)
      ).rows.map((row: { first: number }) => row.first);
    expect(await pruneAuditLog(kit.database.prisma, new Date(), 4)).toBe(6);
    expect(await left()).toEqual([7, 1]);
    expect(await faults('batch-a')).toEqual([]);
    expect(await pruneAuditLog(kit.database.prisma, new Date(), 4)).toBe(6);
    expect(await left()).toEqual([10, 4]);
    expect(await pruneAuditLog(kit.database.prisma, new Date(), 500)).toBe(6);
    expect(await left()).toEqual([10, 10]);
    expect([...(await faults('batch-a')), ...(await faults('batch-b'))]).toEqual([]);
  });
});
