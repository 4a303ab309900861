import 'reflect-metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EVENT_CHANNEL } from '../../../engine/events/append-events.js';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { changeAccess } from '../../../access/store/access-version.js';
import { writeCluster } from '../../kit/account-permissions.js';
import { type ObservabilityWorld, startObservability, takeResults } from './kit.js';

let world: ObservabilityWorld;

beforeAll(async () => {
  world = await startObservability();
});
afterAll(() => world[Symbol.asyncDispose]());

const EVENTS =
  'subscription S($filter: EventFilter, $after: EventCursor) { events(filter: $filter, after: $after) { __typename type cursor } }';
const SCALING = `subscription S($clusterId: ID, $after: EventCursor) { scalingEvents(clusterId: $clusterId, after: $after) {
  type cursor cluster { id } target { __typename } fromSize toSize trigger } }`;

interface Seen {
  readonly type: string;
  readonly cursor: string;
}

async function take(
  account: string,
  count: number,
  variables: Record<string, unknown> = {},
): Promise<Seen[]> {
  const results = await takeResults(await world.subscribe(account, EVENTS, variables), count);
  return results.map(({ data }) => data?.['events'] as Seen);
}

describe('Subscription.events', () => {
  test('streams events that are committed between the subscription and the first pull', async () => {
    await world.append('open', { type: 'BEFORE' });
    const stream = await world.subscribe('open', EVENTS);
    await world.append('open', { type: 'AFTER' });
    expect((await takeResults(stream, 1)).map(({ data }) => (data?.['events'] as Seen).type)).toEqual([
      'AFTER',
    ]);
  });

  test('replays the events after a cursor, then streams new ones', async () => {
    await world.append('resume', { type: 'ONE' }, { type: 'TWO' }, { type: 'THREE' });
    const all = await world.ask<{ events: { nodes: Seen[] } }>(
      'resume',
      '{ events { nodes { type cursor } } }',
    );
    const after = all.data.events.nodes.find(({ type }) => type === 'ONE')?.cursor;
    const stream = await world.subscribe('resume', EVENTS, { after });
    await world.append('resume', { type: 'FOUR' });
    expect((await takeResults(stream, 3)).map(({ data }) => (data?.['events'] as Seen).type)).toEqual([
      'TWO',
      'THREE',
      'FOUR',
    ]);
  });

  test('is gapless and ordered while several writers append concurrently, at every point of resumption', async () => {
    let account = 0;
    const plan = fc.record({
      writers: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }), {
        minLength: 2,
        maxLength: 4,
      }),
      cut: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ writers, cut }) => {
        account += 1;
        const name = `writers-${account}`;
        const total = writers.flat().reduce((sum, count) => sum + count, 0);
        await world.append(name, { type: 'START' });
        const [start] = (
          await world.ask<{ events: { nodes: Seen[] } }>(name, '{ events { nodes { type cursor } } }')
        ).data.events.nodes;
        const write = async (batches: readonly number[], writer: number) => {
          for (const [batch, count] of batches.entries()) {
            await world.append(
              name,
              ...Array.from({ length: count }, (_, index) => ({ type: `W${writer}_${batch}_${index}` })),
            );
          }
        };
        const writing = Promise.all(writers.map(write));
        const first = await take(name, Math.min(cut, total), { after: start?.cursor });
        const rest =
          total > first.length ? await take(name, total - first.length, { after: first.at(-1)?.cursor }) : [];
        await writing;
        const received = [...first, ...rest].map(({ type }) => type);
        const listed = (
          await world.ask<{ events: { nodes: Seen[] } }>(
            name,
            '{ events(first: 500) { nodes { type cursor } } }',
          )
        ).data.events.nodes;
        expect(received).toEqual(
          listed
            .map(({ type }) => type)
            .reverse()
            .slice(1),
        );
      }),
      // A fixed seed, so that each run has the same writers.
      { numRuns: 12, seed: 20_261_128 },
    );
  });

  test('streams only events that match the filter', async () => {
    const stream = await world.subscribe('choosy', EVENTS, {
      filter: { clusterId: 'cluster_b', categories: ['WORKLOAD'] },
    });
    await world.append(
      'choosy',
      { type: 'A', clusterId: 'cluster_b' },
      { type: 'B', clusterId: 'cluster_a', category: 'WORKLOAD' },
    );
    await world.append('choosy', { type: 'C', clusterId: 'cluster_b', category: 'WORKLOAD' });
    expect((await takeResults(stream, 1))[0]?.data).toMatchObject({
      events: { __typename: 'WorkloadEvent', type: 'C' },
    });
  });

  test('streams no events of another account', async () => {
    const stream = await world.subscribe('watcher', EVENTS, { filter: { clusterId: 'cluster_shared' } });
    await world.append('watched', { type: 'SECRET', clusterId: 'cluster_shared' });
    await world.append('watcher', { type: 'OWN', clusterId: 'cluster_shared' });
    expect((await takeResults(stream, 1))[0]?.data).toMatchObject({ events: { type: 'OWN' } });
  });

  test('ends at once when a waiting stream is closed', async () => {
    const stream = await world.subscribe('quiet', EVENTS);
    const waiting = stream.next();
    await stream.return(undefined);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('bookmarks', () => {
  const noise = (count: number) =>
    Array.from({ length: count }, () => ({ type: 'NOISE', clusterId: 'other' }));
  const bookmarkOf = async (stream: AsyncGenerator<SubgraphResult, undefined>) =>
    ((await stream.next()).value as SubgraphResult).bookmark;

  test.each([
    ['events', EVENTS, { filter: { types: ['WANTED'] } }],
    ['scalingEvents', SCALING, {}],
  ])('of %s advance the cursor while nothing matches', async (field, query, variables) => {
    const account = `bookmarks-${field.toLowerCase()}`;
    await world.append(account, ...noise(3));
    const stream = await world.subscribe(account, query, variables);
    expect(await bookmarkOf(stream)).toMatchObject({ caughtUp: true });
    await world.append(account, ...noise(60));
    const bookmark = await bookmarkOf(stream);
    await stream.return(undefined);
    const size = { fromSize: 1, toSize: 2 };
    await world.append(account, { type: 'WANTED', category: 'SCALING', data: size });
    const resumed = await world.subscribe(account, query, { ...variables, after: bookmark?.cursor });
    const [result] = await takeResults(resumed, 1);
    expect(result?.data?.[field]).toMatchObject({ type: 'WANTED' });
  });

  test('advance the cursor of a stream whose events are filtered one by one', async () => {
    await world.append('left-out', { type: 'ONE' });
    const stream = await world.subscribe('left-out', EVENTS, { filter: { to: '2000-01-01T00:00:00Z' } });
    const first = await bookmarkOf(stream);
    await world.append('left-out', ...noise(60));
    const second = await bookmarkOf(stream);
    expect(second?.cursor).not.toBe(first?.cursor);
    await stream.return(undefined);
  });

  test.each([
    ['events', EVENTS, { filter: { to: '2000-01-01T00:00:00Z' } }],
    ['scalingEvents', SCALING, {}],
  ])(
    'of %s are sent after an interval although few events were filtered',
    async (field, query, variables) => {
      const account = `while-${field.toLowerCase()}`;
      await world.append(account, { type: 'ONE' });
      const stream = await world.subscribe(account, query, variables);
      const first = await bookmarkOf(stream);
      const second = bookmarkOf(stream);
      // A scaling event without a change of size.
      await world.append(account, { type: 'TWO', category: 'SCALING' });
      const now = performance.now.bind(performance);
      const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
      await world.kit.database.prisma.$executeRaw`SELECT pg_notify(${EVENT_CHANNEL}, ${account})`;
      expect((await second)?.cursor).not.toBe(first?.cursor);
      later.mockRestore();
      await stream.return(undefined);
    },
  );
});

describe('cursor of several streams', () => {
  test('resumes a stream over several clusters and kinds at once', async () => {
    const filter = { categories: ['PROVISIONING', 'SCALING'] };
    const stream = await world.subscribe('several', EVENTS, { filter });
    const data = { fromSize: 1, toSize: 2 };
    await world.append(
      'several',
      { type: 'P1', clusterId: 'a' },
      { type: 'Q1', category: 'QUOTA', clusterId: 'a' },
      { type: 'S1', category: 'SCALING', clusterId: 'b', data },
    );
    const received = (await takeResults(stream, 2)).map(
      ({ data: eventData }) => eventData?.['events'] as Seen,
    );
    expect(received.map(({ type }) => type)).toEqual(['P1', 'S1']);
    await world.append(
      'several',
      { type: 'S2', category: 'SCALING', clusterId: 'a', data },
      { type: 'P2', clusterId: 'b' },
    );
    const after = received[1]?.cursor;
    const resumed = await world.subscribe('several', EVENTS, { filter, after });
    const types = (await takeResults(resumed, 2)).map(
      ({ data: eventData }) => (eventData?.['events'] as Seen).type,
    );
    expect(types).toEqual(['S2', 'P2']);
  });
});

describe('cursors of streams', () => {
  test('are rejected for another field and for other arguments', async () => {
    await world.append('bound', { type: 'ONE' });
    const filter = { types: ['ONE'] };
    const stream = await world.subscribe('bound', EVENTS, { filter });
    await world.append('bound', { type: 'ONE' });
    const [result] = await takeResults(stream, 1);
    const { cursor: after } = result?.data?.['events'] as Seen;
    const codeWith = async (query: string, variables: object) => {
      const [rejected] = await takeResults(await world.subscribe('bound', query, { ...variables, after }), 1);
      return rejected?.errors?.[0]?.extensions?.['code'];
    };
    expect(await codeWith(SCALING, {})).toBe('INVALID_CURSOR');
    expect(await codeWith(EVENTS, {})).toBe('INVALID_CURSOR');
    expect(await codeWith(EVENTS, { filter: { types: ['TWO'] } })).toBe('INVALID_CURSOR');
  });

  async function cursorOf(account: string): Promise<string> {
    await world.append(account, { type: 'ONE' });
    const { data } = await world.ask<{ events: { nodes: Seen[] } }>(
      account,
      '{ events(first: 1) { nodes { type cursor } } }',
    );
    return data.events.nodes[0]?.cursor ?? '';
  }

  async function rejection(account: string, after: string): Promise<unknown> {
    const [result] = await takeResults(await world.subscribe(account, EVENTS, { after }), 1);
    return result?.errors?.[0]?.extensions?.['code'];
  }

  test.each([
    ['malformed', async () => 'nonsense'],
    ['tampered with', async () => (await cursorOf('victim')).replace(/^./, 'X')],
    ["another account's", async () => cursorOf('somebody')],
  ])('are rejected with INVALID_CURSOR if they are %s', async (_what, cursor) => {
    expect(await rejection('victim', await cursor())).toBe('INVALID_CURSOR');
  });

  test('are rejected with CURSOR_EXPIRED before the start of the log', async () => {
    const old = await cursorOf('pruned');
    await world.append('pruned', { type: 'TWO' }, { type: 'THREE' });
    await world.kit.database.prisma.event.deleteMany({ where: { account: 'pruned', sequence: { lte: 2n } } });
    await world.kit.database.prisma.eventCounter.update({
      where: { account: 'pruned' },
      data: { prunedSequence: 2n },
    });
    expect(await rejection('pruned', old)).toBe('CURSOR_EXPIRED');
  });
});

describe('Subscription.scalingEvents', () => {
  test('streams size changes of one cluster only', async () => {
    await world.append('scaler', { clusterId: 'cluster_a', type: 'CLUSTER_CREATED' });
    const stream = await world.subscribe('scaler', SCALING, { clusterId: 'cluster_a' });
    const scaled = (clusterId: string, toSize: number) => ({
      clusterId,
      category: 'SCALING' as const,
      type: 'NODE_POOL_SCALED',
      data: { targetKind: 'NodePool', targetId: 'nodepool_a', fromSize: 1, toSize, trigger: 'MANUAL' },
    });
    await world.append('scaler', { clusterId: 'cluster_a' }, scaled('cluster_b', 2), {
      clusterId: 'cluster_a',
      category: 'SCALING',
      type: 'SCALING_BEGUN',
    });
    await world.append('scaler', scaled('cluster_a', 3));
    const [result] = await takeResults(stream, 1);
    expect(result?.data?.['scalingEvents']).toMatchObject({
      cluster: { id: 'cluster_a' },
      target: { __typename: 'NodePool' },
      fromSize: 1,
      toSize: 3,
      trigger: 'MANUAL',
    });
  });

  test('rejects the cluster of another account like an unknown one', async () => {
    await world.append('owner', { clusterId: 'cluster_owned' });
    for (const clusterId of ['cluster_owned', 'cluster_unknown']) {
      const [result] = await takeResults(await world.subscribe('stranger', SCALING, { clusterId }), 1);
      expect(result?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', path: ['clusterId'] } }]);
    }
  });
});

test('filters events by permissions without a statement for each', async () => {
  const { prisma } = world.kit.database;
  const visible = await writeCluster(world.kit.database, 'filtered', { name: 'eu' });
  const hidden = await writeCluster(world.kit.database, 'filtered', { name: 'us', regionId: 'cn-beijing' });
  await prisma.$transaction(async (tx) => {
    await changeAccess(tx, 'filtered', new Date());
    // The permission of all principals of the account, for one region.
    await tx.permission.updateMany({
      where: { account: 'filtered' },
      data: { regionId: 'cn-hangzhou' },
    });
  });
  const list = '{ events(first: 1) { nodes { cursor } } }';
  await world.append('filtered', { type: 'FIRST', clusterId: visible });
  const first = await world.ask<{ events: { nodes: Seen[] } }>('filtered', list);
  const after = first.data.events.nodes[0]!.cursor;
  const events = Array.from({ length: 100 }, (_, index) => ({ clusterId: index % 2 ? visible : hidden }));
  await world.append('filtered', ...events);
  const statements = await world.kit.statements(async () => {
    expect(await take('filtered', 50, { after })).toHaveLength(50);
  });
  expect(statements.length).toBeLessThan(10);
});
