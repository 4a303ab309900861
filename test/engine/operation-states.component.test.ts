import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationState } from '../../engine/contract.js';
import {
  createOperation,
  finishOperation,
  finishStage,
  setProgress,
  startStage,
} from '../../engine/operations/operations.js';
import {
  pauseOperation,
  requestCancel,
  resumeOperation,
} from '../../engine/operations/operation-controls.js';
import { type EventTransaction, eventTransaction } from '../../engine/events/event-transaction.js';
import { toResult } from '../../kernel/result.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

const at = new Date('2026-01-01T00:00:00Z');
const STATES: OperationState[] = ['PENDING', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'];

/** The initial state of an operation. */
interface Start {
  readonly state: OperationState;
  readonly paused?: boolean;
  readonly canceling?: boolean;
  readonly cancelable?: boolean;
  readonly pausable?: boolean;
}

async function operationIn({
  state,
  paused,
  canceling,
  cancelable = true,
  pausable = true,
}: Start): Promise<string> {
  return eventTransaction(kit.database.prisma, at, async (tx) => {
    const target = {
      account: 'acme',
      targetKind: 'Cluster',
      targetId: 'cluster_x',
      clusterId: 'cluster_x',
    } as const;
    const { id } = await createOperation(
      tx,
      { ...target, type: 'SYNC_NODE_POOL', stages: ['A', 'B'], cancelable, pausable },
      at,
    );
    await tx.operation.update({
      where: { id },
      data: { state, ...(paused && { pausedAt: at }), ...(canceling && { cancelRequestedAt: at }) },
    });
    return id;
  });
}

/** The resulting state with `paused` and `canceling`, or the error code. */
async function after(
  start: Start,
  action: (tx: EventTransaction, id: string) => Promise<unknown>,
): Promise<string> {
  const id = await operationIn(start);
  const result = await toResult(() => eventTransaction(kit.database.prisma, at, (tx) => action(tx, id)));
  if (!result.ok) return result.problems[0]!.code;
  const row = await kit.database.prisma.operation.findUniqueOrThrow({ where: { id } });
  return [row.state, row.pausedAt ? 'paused' : '', row.cancelRequestedAt ? 'canceling' : '']
    .filter(Boolean)
    .join(' ');
}

const ENDED = ['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'];
/** Expected states of finished operations, which never change. */
const unchanged = Object.fromEntries(ENDED.map((state) => [state, state]));
const rejected = (code: string) => Object.fromEntries(ENDED.map((state) => [state, code]));

describe('the state machine of operations', () => {
  it.each<[string, (tx: EventTransaction, id: string) => Promise<unknown>, Record<string, string>]>([
    [
      'starting a stage',
      (tx, id) => startStage(tx, id, 'A', at),
      { PENDING: 'RUNNING', RUNNING: 'RUNNING', ...unchanged },
    ],
    [
      'ending a stage',
      (tx, id) => finishStage(tx, id, 'A', at),
      { PENDING: 'RUNNING', RUNNING: 'RUNNING', ...unchanged },
    ],
    [
      'progress',
      (tx, id) => setProgress(tx, id, { progress: 0.5 }),
      { PENDING: 'PENDING', RUNNING: 'RUNNING', ...unchanged },
    ],
    ...(['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'] as const).map(
      (state): [string, (tx: EventTransaction, id: string) => Promise<unknown>, Record<string, string>] => [
        `the end ${state}`,
        (tx, id) => finishOperation(tx, id, { state }, at),
        { PENDING: state, RUNNING: state, ...unchanged },
      ],
    ),
    [
      'a request to cancel',
      (tx, id) => requestCancel(tx, 'acme', id, at),
      { PENDING: 'PENDING canceling', RUNNING: 'RUNNING canceling', ...rejected('NOT_CANCELABLE') },
    ],
    [
      'a request to pause',
      (tx, id) => pauseOperation(tx, 'acme', id, at),
      { PENDING: 'PENDING paused', RUNNING: 'RUNNING paused', ...rejected('INVALID_STATE') },
    ],
    [
      'a request to resume without a pause',
      (tx, id) => resumeOperation(tx, 'acme', id),
      { PENDING: 'INVALID_STATE', RUNNING: 'INVALID_STATE', ...rejected('INVALID_STATE') },
    ],
  ])(
    '%s leads from each state to the expected one and does not change finished operations',
    async (_what, action, expected) => {
      const found: Record<string, string> = {};
      for (const state of STATES) found[state] = await after({ state }, action);
      expect(found).toEqual(expected);
    },
  );

  it.each<[string, Start, (tx: EventTransaction, id: string) => Promise<unknown>, string]>([
    [
      'rejects a second pause',
      { state: 'RUNNING', paused: true },
      (tx, id) => pauseOperation(tx, 'acme', id, at),
      'INVALID_STATE',
    ],
    [
      'resumes a paused operation',
      { state: 'RUNNING', paused: true },
      (tx, id) => resumeOperation(tx, 'acme', id),
      'RUNNING',
    ],
    [
      'cancels a paused operation',
      { state: 'RUNNING', paused: true },
      (tx, id) => requestCancel(tx, 'acme', id, at),
      'RUNNING paused canceling',
    ],
    [
      'rejects a pause during a cancellation',
      { state: 'RUNNING', canceling: true },
      (tx, id) => pauseOperation(tx, 'acme', id, at),
      'INVALID_STATE',
    ],
    [
      'accepts a second cancellation without a change',
      { state: 'RUNNING', canceling: true },
      (tx, id) => requestCancel(tx, 'acme', id, at),
      'RUNNING canceling',
    ],
    [
      'rejects the cancellation of an operation that is not cancelable',
      { state: 'RUNNING', cancelable: false },
      (tx, id) => requestCancel(tx, 'acme', id, at),
      'NOT_CANCELABLE',
    ],
    [
      'rejects the pause of an operation that is not pausable',
      { state: 'RUNNING', pausable: false },
      (tx, id) => pauseOperation(tx, 'acme', id, at),
      'INVALID_STATE',
    ],
    [
      'rejects a pause by another account with NOT_FOUND',
      { state: 'RUNNING' },
      (tx, id) => pauseOperation(tx, 'other', id, at),
      'NOT_FOUND',
    ],
    [
      'rejects a resume by another account with NOT_FOUND',
      { state: 'RUNNING', paused: true },
      (tx, id) => resumeOperation(tx, 'other', id),
      'NOT_FOUND',
    ],
    [
      'rejects a cancellation by another account with NOT_FOUND',
      { state: 'RUNNING' },
      (tx, id) => requestCancel(tx, 'other', id, at),
      'NOT_FOUND',
    ],
  ])('%s', async (_what, start, action, expected) => {
    expect(await after(start, action)).toBe(expected);
  });

  it.each<[string, (tx: EventTransaction, id: string) => Promise<unknown>, string]>([
    [
      'cancel',
      (tx, id) => requestCancel(tx, 'other', id, at),
      'The account has no operation ID. Query.operations lists them.',
    ],
    [
      'resume',
      (tx, id) => resumeOperation(tx, 'acme', id),
      'The operation ID (SYNC_NODE_POOL) is not paused.',
    ],
  ])('a rejection to %s names the operation', async (_what, action, message) => {
    const id = await operationIn({ state: 'RUNNING' });
    const result = await toResult(() => eventTransaction(kit.database.prisma, at, (tx) => action(tx, id)));
    expect(!result.ok && result.problems[0]?.message.replace(id, 'ID')).toBe(message);
  });
});

describe('the message of an event about progress', () => {
  it.each([
    [
      'counts created and failed objects',
      4,
      'SYNC_NODE_POOL: 2 of 4 made, 1 failed.',
      'SYNC_NODE_POOL ended PARTIAL: 2 of 4 made, 1 failed.',
    ],
    [
      'has a percentage for an operation that creates no objects',
      0,
      'SYNC_NODE_POOL: 50 % done.',
      'SYNC_NODE_POOL ended PARTIAL.',
    ],
  ])('%s', async (_what, requested, progress, end) => {
    const id = await operationIn({ state: 'RUNNING' });
    const { prisma } = kit.database;
    await prisma.operation.update({ where: { id }, data: { requested } });
    await eventTransaction(prisma, at, async (tx) => {
      await setProgress(tx, id, { progress: 0.5, created: 2, failed: 1 });
      await finishOperation(tx, id, { state: 'PARTIAL' }, at);
    });
    const events = await prisma.event.findMany({
      where: { operationId: id },
      orderBy: { sequence: 'desc' },
      take: 2,
    });
    expect(events.map(({ message }) => message)).toEqual([end, progress]);
  });
});
