import { eventually } from '../../kit/eventually.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';
import type { LabelledNode } from '../../../subgraphs/clusters/model/node-metadata.js';
import { NodeMetadataReader } from '../../../subgraphs/clusters/inspection/node-metadata.reader.js';
import { UpdateNodeService } from '../../../subgraphs/clusters/api/node/update-node.service.js';
import { testActor } from '../../kit/actor.js';
import { openPoolsWithEngine, type PoolsWithEngine, type NodeView } from '../pools/pools-with-engine.js';

interface Updated {
  readonly node: {
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
    readonly taints: readonly object[];
  } | null;
  readonly operation: null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly message: string;
    readonly path: string[];
  }[];
}

const METADATA = 'labels annotations taints { key value effect }';

let setup: PoolsWithEngine;
let cluster: string;
let pool: string;
let nodes: NodeView[];
beforeAll(async () => {
  setup = await openPoolsWithEngine();
  const settings = {
    labels: { tier: 'batch' },
    taints: [{ key: 'batch', value: 'yes', effect: 'NO_SCHEDULE' }],
  };
  const created = await setup.cluster([{ name: 'system' }, { name: 'a', desiredSize: 2, ...settings }], {
    version: '1.32',
  });
  cluster = created.id;
  pool = created.pools[1] ?? '';
  nodes = (await setup.pool(pool)).nodes.nodes;
});
afterAll(() => setup[Symbol.asyncDispose]());

const first = () => nodes[0] ?? Promise.reject(new Error('the pool has no node'));

async function update(input: object, { dryRun = false, account = 'acme' } = {}): Promise<Updated> {
  const query = `mutation ($input: UpdateNodeInput!, $dryRun: Boolean) {
    payload: updateNode(input: $input, dryRun: $dryRun) {
      node { ${METADATA} } operation { id } userErrors { code message path } } }`;
  return (await setup.run<{ payload: Updated }>(query, { input, dryRun }, account)).payload;
}

async function rejections(input: object, account?: string): Promise<string[]> {
  const { node, userErrors } = await update(input, account === undefined ? {} : { account });
  expect(node).toBeNull();
  return userErrors.map(({ code, path }) => `${code} ${path.join('/')}`);
}

async function access() {
  const found = (await clusterAccess(setup.world.prisma, 'acme', [cluster])).get(cluster);
  if (!found) throw new Error('the cluster has no API');
  return found;
}

/** A second client of the cluster's API, besides the platform's. */
async function kubectl(): Promise<KubernetesClient> {
  return new KubernetesClient(setup.world.platform.kubernetes.of(await access()), { clusterId: cluster });
}

async function kubernetesNode({ name }: NodeView): Promise<LabelledNode> {
  return (await kubectl()).get<LabelledNode>(`/api/v1/nodes/${name}`);
}

const updates = async () =>
  (
    await setup.world.platform.events.read('acme', {
      after: 0n,
      limit: 1_000,
      filter: { clusterId: cluster },
    })
  )
    .filter(({ type }) => type === 'NODE_UPDATED')
    .map(({ message, data, nodePoolId }) => ({ message, actor: data['actor'], nodePoolId }));

const lastEntry = async () => {
  const [row] = await setup.world.prisma.$queryRaw<{ record: string }[]>`
    SELECT record FROM audit.event WHERE account = 'acme' ORDER BY sequence DESC LIMIT 1`;
  return JSON.parse(row?.record ?? '{}') as Record<string, unknown>;
};

describe('updateNode', () => {
  let node: NodeView;
  beforeEach(async () => {
    node = await first();
    const clean = { labels: { team: null, color: null }, annotations: { note: null }, taints: [] };
    expect((await update({ id: node.id, ...clean })).userErrors).toEqual([]);
  });

  test('sets, changes and removes labels, annotations and taints in Kubernetes, and records subject and keys', async () => {
    const before = (await updates()).length;
    const set = await update({
      id: node.id,
      labels: { team: 'a' },
      annotations: { note: 'with spaces, and 中文' },
      taints: [{ key: 'own', value: 'x', effect: 'PREFER_NO_SCHEDULE' }],
    });
    expect(set).toMatchObject({
      node: {
        labels: { team: 'a', tier: 'batch', 'kubernetes.io/hostname': node.name },
        annotations: { note: 'with spaces, and 中文' },
        taints: [
          { key: 'batch', value: 'yes', effect: 'NO_SCHEDULE' },
          { key: 'own', value: 'x', effect: 'PREFER_NO_SCHEDULE' },
        ],
      },
      operation: null,
      userErrors: [],
    });
    expect(await lastEntry()).toMatchObject({
      ...{ action: 'updateNode', objectId: node.id, clusterId: cluster, outcome: 'SUCCEEDED' },
      kubernetesAuditId: expect.stringMatching(/^auditevent_/) as unknown,
    });
    expect(await kubernetesNode(node)).toMatchObject({
      metadata: { labels: { team: 'a' }, annotations: { note: 'with spaces, and 中文' } },
      spec: {
        taints: [
          { key: 'batch', value: 'yes', effect: 'NoSchedule' },
          { key: 'own', value: 'x', effect: 'PreferNoSchedule' },
        ],
      },
    });
    await update({
      id: node.id,
      labels: { team: 'b', color: 'red' },
      annotations: { note: null },
      taints: [],
    });
    const read = await setup.run<{ node: Updated['node'] }>(
      `query ($id: ID!) { node(id: $id) { ... on Node { ${METADATA} } } }`,
      { id: node.id },
    );
    expect(read.node?.labels).toMatchObject({ team: 'b', color: 'red' });
    expect(read.node?.annotations).not.toHaveProperty('note');
    expect(read.node?.taints).toEqual([{ key: 'batch', value: 'yes', effect: 'NO_SCHEDULE' }]);
    const by = `Node ${node.name} changed by tester:`;
    const event = { actor: 'tester', nodePoolId: pool };
    expect((await updates()).slice(before)).toEqual([
      { ...event, message: `${by} labels +team; annotations +note; taints +own:PREFER_NO_SCHEDULE.` },
      {
        ...event,
        message: `${by} labels +color, ~team; annotations -note; taints -own:PREFER_NO_SCHEDULE.`,
      },
    ]);
  });

  test('appends no event without a change', async () => {
    await update({ id: node.id, labels: { team: 'a' } });
    const before = await updates();
    const response = await update({ id: node.id, labels: { team: 'a', color: null } });
    expect(response).toMatchObject({ node: { labels: { team: 'a' } }, userErrors: [] });
    expect(await updates()).toEqual(before);
  });

  test('returns the resulting node in a dry run and changes neither Kubernetes nor the event log', async () => {
    const before = { node: await kubernetesNode(node), events: await updates() };
    const input = { id: node.id, labels: { team: 'dry' }, taints: [{ key: 'dry', effect: 'NO_EXECUTE' }] };
    expect(await update(input, { dryRun: true })).toMatchObject({
      node: { labels: { team: 'dry' }, taints: [{ key: 'batch' }, { key: 'dry', value: null }] },
      operation: null,
      userErrors: [],
    });
    const after = await kubernetesNode(node);
    expect(after.metadata?.labels).toEqual(before.node.metadata?.labels);
    expect(after.spec).toEqual(before.node.spec);
    expect(await updates()).toEqual(before.events);
  });

  test('rejects reserved keys, keys of the pool, values that Kubernetes rejects, and nodes of other accounts', async () => {
    const { id } = node;
    expect(
      await rejections({ id, labels: { 'node-role.kubernetes.io/infra': '', ok: 'a b' }, annotations: [] }),
    ).toEqual([
      'INVALID_INPUT input/labels/node-role.kubernetes.io/infra',
      'INVALID_INPUT input/labels/ok',
      'INVALID_INPUT input/annotations',
    ]);
    expect(
      await rejections({
        id,
        labels: { tier: 'web' },
        taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NO_EXECUTE' }],
      }),
    ).toEqual(['INVALID_INPUT input/labels/tier', 'INVALID_INPUT input/taints/0/key']);
    expect(await rejections({ id, labels: { team: 'a' } }, 'other')).toEqual(['NOT_FOUND input/id']);
    expect(await rejections({ id: 'node_none', labels: {} })).toEqual(['NOT_FOUND input/id']);
    expect(await rejections({ id, clientToken: '' })).toEqual(['INVALID_INPUT input/clientToken']);
  });

  test('rejects a node that is not running', async () => {
    const { prisma } = setup.world;
    await prisma.node.update({ where: { id: node.id }, data: { state: 'starting' } });
    expect(await rejections({ id: node.id, labels: { team: 'a' } })).toEqual(['INVALID_STATE input/id']);
    await prisma.node.update({ where: { id: node.id }, data: { state: 'running' } });
  });

  test('requires acknowledgeRisk for a node of a registered cluster', async () => {
    const { prisma } = setup.world;
    await prisma.cluster.update({ where: { id: cluster }, data: { product: 'REGISTERED' } });
    const input = { id: node.id, labels: { team: 'registered' } };
    expect(await rejections(input)).toEqual(['RISK_NOT_ACKNOWLEDGED input/acknowledgeRisk']);
    expect((await update({ ...input, acknowledgeRisk: true })).userErrors).toEqual([]);
    await prisma.cluster.update({ where: { id: cluster }, data: { product: 'ACK_PRO' } });
  });

  test('returns CONFLICT if Kubernetes changes the node concurrently, and keeps that change', async () => {
    const { platform } = setup.world;
    await using kubernetes = new KubernetesApis(platform.database);
    const server = kubernetes.of(await access());
    const send = server.request.bind(server);
    const path = `/api/v1/nodes/${node.name}`;
    // Changes the node between the request that reads it and the one that writes it.
    vi.spyOn(server, 'request').mockImplementation(async (request) => {
      const spec = { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoSchedule' }] };
      if (request.method === 'PATCH') await (await kubectl()).patch(path, { spec }, MERGE_PATCH);
      return send(request);
    });
    const service = new UpdateNodeService({ ...platform, kubernetes });
    const change = { id: node.id, labels: { team: 'late' }, taints: [] };
    await expect(service.update(testActor('acme'), change)).rejects.toMatchObject({
      problems: [{ code: 'CONFLICT', path: ['input', 'id'] }],
    });
    const { metadata, spec } = await kubernetesNode(node);
    expect(metadata?.labels).not.toHaveProperty('team');
    expect(spec?.taints).toEqual([{ key: 'node.kubernetes.io/out-of-service', effect: 'NoSchedule' }]);
    const batch = [{ key: 'batch', value: 'yes', effect: 'NoSchedule' }];
    await (await kubectl()).patch(path, { spec: { taints: batch } }, MERGE_PATCH);
  });
});

test('reads up to ten nodes of a cluster one by one, and more of them with one list', async () => {
  const { platform } = setup.world;
  await using kubernetes = new KubernetesApis(platform.database);
  const requests = vi.spyOn(kubernetes.of(await access()), 'request');
  const reader = new NodeMetadataReader({ ...platform, kubernetes });
  const keys = nodes.map(({ name }) => `${cluster}/${name}`);
  const found = await reader.ofNodes({ account: 'acme', subject: 'ann' }, keys);
  expect(keys.map((key) => found.get(key)?.labels['tier'])).toEqual(['batch', 'batch']);
  expect(requests).toHaveBeenCalledTimes(2);
  const missing = Array.from({ length: 9 }, (_, index) => `${cluster}/gone-${index}`);
  expect([
    ...(await reader.ofNodes({ account: 'acme', subject: 'ann' }, [...keys, ...missing])).keys(),
  ]).toEqual(expect.arrayContaining(keys));
  expect(requests).toHaveBeenCalledTimes(3);
  expect((await reader.ofNodes({ account: 'other', subject: 'ann' }, keys)).size).toBe(0);
  expect((await reader.ofNodes({ account: 'acme', subject: 'ann' }, [`${cluster}/gone`])).size).toBe(0);
});

test('keeps a taint that is set while a change of the pool is applied to the node', async () => {
  const { name } = await first();
  await using apart = new KubernetesApis(setup.world.platform.database);
  const client = new KubernetesClient(apart.of(await access()), { clusterId: cluster });
  const server = setup.world.platform.kubernetes.of(await access());
  const send = server.request.bind(server);
  const meanwhile = { key: 'meanwhile', effect: 'PreferNoSchedule' };
  let isFirst = true;
  // Changes the node between the engine's request that reads it and the first one that writes it.
  const spy = vi.spyOn(server, 'request').mockImplementation(async (request) => {
    if (isFirst && request.method === 'PATCH' && request.path.includes(`/nodes/${name}`)) {
      isFirst = false;
      const path = `/api/v1/nodes/${name}`;
      const { spec } = await client.get<LabelledNode>(path);
      const taints = [...(spec?.taints ?? []), meanwhile];
      await client.patch(path, { spec: { taints } }, MERGE_PATCH);
    }
    return send(request);
  });
  await setup.carried('updateNodePool', { id: pool, labels: { tier: 'batch', late: 'x' } });
  spy.mockRestore();
  expect(isFirst).toBe(false);
  const { metadata, spec } = await client.get<LabelledNode>(`/api/v1/nodes/${name}`);
  expect(metadata?.labels).toMatchObject({ late: 'x' });
  expect(spec?.taints).toContainEqual(meanwhile);
});

test('keeps labels, annotations and taints during a change of the pool and an upgrade of the cluster', async () => {
  const own = { key: 'own', value: 'x', effect: 'NO_SCHEDULE' };
  const id = (await first()).id;
  await update({ id, labels: { team: 'a' }, annotations: { note: 'x' }, taints: [own] });
  await setup.carried('updateNodePool', {
    id: pool,
    labels: { stage: 'test' },
    taints: [{ key: 'stage', effect: 'PREFER_NO_SCHEDULE' }],
  });
  const read = async () =>
    (
      await setup.run<{ node: Updated['node'] }>(
        `query ($id: ID!) { node(id: $id) { ... on Node { ${METADATA} } } }`,
        { id },
      )
    ).node;
  const expected = {
    labels: { team: 'a', stage: 'test' },
    annotations: { note: 'x' },
    taints: [own, { key: 'stage', value: null, effect: 'PREFER_NO_SCHEDULE' }],
  };
  expect(await read()).toMatchObject(expected);
  expect((await read())?.labels).not.toHaveProperty('tier');
  // The cluster leaves SCALING after the operation of its last pool has ended.
  await eventually(
    async () => {
      const state = 'query ($id: ID!) { cluster(id: $id) { state } }';
      return (
        (await setup.run<{ cluster: { state: string } }>(state, { id: cluster })).cluster.state === 'RUNNING'
      );
    },
    { what: 'the cluster to run' },
  );
  const upgrade = { id: cluster, version: '1.34', timing: 'IMMEDIATE' };
  expect(await setup.carried('upgradeCluster', upgrade)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await read()).toMatchObject(expected);
});

test('keeps labels during a repair that replaces the system disk', async () => {
  const management = { autoRepair: true, allowSystemDiskReset: true };
  const created = await setup.cluster([{ name: 'repaired', management, acknowledgeRisk: true }]);
  const repaired = created.pools[0] ?? '';
  const [broken] = (await setup.pool(repaired)).nodes.nodes;
  expect((await update({ id: broken?.id, labels: { team: 'a' } })).userErrors).toEqual([]);
  await setup.breakNode(created.id, broken?.id ?? '', 'SYSTEM_DISK');
  const { nodeRepairs } = await setup.poolWhen(
    repaired,
    (view) => view.nodeRepairs.nodes[0]?.state === 'SUCCEEDED' && view.healthyNodes === 1,
    'the repair',
  );
  expect(nodeRepairs.nodes).toMatchObject([{ systemDiskReset: true }]);
  expect(await update({ id: broken?.id })).toMatchObject({ node: { labels: { team: 'a' } } });
});
