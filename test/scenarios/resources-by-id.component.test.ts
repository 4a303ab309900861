import { isInterfaceType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { queryGraph, type GraphSession } from '../kit/cluster-lifecycle.js';
import { graphqlRequest, startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { clientSchema } from './isolation/isolation-client.js';
import { createAccountResources, type AccountResources } from './isolation/account-resources.js';
import { furtherIds } from './isolation/finds.js';
import { RESOURCES } from './isolation/query-attempts.js';

const schema = await clientSchema();
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';

interface Found {
  readonly nodes: readonly ({ readonly __typename: string; readonly id: string } | null)[];
}

describe('object by its id', () => {
  let platform: TestPlatform;
  let session: GraphSession;
  let estate: AccountResources;
  /** Ids of types that the account resources do not contain. */
  let further: Readonly<Record<string, string>>;
  const ids = () => [...RESOURCES.map((name) => estate[name]), ...Object.values(further)];

  beforeAll(async () => {
    platform = await startTestPlatform();
    session = { url: platform.url, account: 'acme' };
    estate = await createAccountResources(session);
    further = await furtherIds(platform.kit, session, estate);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  test('is found by Query.nodes for every type that implements Resource, in the order of the ids', async () => {
    const resource = schema.getType('Resource');
    if (!isInterfaceType(resource)) throw new Error('Resource is no interface');
    const types = schema.getPossibleTypes(resource).map(({ name }) => name);
    const { nodes } = await queryGraph<Found>(session, NODES, { ids: ids() });
    expect(nodes.map((node) => node?.id)).toEqual(ids());
    expect(nodes.map((node) => node?.__typename).sort()).toEqual(types.sort());
    const reversed = await queryGraph<Found>(session, NODES, { ids: ids().reverse() });
    expect(reversed.nodes).toEqual([...nodes].reverse());
  });

  test('is null for another account like an unknown id, in every subgraph', async () => {
    const other = { ...session, account: 'stranger' };
    const { nodes } = await queryGraph<Found>(other, NODES, { ids: ids() });
    // Ids of account quotas are the same for every account, so this is a quota of the cluster.
    expect(nodes).toEqual(ids().map(() => null));
  });

  test('has the fields of an event by its type, the same as in the list of events', async () => {
    const FIELDS = `... on Event { id cursor at type kind level reason message actor }
      ... on ScalingEvent { fromSize toSize cluster { name } } ... on ProvisioningEvent { cluster { name } }
      ... on AccessEvent { subject } ... on QuotaEvent { resource } ... on KubernetesEvent { omitted }`;
    const { events } = await queryGraph<{ events: { nodes: readonly { id: string }[] } }>(
      session,
      `query ($id: ID!) { events(first: 500, filter: { clusterId: $id }) { nodes { __typename ${FIELDS} } } }`,
      { id: estate.cluster },
    );
    const eventEntries = Object.entries(further).filter(([name]) => name.endsWith('Event'));
    const { nodes } = await queryGraph<Found>(
      session,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ${FIELDS} } }`,
      { ids: eventEntries.map(([, id]) => id) },
    );
    expect(nodes.map((node) => node?.__typename)).toEqual(eventEntries.map(([name]) => name));
    expect(nodes).toEqual(eventEntries.map(([, id]) => events.nodes.find((event) => event.id === id)));
  });

  test('has the fields of a pod, a scaling group or an instance by its type', async () => {
    const { nodes } = await queryGraph<{ nodes: unknown[] }>(
      session,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Pod { uid namespace name phase }
        ... on ScalingGroup { state nodePool { id } } ... on Instance { origin instanceType { id } zone { id } } } }`,
      { ids: ['Pod', 'ScalingGroup', 'Instance'].map((name) => further[name]) },
    );
    expect(nodes).toMatchObject([
      { uid: expect.any(String) as unknown, namespace: 'default', phase: 'Running' },
      { state: 'ACTIVE', nodePool: { id: estate.nodePool } },
      { origin: 'REMOVED', instanceType: { id: 'ecs.g7.xlarge' }, zone: { id: 'cn-hangzhou-b' } },
    ]);
  });

  test.each(RESOURCES)('is refetched by Query.node: %s', async (name) => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    expect(await queryGraph(session, query, { id: estate[name] })).toMatchObject({
      node: { id: estate[name] },
    });
  });

  test('has the fields of its type from every subgraph', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Cluster { name workloads { nodes { id } } } ... on Workload { name cluster { name } } ... on Quota { resource } } }`;
    const { cluster, workload, quota } = estate;
    expect(await queryGraph(session, query, { ids: [cluster, workload, quota] })).toMatchObject({
      nodes: [
        { name: 'secret', workloads: { nodes: expect.arrayContaining([{ id: workload }]) as unknown } },
        { cluster: { name: 'secret' } },
        { resource: expect.any(String) as unknown },
      ],
    });
  });

  test('has kinds of operations and states of nodes as text and as enums', async () => {
    const { operations, cluster } = await queryGraph<{
      operations: { nodes: { type: string; kind: string }[] };
      cluster: { nodes: { nodes: { state: string; lifecycleState: string }[] } };
    }>(
      session,
      `query ($id: ID!) { operations(first: 500) { nodes { type kind } }
        cluster(id: $id) { nodes { nodes { state lifecycleState } } } }`,
      { id: estate.cluster },
    );
    expect(operations.nodes.length).toBeGreaterThan(1);
    expect(operations.nodes.filter(({ type, kind }) => type !== kind)).toEqual([]);
    const { nodes } = cluster.nodes;
    expect(nodes.map(({ lifecycleState }) => lifecycleState.toLowerCase())).toEqual(
      nodes.map(({ state }) => state),
    );
  });

  test('is null at its position if it does not exist', async () => {
    const none = [
      '',
      '_',
      'cluster',
      'cluster_none',
      'nothing_1',
      'workload_x',
      'quota_x',
      'quotaapplication_x',
      'pod_x',
      `pod_${Buffer.from('a/b/c/d').toString('base64url')}`,
      'event_x',
      'asg-x',
      'i-x',
      'i-x,i-y',
      'resource_x',
    ];
    const { nodes } = await queryGraph<Found>(session, NODES, { ids: [...none, estate.cluster] });
    expect(nodes).toEqual([...none.map(() => null), { __typename: 'Cluster', id: estate.cluster }]);
  });

  test('is limited to 100 ids', async () => {
    const many = Array.from({ length: 101 }, (_, index) => `cluster_${index}`);
    expect((await queryGraph<Found>(session, NODES, { ids: many.slice(1) })).nodes).toEqual(
      many.slice(1).map(() => null),
    );
    const { errors } = await graphqlRequest(platform.url, {
      query: NODES,
      variables: { ids: many },
      account: 'acme',
    });
    expect(errors).toMatchObject([
      { message: 'ids has 0 to 100 items, not 101.', extensions: { code: 'INVALID_INPUT' } },
    ]);
  });
});
