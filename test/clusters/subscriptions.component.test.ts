import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EVENT_CHANNEL } from '../../engine/events/append-events.js';
import { finishOperation, finishStage, setProgress, startStage } from '../../engine/operations/operations.js';
import { type EventTransaction, eventTransaction, logEvents } from '../../engine/events/event-transaction.js';
import { type GraphQLResponse, type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './running-cluster.js';
import { CREATE, type Created, proCluster } from './requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const at = new Date('2026-01-01T00:00:00Z');
const inTransaction = (work: (tx: EventTransaction) => Promise<unknown>) =>
  eventTransaction(clusters.platform.database.prisma, at, work);
/** Appends an unrelated event of the account. */
const noise = (account: string) =>
  logEvents(clusters.platform.database.prisma, account, at, [
    { category: 'QUOTA', type: 'QUOTA_RAISED', reason: 'QuotaRaised', message: 'noise' },
  ]);
const create = async (account: string, name: string, more = {}) => {
  const { data } = await clusters.run<Created>(CREATE, { input: proCluster(name, more) }, account);
  return { id: data.createCluster.cluster?.id ?? '', operation: data.createCluster.operation?.id ?? '' };
};
const update = (account: string, id: string, input: Record<string, unknown>) =>
  clusters.run(
    'mutation ($input: UpdateClusterInput!) { updateCluster(input: $input) { userErrors { code } } }',
    { input: { id, ...input } },
    account,
  );

async function take<T>(stream: AsyncGenerator<GraphQLResponse<T>>, count: number): Promise<T[]> {
  const results: T[] = [];
  while (results.length < count) {
    const step = await stream.next();
    if (step.done) break;
    if (step.value.errors) throw new Error(JSON.stringify(step.value.errors));
    if (!('bookmark' in step.value)) results.push(step.value.data);
  }
  return results;
}

describe('operationProgress', () => {
  const PROGRESS = `subscription ($id: ID!) { operationProgress(id: $id) {
    state progress stages { name state } result { created failed failures { code } } target { ... on Cluster { state } } } }`;

  test('sends the operation now and after each change, and ends with it', async () => {
    const { id, operation } = await create('op', 'followed', {
      nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 }],
    });
    const stream = await clusters.open<{ operationProgress: { state: string; progress: number } }>(
      PROGRESS,
      { id: operation },
      'op',
    );
    expect((await take(stream, 1))[0]).toMatchObject({
      operationProgress: { state: 'PENDING', progress: 0, target: { state: 'INITIAL' } },
    });

    await inTransaction((tx) => startStage(tx, operation, 'CONTROL_PLANE', at));
    expect((await take(stream, 1))[0]).toMatchObject({
      operationProgress: { state: 'RUNNING', stages: [{ state: 'RUNNING' }, { state: 'PENDING' }, {}, {}] },
    });
    await inTransaction((tx) => setProgress(tx, operation, { created: 1, progress: 0.5 }));
    expect((await take(stream, 1))[0]).toMatchObject({
      operationProgress: { progress: 0.5, result: { created: 1 } },
    });
    await clusters.platform.database.prisma.cluster.update({ where: { id }, data: { state: 'RUNNING' } });
    const failures = [{ code: 'OUT_OF_STOCK', message: 'none left' } as const];
    await inTransaction((tx) =>
      finishOperation(tx, operation, { state: 'PARTIAL', created: 1, failed: 1, failures }, at),
    );
    expect((await take(stream, 1))[0]).toMatchObject({
      operationProgress: {
        state: 'PARTIAL',
        progress: 1,
        result: { failed: 1, failures: [{ code: 'OUT_OF_STOCK' }] },
        target: { state: 'RUNNING' },
      },
    });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('sends a completed operation once and ends', async () => {
    const { operation } = await create('op', 'over');
    await inTransaction((tx) => finishOperation(tx, operation, { state: 'SUCCEEDED' }, at));
    const stream = await clusters.open(PROGRESS, { id: operation }, 'op');
    expect(await take(stream, 9)).toMatchObject([{ operationProgress: { state: 'SUCCEEDED' } }]);
  });

  test('misses no change between subscription and the first read', async () => {
    const { operation } = await create('op', 'hasty');
    const stream = await clusters.open(PROGRESS, { id: operation }, 'op');
    await inTransaction((tx) => startStage(tx, operation, 'CONTROL_PLANE', at));
    await inTransaction((tx) => finishStage(tx, operation, 'CONTROL_PLANE', at));
    await inTransaction((tx) =>
      finishOperation(tx, operation, { state: 'FAILED', error: { code: 'OUT_OF_STOCK', message: 'x' } }, at),
    );
    const messages = await take(stream, 9);
    expect(messages[0]).toMatchObject({ operationProgress: { state: 'PENDING' } });
    expect(messages.at(-1)).toMatchObject({ operationProgress: { state: 'FAILED' } });
  });

  test('ends at once when the client disconnects', async () => {
    const { operation } = await create('op', 'left');
    const stream = await clusters.open(PROGRESS, { id: operation }, 'op');
    await take(stream, 1);
    const waiting = stream.next();
    await stream.return(undefined);
    expect(await waiting).toMatchObject({ done: true });
  });
});

describe('provisioningEvents', () => {
  const EVENTS = `subscription ($clusterId: ID, $after: EventCursor) { provisioningEvents(clusterId: $clusterId, after: $after) {
    __typename id cursor at type level reason message cluster { id state } nodePool { id } operation { id state } } }`;
  interface Event {
    provisioningEvents: { id: string; cursor: string; type: string };
  }

  test('are in order, return the current resources, and resume after a cursor', async () => {
    const stream = await clusters.open<Event>(EVENTS, {}, 'ev');
    const { id, operation } = await create('ev', 'evented');
    const [pending, requested] = await take(stream, 2);
    expect(pending).toMatchObject({
      provisioningEvents: {
        __typename: 'ProvisioningEvent',
        type: 'OPERATION_PENDING',
        level: 'INFO',
        reason: 'OperationPending',
        cluster: { id, state: 'INITIAL' },
        nodePool: null,
        operation: { id: operation, state: 'PENDING' },
      },
    });
    expect(requested?.provisioningEvents.type).toBe('CLUSTER_REQUESTED');
    await inTransaction((tx) => startStage(tx, operation, 'CONTROL_PLANE', at));
    const [started] = await take(stream, 1);
    expect(started).toMatchObject({
      provisioningEvents: { type: 'OPERATION_STAGE_STARTED', operation: { state: 'RUNNING' } },
    });
    await stream.return(undefined);

    const resumed = await clusters.open<Event>(EVENTS, { after: pending?.provisioningEvents.cursor }, 'ev');
    expect((await take(resumed, 2)).map((event) => event.provisioningEvents.id)).toEqual([
      requested?.provisioningEvents.id,
      started?.provisioningEvents.id,
    ]);
    await resumed.return(undefined);
  });

  test('of one cluster exclude the others', async () => {
    const first = await create('ev', 'first');
    const stream = await clusters.open<Event>(EVENTS, { clusterId: first.id }, 'ev');
    await create('ev', 'second');
    await noise('ev');
    await update('ev', first.id, { labels: { a: 'b' } });
    expect(await take(stream, 1)).toMatchObject([
      { provisioningEvents: { type: 'CLUSTER_UPDATED', cluster: { id: first.id } } },
    ]);
    await stream.return(undefined);
  });

  test('send bookmarks while the filter matches nothing, after which a stream resumes', async () => {
    const { id } = await create('bm', 'quiet');
    const stream = await clusters.open<Event>(EVENTS, { clusterId: id }, 'bm');
    const bookmark = async () => {
      const { value } = (await stream.next()) as {
        value: { bookmark?: { cursor: string; caughtUp: boolean } };
      };
      return value.bookmark;
    };
    expect(await bookmark()).toMatchObject({ caughtUp: true });
    for (let i = 0; i < 30; i += 1) await create('bm', `noise-${i}`);
    const later = await bookmark();
    expect(later?.cursor).toEqual(expect.any(String));
    await stream.return(undefined);
    const resumed = await clusters.open<Event>(EVENTS, { clusterId: id, after: later?.cursor }, 'bm');
    await update('bm', id, { labels: { a: 'b' } });
    expect(await take(resumed, 1)).toMatchObject([{ provisioningEvents: { type: 'CLUSTER_UPDATED' } }]);
    await resumed.return(undefined);
    const foreign = await clusters.open(EVENTS, { after: later?.cursor }, 'bm');
    expect((await foreign.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_CURSOR' } }],
    });
  });

  test('reject a manipulated cursor and one of another account', async () => {
    const stream = await clusters.open<Event>(EVENTS, {}, 'ev');
    await create('ev', 'cursor');
    const cursor = (await take(stream, 1))[0]?.provisioningEvents.cursor ?? '';
    await stream.return(undefined);
    for (const [after, account] of [
      [`${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`, 'ev'],
      [cursor, 'else'],
    ] as const) {
      const rejected = await clusters.open(EVENTS, { after }, account);
      expect((await rejected.next()).value).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_CURSOR' } }],
      });
    }
  });
});

describe('watchClusters', () => {
  const WATCH = `subscription ($filter: ClusterFilter, $after: EventCursor) { watchClusters(filter: $filter, after: $after) {
    type cursor cluster { id name state labels nodePools { totalCount } } } }`;
  interface Change {
    watchClusters: { type: string; cursor: string; cluster: { id: string; name: string } | null };
  }
  const watch = (account: string, variables = {}) => clusters.open<Change>(WATCH, variables, account);
  const brief = (changes: Change[]) =>
    changes.map(({ watchClusters: { type, cluster } }) => [type, cluster?.name ?? null]);

  test('sends the existing clusters, SYNCED, then changes', async () => {
    const a = await create('w1', 'a');
    await create('w1', 'b');
    const stream = await watch('w1');
    expect(brief(await take(stream, 3))).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
      ['SYNCED', null],
    ]);
    await create('w1', 'c');
    await update('w1', a.id, { labels: { x: 'y' } });
    const [added, modified] = await take(stream, 2);
    expect(added).toMatchObject({ watchClusters: { type: 'ADDED', cluster: { name: 'c' } } });
    expect(modified).toMatchObject({
      watchClusters: { type: 'MODIFIED', cluster: { name: 'a', labels: { x: 'y' } } },
    });
    await inTransaction(async (tx) => {
      await tx.cluster.update({
        where: { id: a.id },
        data: { state: 'DELETED', deletedAt: at, resourceVersion: { increment: 1 } },
      });
      const event = {
        category: 'PROVISIONING',
        type: 'CLUSTER_DELETED',
        reason: 'ClusterDeleted',
        message: 'x',
        clusterId: a.id,
      } as const;
      tx.emit('w1', event);
    });
    expect(await take(stream, 1)).toMatchObject([
      { watchClusters: { type: 'DELETED', cluster: { name: 'a', state: 'DELETED' } } },
    ]);
    await stream.return(undefined);
  });

  test('neither misses nor repeats changes while the initial list is read', async () => {
    const first = await create('w2', 'first');
    const stream = await watch('w2');
    // Updates the cluster after the list's position was read and before the list is read.
    await update('w2', first.id, { labels: { changed: 'yes' } });
    await create('w2', 'second');
    const changes = await take(stream, 3);
    expect(changes.map(({ watchClusters }) => watchClusters.type)).toEqual(['ADDED', 'ADDED', 'SYNCED']);
    expect(changes[0]).toMatchObject({ watchClusters: { cluster: { labels: { changed: 'yes' } } } });
    await create('w2', 'third');
    expect(brief(await take(stream, 1))).toEqual([['ADDED', 'third']]);
    await stream.return(undefined);
  });

  test('sends clusters that start or cease to match the filter', async () => {
    const { id } = await create('w3', 'plain');
    const stream = await watch('w3', { filter: { labels: { tier: 'gold' } } });
    expect(brief(await take(stream, 1))).toEqual([['SYNCED', null]]);
    await update('w3', id, { labels: { other: 'x' } });
    await update('w3', id, { labels: { tier: 'gold' } });
    expect(brief(await take(stream, 1))).toEqual([['ADDED', 'plain']]);
    await update('w3', id, { labels: {} });
    expect(brief(await take(stream, 1))).toEqual([['DELETED', 'plain']]);
    await stream.return(undefined);
  });

  test('resumes within the initial list', async () => {
    for (const name of ['a', 'b', 'c']) await create('w4', name);
    const cut = await watch('w4');
    const [first] = await take(cut, 1);
    await cut.return(undefined);
    await create('w4', 'd');
    const resumed = await watch('w4', { after: first?.watchClusters.cursor });
    const changes = await take(resumed, 4);
    expect(brief(changes)).toEqual([
      ['ADDED', 'b'],
      ['ADDED', 'c'],
      ['ADDED', 'd'],
      ['SYNCED', null],
    ]);
    await resumed.return(undefined);
  });

  test('resumes after SYNCED without the list', async () => {
    const { id } = await create('w5', 'a');
    const cut = await watch('w5');
    const synced = (await take(cut, 2)).at(-1);
    await cut.return(undefined);
    await update('w5', id, { labels: { x: 'y' } });
    await create('w5', 'b');
    const resumed = await watch('w5', { after: synced?.watchClusters.cursor });
    expect(brief(await take(resumed, 2))).toEqual([
      ['MODIFIED', 'a'],
      ['ADDED', 'b'],
    ]);
    await resumed.return(undefined);
  });

  test('sends bookmarks while nothing matches', async () => {
    const stream = await watch('w6', { filter: { nameContains: 'nothing' } });
    await take(stream, 1);
    for (let i = 0; i < 50; i += 1) await noise('w6');
    const [bookmark] = await take(stream, 1);
    expect(bookmark).toMatchObject({ watchClusters: { type: 'BOOKMARK', cluster: null } });
    await stream.return(undefined);
    const resumed = await watch('w6', {
      filter: { nameContains: 'nothing' },
      after: bookmark?.watchClusters.cursor,
    });
    await create('w6', 'nothing-else');
    expect(brief(await take(resumed, 1))).toEqual([['ADDED', 'nothing-else']]);
    await resumed.return(undefined);
  });

  test('sends a bookmark after an interval although few events occurred', async () => {
    const stream = await watch('w7', { filter: { nameContains: 'nothing' } });
    const [synced] = await take(stream, 1);
    const next = take(stream, 1);
    await noise('w7');
    const now = performance.now.bind(performance);
    const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
    await clusters.platform.database.prisma.$executeRaw`SELECT pg_notify(${EVENT_CHANNEL}, 'w7')`;
    const [bookmark] = await next;
    expect(bookmark).toMatchObject({ watchClusters: { type: 'BOOKMARK' } });
    expect(bookmark?.watchClusters.cursor).not.toBe(synced?.watchClusters.cursor);
    later.mockRestore();
    await stream.return(undefined);
  });

  test('rejects a cursor of another filter', async () => {
    const stream = await watch('w7');
    const cursor = (await take(stream, 1))[0]?.watchClusters.cursor;
    await stream.return(undefined);
    const other = await watch('w7', { filter: { nameContains: 'x' }, after: cursor });
    expect((await other.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_CURSOR' } }],
    });
  });

  test('sends each cluster of a large list once, in pages', async () => {
    const { prisma } = clusters.platform.database;
    const { id } = await runningCluster(clusters, 'w8', { name: 'model' });
    const model = await prisma.cluster.findUniqueOrThrow({ where: { id } });
    const copies = Array.from({ length: 450 }, (_, i) => ({
      ...model,
      id: `${id}${String(i).padStart(4, '0')}`,
      name: `copy-${i}`,
    }));
    await prisma.cluster.createMany({
      data: copies.map(({ labels: _labels, conditions: _conditions, ...copy }) => copy),
    });
    const stream = await watch('w8');
    const changes = await take(stream, 452);
    expect(new Set(changes.map(({ watchClusters: { cluster } }) => cluster?.id)).size).toBe(452);
    expect(changes.at(-1)?.watchClusters.type).toBe('SYNCED');
    await stream.return(undefined);
  });
});
