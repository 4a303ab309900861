import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditDraft } from '../../access/audit/audit-draft.js';
import { newId } from '../../kernel/ids.js';
import { EventLog } from '../../engine/events/event-log.js';
import {
  createOperation,
  finishOperation,
  finishStage,
  setProgress,
  startStage,
} from '../../engine/operations/operations.js';
import { requestCancel } from '../../engine/operations/operation-controls.js';
import { stagesOf } from '../../engine/operations/operation-row.js';
import { type EventTransaction, eventTransaction } from '../../engine/events/event-transaction.js';
import { createLog } from '../../kernel/log.js';
import { toResult } from '../../kernel/result.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
let events: EventLog;
beforeAll(async () => {
  kit = await createTestDatabase();
  events = await EventLog.open(kit.database, createLog('silent'));
});
afterAll(async () => {
  await events[Symbol.asyncDispose]();
  await kit[Symbol.asyncDispose]();
});

const at = new Date('2026-05-01T00:00:00Z');

function change<T>(work: (tx: EventTransaction) => Promise<T>): Promise<T> {
  return eventTransaction(kit.database.prisma, at, work);
}

function create(account: string, cancelable = false) {
  const target = { targetKind: 'Cluster', targetId: 'cluster_a', clusterId: 'cluster_a' } as const;
  const request = {
    account,
    type: 'CREATE_CLUSTER',
    ...target,
    stages: ['ONE', 'TWO'],
    requested: 4,
    cancelable,
  } as const;
  return change((tx) => createOperation(tx, request, at));
}

const find = (id: string) => kit.database.prisma.operation.findUniqueOrThrow({ where: { id } });
const types = async (account: string) =>
  (await events.read(account, { after: 0n, limit: 50 })).map(({ type }) => type);

describe('the audit log of an operation', () => {
  const entries = async (account: string) =>
    (
      await kit.database.pool.query<{ record: string }>(
        'SELECT record FROM audit.event WHERE account = $1 ORDER BY sequence',
        [account],
      )
    ).rows.map(({ record }) => JSON.parse(record) as Record<string, unknown>);
  const draftOf = (account: string) =>
    new AuditDraft({
      ...{ id: newId('auditEvent'), account, at, requestId: 'r7', clientAddress: '203.0.113.7' },
      actor: { account, subject: 'ann', issuer: 'https://id.example.com', groups: ['ops'] },
      ...{ action: 'createCluster', outcome: 'FAILED' },
    });

  it('has its end once, on behalf of the caller that started it', async () => {
    const { id } = await draftOf('behalf').run(() => create('behalf'));
    await change((tx) => startStage(tx, id, 'ONE', at));
    const end = { state: 'FAILED', error: { code: 'OUT_OF_STOCK', message: 'None left.' } } as const;
    await change((tx) => finishOperation(tx, id, end, at));
    await change((tx) => finishOperation(tx, id, end, at));
    expect(await entries('behalf')).toMatchObject([
      { action: 'createCluster', operationId: id },
      {
        ...{ action: 'finishOperation', onBehalf: true, outcome: 'FAILED', errorCodes: ['OUT_OF_STOCK'] },
        ...{ principal: 'ann', issuer: 'https://id.example.com', groups: ['ops'], requestId: 'r7' },
        ...{ clientAddress: '203.0.113.7', objectId: 'cluster_a', clusterId: 'cluster_a', operationId: id },
        input: { type: 'CREATE_CLUSTER', state: 'FAILED' },
      },
    ]);
  });

  it('has nothing of an operation that the platform starts by itself', async () => {
    const { id } = await create('itself');
    await change((tx) => finishOperation(tx, id, { state: 'SUCCEEDED' }, at));
    expect(await entries('itself')).toEqual([]);
  });
});

describe('an operation', () => {
  it('appends one event for each stage of an operation', async () => {
    const { id } = await create('steps');
    await change((tx) => startStage(tx, id, 'ONE', at));
    await change((tx) => startStage(tx, id, 'ONE', at));
    await change((tx) => finishStage(tx, id, 'ONE', at, 'One is done.'));
    await change((tx) => setProgress(tx, id, { created: 3, failed: 0, progress: 0.75 }));
    await change((tx) => setProgress(tx, id, { created: 3, failed: 0, progress: 0.75 }));
    expect(await find(id)).toMatchObject({ state: 'RUNNING', progress: 0.75, requested: 4, created: 3 });
    const failures = [{ code: 'OUT_OF_STOCK', message: 'None left.' } as const];
    await change((tx) => finishOperation(tx, id, { state: 'PARTIAL', created: 3, failed: 1, failures }, at));
    await change((tx) => finishOperation(tx, id, { state: 'FAILED' }, at));
    const ended = await find(id);
    expect(ended).toMatchObject({
      state: 'PARTIAL',
      progress: 1,
      created: 3,
      failed: 1,
      failures,
      finishedAt: at,
    });
    expect(stagesOf(ended).map(({ state }) => state)).toEqual(['SUCCEEDED', 'PARTIAL']);
    expect(await types('steps')).toEqual([
      'OPERATION_PENDING',
      'OPERATION_STAGE_STARTED',
      'OPERATION_STAGE_FINISHED',
      'OPERATION_PROGRESS',
      'OPERATION_PARTIAL',
    ]);
  });

  it('cancels a running operation of the account when its type can be cancelled', async () => {
    const { id } = await create('cancel', true);
    const ask = (account: string, operation: string) =>
      toResult(() => change((tx) => requestCancel(tx, account, operation, at)));
    expect(await ask('other', id)).toMatchObject({ ok: false, problems: [{ code: 'NOT_FOUND' }] });
    expect(await ask('cancel', id)).toMatchObject({ ok: true, value: { cancelRequestedAt: at } });
    expect(await ask('cancel', id)).toMatchObject({ ok: true });
    await change((tx) => finishOperation(tx, id, { state: 'CANCELED' }, at));
    expect(await ask('cancel', id)).toMatchObject({ ok: false, problems: [{ code: 'NOT_CANCELABLE' }] });
    const fixed = await create('cancel');
    expect(await ask('cancel', fixed.id)).toMatchObject({
      ok: false,
      problems: [{ code: 'NOT_CANCELABLE' }],
    });
  });

  it('appends no event when the transaction is rolled back', async () => {
    await change(async (tx) => {
      const target = { targetKind: 'Cluster', targetId: 'c', clusterId: 'c' } as const;
      await createOperation(tx, { account: 'gone', type: 'SYNC_NODE_POOL', ...target, stages: [] }, at);
      throw new Error('no');
    }).catch(() => undefined);
    expect(await types('gone')).toEqual([]);
  });
});
