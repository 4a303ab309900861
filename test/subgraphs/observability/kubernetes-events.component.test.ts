import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess, deleteClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { done, noFaultInjection, type ReconcileContext, requeueAfter } from '../../../engine/contract.js';
import { startEngine } from '../../../engine/engine.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import {
  EVENT_READ_INTERVAL_MS,
  EVENT_READ_RETRY_MS,
  kubernetesEventReconciler,
  kubernetesEventSchedules,
} from '../../../subgraphs/observability/controllers/kubernetes-event/kubernetes-event.reconciler.js';
import {
  type CoreEvent,
  type EventsRead,
  MAX_APPENDED,
  MAX_APPENDED_FIRST,
  newEvents,
  nextSeenUids,
} from '../../../subgraphs/observability/model/kubernetes-event.rules.js';
import { KubernetesEventStore } from '../../../subgraphs/observability/store/kubernetes-event.store.js';
import { eventually } from '../../kit/eventually.js';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from '../workloads/kit.js';

let world: WorkloadsWorld;

beforeAll(async () => {
  world = await startWorkloads();
});
afterAll(() => world?.[Symbol.asyncDispose]());

interface Shown {
  readonly __typename: string;
  readonly id: string;
  readonly type: string;
  readonly level: string;
  readonly reason: string;
  readonly message: string;
  readonly cluster: { readonly id: string };
  readonly involvedObject: {
    readonly kind: string;
    readonly namespace: string | null;
    readonly name: string;
  } | null;
  readonly component: string | null;
  readonly omitted: number | null;
}

const OF_CLUSTER = `query E($representations: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $representations) { ... on Cluster {
    events(first: $first, after: $after, filter: { categories: [KUBERNETES] }) {
      nodes { __typename id type level reason message ... on KubernetesEvent {
        cluster { id } involvedObject { kind namespace name } component omitted } }
      pageInfo { hasNextPage endCursor } } } } }`;

interface Page {
  readonly nodes: Shown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function page(account: string, clusterId: string, variables: object = {}): Promise<Page> {
  const { data, errors } = await world.observability<{ _entities: { events: Page }[] }>(account, OF_CLUSTER, {
    representations: [{ __typename: 'Cluster', id: clusterId }],
    first: 500,
    ...variables,
  });
  expect(errors).toEqual([]);
  return data._entities[0]!.events;
}

const shown = async (account: string, clusterId: string) => (await page(account, clusterId)).nodes;

function scope(): ReconcileContext {
  const { platform, clock } = world;
  return {
    database: platform.database.prisma,
    clock,
    log: platform.log,
    faults: noFaultInjection,
    signal: AbortSignal.timeout(60_000),
  };
}

const reconcile = (clusterId: string) =>
  kubernetesEventReconciler(world.platform).reconcile(clusterId, scope());
const begin = () => kubernetesEventSchedules[0]!.run(scope());
const store = () => new KubernetesEventStore(world.platform.database.prisma);

function engine() {
  const { database, clock, log } = world.platform;
  const reconcilers = [kubernetesEventReconciler(world.platform)];
  return startEngine({ database, clock, log, concurrency: 2, reconcilers, schedules: [] });
}

async function clientOf(clusterId: string): Promise<KubernetesClient> {
  const { kubernetes, database } = world.platform;
  const access = (await clusterAccess(database.prisma, null, [clusterId])).get(clusterId);
  return new KubernetesClient(kubernetes.of(access!), { clusterId });
}

function event(name: string, rest: object = {}): CoreEvent {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    involvedObject: { kind: 'Pod', namespace: 'default', name },
    type: 'Normal',
    reason: 'Pulled',
    message: 'Container image is there.',
    source: { component: 'kubelet' },
    lastTimestamp: '2026-01-01T00:00:00Z',
    ...rest,
  };
}

function readOf(events: readonly CoreEvent[], truncated = false): EventsRead {
  return { byUid: new Map(events.map((each) => [each.metadata?.uid ?? '', each])), truncated };
}

describe('Cluster.events of the category KUBERNETES', () => {
  test('shows FailedScheduling of a pod without a node, and does not repeat it after a restart of the engine', async () => {
    const clusterId = await world.cluster('acme', 1);
    const yaml = deployment('huge', 1).replace('cpu: 100m', 'cpu: 100');
    await apply(world, 'acme', { clusterId, yaml });
    const failed = async () =>
      (await shown('acme', clusterId)).filter(
        ({ reason, involvedObject }) =>
          reason === 'FailedScheduling' && involvedObject?.name.startsWith('huge-'),
      );
    {
      await using _engine = await engine();
      await begin();
      await eventually(
        async () => {
          await reconcile(clusterId);
          return (await failed()).length > 0;
        },
        { what: 'the Event' },
      );
    }
    expect(await failed()).toEqual([
      {
        __typename: 'KubernetesEvent',
        id: expect.any(String),
        type: 'KUBERNETES_EVENT',
        level: 'WARNING',
        reason: 'FailedScheduling',
        message: expect.stringContaining('nodes are available'),
        cluster: { id: clusterId },
        involvedObject: {
          kind: 'Pod',
          namespace: 'default',
          name: expect.stringMatching(/^huge-/),
        },
        component: 'default-scheduler',
        omitted: null,
      },
    ]);
    const { version } = await store().reading(clusterId);
    await using _restarted = await engine();
    world.clock.advance(121_000);
    await begin();
    await eventually(async () => (await store().reading(clusterId)).version > version, {
      what: 'a reading after the restart',
    });
    expect(await failed()).toHaveLength(1);
    expect(await shown('stranger', clusterId)).toEqual([]);
  });

  test('reads a flood as 60 events, warnings first, and one event with the number of the others', async () => {
    const clusterId = await world.cluster('flood', 0);
    await reconcile(clusterId);
    const before = (await shown('flood', clusterId)).length;
    const client = await clientOf(clusterId);
    for (let index = 0; index < 100; index += 1) {
      const { uid: _, ...metadata } = event(`pod-${index}`).metadata ?? {};
      const type = index === 99 ? 'Warning' : 'Normal';
      await client.create('/api/v1/namespaces/default/events', {
        ...event(`pod-${index}`, { type }),
        metadata,
      });
    }
    expect(await reconcile(clusterId)).toEqual(requeueAfter(EVENT_READ_INTERVAL_MS));
    const flood = (await shown('flood', clusterId)).slice(0, -before || undefined);
    expect(flood).toHaveLength(MAX_APPENDED + 1);
    expect(flood[0]).toMatchObject({ type: 'KUBERNETES_EVENTS_OMITTED', omitted: 40, involvedObject: null });
    expect(flood.filter(({ level, omitted }) => level === 'WARNING' && omitted === null)).toMatchObject([
      { involvedObject: { name: 'pod-99' } },
    ]);
    await reconcile(clusterId);
    expect(await shown('flood', clusterId)).toHaveLength(before + MAX_APPENDED + 1);
    const first = await page('flood', clusterId, { first: 40 });
    const second = await page('flood', clusterId, { first: 40, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes].slice(0, flood.length)).toEqual(flood);
  });

  test('stores Events with texts that PostgreSQL cannot store unchanged', async () => {
    const clusterId = 'cluster_strange';
    const read = readOf([event('strange', { message: 'a\u0000b\ud800', reason: 7, lastTimestamp: 'never' })]);
    const at = world.clock.now();
    const events = newEvents(clusterId, read, { uids: [], version: 1 });
    const reading = await store().reading(clusterId);
    await store().advance(reading, { account: 'strange', at, uids: ['uid-strange'], events });
    expect(await shown('strange', clusterId)).toMatchObject([{ message: 'ab\ufffd', reason: 'Unknown' }]);
  });

  test('appends events once for two concurrent reads', async () => {
    const clusterId = 'cluster_twice';
    const read = readOf([event('twice')]);
    for (const uids of [['uid-twice'], undefined]) {
      const reading = await store().reading(clusterId);
      const events = newEvents(clusterId, read, { uids: [], version: 1 });
      const step = { account: 'twice', at: world.clock.now(), uids, events };
      await Promise.all([store().advance(reading, step), store().advance(reading, step)]);
    }
    expect(await shown('twice', clusterId)).toHaveLength(2);
    expect(await store().reading(clusterId)).toMatchObject({ version: 2, uids: ['uid-twice'] });
  });
});

describe('polling Kubernetes Events', () => {
  test('appends no event for an Event whose count has risen', () => {
    const again = event('again', { count: 7, lastTimestamp: '2026-01-01T01:00:00Z' });
    expect(newEvents('cluster_a', readOf([again]), { uids: ['uid-again'], version: 1 })).toEqual([]);
    expect(nextSeenUids(readOf([again]), ['uid-again'])).toBeUndefined();
  });

  test('appends the Events of a new cluster at its first poll', () => {
    const many = readOf(Array.from({ length: MAX_APPENDED_FIRST + 1 }, (_, index) => event(`pod-${index}`)));
    const appended = (version: number) => newEvents('cluster_a', many, { uids: [], version }).length;
    expect([appended(0), appended(1)]).toEqual([MAX_APPENDED_FIRST + 1, MAX_APPENDED + 1]);
  });

  test('forgets Events that the cluster has deleted, unless the list was incomplete', () => {
    const read = [event('new')];
    expect(nextSeenUids(readOf(read), ['uid-old'])).toEqual(['uid-new']);
    expect(nextSeenUids(readOf(read, true), ['uid-old'])).toEqual(['uid-new', 'uid-old']);
  });

  test('ends for a cluster without an API, and deletes its poll state', async () => {
    const clusterId = await world.cluster('ending', 0);
    await reconcile(clusterId);
    expect((await store().reading(clusterId)).version).toBe(1);
    await deleteClusterAccess(world.platform.database.prisma, clusterId);
    expect(await reconcile(clusterId)).toEqual(done);
    expect((await store().reading(clusterId)).version).toBe(0);
  });

  test('retries an unreachable cluster later', async () => {
    expect(await reconcile(await world.unreachableCluster('down'))).toEqual(
      requeueAfter(EVENT_READ_RETRY_MS),
    );
  });
});
