import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObservabilityWorld, startObservability } from './kit.js';

let world: ObservabilityWorld;

beforeAll(async () => {
  world = await startObservability();
});
afterAll(() => world[Symbol.asyncDispose]());

interface Listed {
  readonly nodes: {
    readonly __typename: string;
    readonly type: string;
    readonly cursor: string;
    readonly id: string;
  }[];
  readonly edges: { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}

const LIST = `query L($first: Int, $after: String, $filter: EventFilter) { events(first: $first, after: $after, filter: $filter) {
  nodes { __typename id type cursor } edges { cursor } pageInfo { hasNextPage endCursor } totalCount } }`;

async function list(account: string, variables: Record<string, unknown> = {}): Promise<Listed> {
  const { data, errors } = await world.ask<{ events: Listed }>(account, LIST, variables);
  expect(errors).toEqual([]);
  return data.events;
}

describe('Query.events', () => {
  test('pages go from the newest event to the oldest and contain each once', async () => {
    await world.append('pages', ...Array.from({ length: 7 }, (_, index) => ({ type: `STEP_${index + 1}` })));
    const first = await list('pages', { first: 3 });
    const second = await list('pages', { first: 3, after: first.pageInfo.endCursor });
    const third = await list('pages', { first: 3, after: second.pageInfo.endCursor });
    expect([first, second, third].map(({ nodes }) => nodes.map(({ type }) => type))).toEqual([
      ['STEP_7', 'STEP_6', 'STEP_5'],
      ['STEP_4', 'STEP_3', 'STEP_2'],
      ['STEP_1'],
    ]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    expect(first.totalCount).toBe(7);
  });

  test('a page is unchanged while new events are appended', async () => {
    await world.append('moving', { type: 'ONE' }, { type: 'TWO' }, { type: 'THREE' });
    const first = await list('moving', { first: 2 });
    await world.append('moving', { type: 'FOUR' });
    const second = await list('moving', { first: 2, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ type }) => type)).toEqual(['ONE']);
  });

  test('each category has its types with the resources of the event', async () => {
    const about = { clusterId: 'cluster_a' };
    await world.append(
      'types',
      { ...about, nodePoolId: 'nodepool_a', operationId: 'operation_a' },
      {
        ...about,
        category: 'SCALING',
        type: 'NODE_POOL_SCALED',
        data: {
          targetKind: 'NodePool',
          targetId: 'nodepool_a',
          fromSize: 1,
          toSize: 3,
          requested: 2,
          created: 2,
          failed: 0,
          trigger: 'MANUAL',
        },
      },
      {
        ...about,
        category: 'SCALING',
        type: 'WORKLOAD_SCALED',
        data: { targetKind: 'Workload', targetId: 'workload_a', fromSize: 3, toSize: 5, trigger: 'MANUAL' },
      },
      { ...about, category: 'WORKLOAD', type: 'MANIFEST_APPLIED', data: { workloadId: 'workload_a' } },
      { category: 'QUOTA', type: 'QUOTA_RAISED', level: 'WARNING', data: { resource: 'payg-vcpu' } },
    );
    const query = `{ events { nodes { __typename level ... on ProvisioningEvent { cluster { id } nodePool { id } operation { id } }
      ... on ScalingEvent { target { __typename ... on NodePool { id } ... on Workload { id } } fromSize toSize trigger requested }
      ... on WorkloadEvent { cluster { id } workload { id } } ... on QuotaEvent { resource owner: cluster { id } } } } }`;
    const { data } = await world.ask<{ events: { nodes: unknown[] } }>('types', query);
    expect(data.events.nodes).toEqual([
      { __typename: 'QuotaEvent', level: 'WARNING', resource: 'payg-vcpu', owner: null },
      {
        __typename: 'WorkloadEvent',
        level: 'INFO',
        cluster: { id: 'cluster_a' },
        workload: { id: 'workload_a' },
      },
      {
        __typename: 'ScalingEvent',
        level: 'INFO',
        target: { __typename: 'Workload', id: 'workload_a' },
        fromSize: 3,
        toSize: 5,
        trigger: 'MANUAL',
        requested: null,
      },
      {
        __typename: 'ScalingEvent',
        level: 'INFO',
        target: { __typename: 'NodePool', id: 'nodepool_a' },
        fromSize: 1,
        toSize: 3,
        trigger: 'MANUAL',
        requested: 2,
      },
      {
        __typename: 'ProvisioningEvent',
        level: 'INFO',
        cluster: { id: 'cluster_a' },
        nodePool: { id: 'nodepool_a' },
        operation: { id: 'operation_a' },
      },
    ]);
  });

  test('filters restrict by cluster, operation, category, type, level and time', async () => {
    const early = world.clock.now().toISOString();
    await world.append('filters', { type: 'A', clusterId: 'cluster_1', operationId: 'operation_1' });
    world.clock.advance(60_000);
    const late = world.clock.now().toISOString();
    await world.append(
      'filters',
      { type: 'B', clusterId: 'cluster_2', category: 'WORKLOAD' },
      { type: 'C', level: 'ERROR' },
    );
    const types = async (filter: object) => (await list('filters', { filter })).nodes.map(({ type }) => type);
    expect(await types({ clusterId: 'cluster_1' })).toEqual(['A']);
    expect(await types({ operationId: 'operation_1' })).toEqual(['A']);
    expect(await types({ categories: ['WORKLOAD', 'QUOTA'] })).toEqual(['B']);
    expect(await types({ types: ['A', 'C'] })).toEqual(['C', 'A']);
    expect(await types({ levels: ['ERROR'] })).toEqual(['C']);
    expect(await types({ from: early, to: late })).toEqual(['A']);
    expect(await types({ from: late })).toEqual(['C', 'B']);
    expect((await list('filters', { filter: { from: late } })).totalCount).toBe(2);
  });

  test.each([
    ['a page over 500', { first: 501 }, 'PAGE_SIZE_EXCEEDED'],
    ['a cursor that is none', { after: 'nonsense' }, 'INVALID_CURSOR'],
    ['a cursor that is no position', { after: Buffer.from('["x"]').toString('base64url') }, 'INVALID_CURSOR'],
    [
      'a filter with too many types',
      { filter: { types: Array.from({ length: 101 }, (_, index) => `T${index}`) } },
      'INVALID_INPUT',
    ],
    [
      'a filter with too many kinds',
      { filter: { kinds: Array.from({ length: 101 }, () => 'NODE_READY') } },
      'INVALID_INPUT',
    ],
  ])('rejects %s', async (_what, variables, code) => {
    const { errors } = await world.ask('acme', LIST, variables);
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual([code]);
  });
});

describe('kind of an event', () => {
  const KINDS = `query K($filter: EventFilter) { events(filter: $filter) { nodes { type kind } totalCount } }`;
  const types = ['NODE_READY', 'NODE_MELTED', 'NODE_FAILED'];

  test('is its type as an enum, and OTHER for an unknown type', async () => {
    await world.append('kinds', ...types.map((type) => ({ type })));
    const { data } = await world.ask<{ events: { nodes: unknown[] } }>('kinds', KINDS);
    expect(data.events.nodes).toEqual([
      { type: 'NODE_FAILED', kind: 'NODE_FAILED' },
      { type: 'NODE_MELTED', kind: 'OTHER' },
      { type: 'NODE_READY', kind: 'NODE_READY' },
    ]);
  });

  test.each([
    [['NODE_READY'], ['NODE_READY']],
    [['OTHER'], ['NODE_MELTED']],
    [
      ['OTHER', 'NODE_FAILED'],
      ['NODE_FAILED', 'NODE_MELTED'],
    ],
    [[], []],
  ])('filters events by %j', async (kinds, found) => {
    const account = `kinds-${kinds.join('-').toLowerCase()}`;
    await world.append(account, ...types.map((type) => ({ type })));
    const { data } = await world.ask<{ events: Pick<Listed, 'nodes' | 'totalCount'> }>(account, KINDS, {
      filter: { kinds },
    });
    expect(data.events.nodes.map(({ type }) => type)).toEqual(found);
    expect(data.events.totalCount).toBe(found.length);
  });
});

const OF_CLUSTERS = `query E($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Cluster { id events(first: 2) { nodes { type } totalCount } } } }`;

function clusters(count: number): { representations: object[] } {
  return {
    representations: Array.from({ length: count }, (_, index) => ({
      __typename: 'Cluster',
      id: `cluster_${index}`,
    })),
  };
}

describe('Cluster.events', () => {
  test("shows the cluster's own events", async () => {
    await world.append(
      'own',
      { clusterId: 'cluster_0', type: 'MINE' },
      { clusterId: 'cluster_1', type: 'OTHER' },
      { type: 'NONE' },
    );
    const { data } = await world.ask<{ _entities: unknown[] }>('own', OF_CLUSTERS, clusters(3));
    expect(data._entities).toEqual([
      { id: 'cluster_0', events: { nodes: [{ type: 'MINE' }], totalCount: 1 } },
      { id: 'cluster_1', events: { nodes: [{ type: 'OTHER' }], totalCount: 1 } },
      { id: 'cluster_2', events: { nodes: [], totalCount: 0 } },
    ]);
  });

  test('costs as many statements for 50 clusters as for one', async () => {
    const cost = async (count: number) =>
      (await world.kit.statements(() => world.ask('own', OF_CLUSTERS, clusters(count)))).length;
    expect(await cost(50)).toBe(await cost(1));
    expect(await cost(50)).toBe(2);
  });

  test('is empty for the cluster of another account', async () => {
    const { data } = await world.ask<{ _entities: unknown[] }>('stranger', OF_CLUSTERS, clusters(1));
    expect(data._entities).toEqual([{ id: 'cluster_0', events: { nodes: [], totalCount: 0 } }]);
    expect((await list('stranger', { filter: { clusterId: 'cluster_0' } })).nodes).toEqual([]);
  });
});
