import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { audit, waitForOperation, type EngineFixture } from '../../engine/engine-fixture.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import {
  beginUpgrade,
  type DeploymentView,
  eventTypes,
  operationWhen,
  readyDeployment,
  readyWorkload,
  runningCluster,
  watchLows,
} from './upgrade-kit.js';
import { MERGE_PATCH } from '../../../engine/kubernetes/client.js';

let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 200 });
  ({ world, ask } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

const UPGRADE = `mutation ($input: UpgradeClusterInput!) { upgradeCluster(input: $input) {
  cluster { state } operation { id state cancelable pausable pausedAt stages { name state } } userErrors { code path } } }`;
const operate = (name: string) => `mutation ($id: ID!) { payload: ${name}(input: { id: $id }) {
  operation { id state cancelable pausable pausedAt } userErrors { code message path } } }`;

interface OperationView {
  id: string;
  state: string;
  cancelable: boolean;
  pausable: boolean;
  pausedAt: string | null;
}
interface Upgraded {
  upgradeCluster: { operation: OperationView | null; userErrors: { code: string; path: string[] }[] };
}
interface Payload {
  payload: { operation: OperationView | null; userErrors: { code: string; message: string }[] };
}

const upgrade = (input: Record<string, unknown>) => beginUpgrade(ask, input);
const typesOf = (id: string) => eventTypes(world, id);

describe('upgradeCluster', { timeout: 300_000 }, () => {
  it('upgrades the control plane, node batches and components after a precheck, while a deployment keeps its ready replicas', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 3);
    const path = await readyDeployment(client, 'steady', 4);
    const lows = watchLows(client, [path]);
    const id = await upgrade({ id: clusterId, version: '1.34', rollingPolicy: { batchSize: 1 } });
    const operation = await waitForOperation(world, id);
    expect(operation).toMatchObject({ state: 'SUCCEEDED', progress: 1, error: null });
    expect(operation.stages).toMatchObject([
      { name: 'PRECHECK', state: 'SUCCEEDED' },
      { name: 'CONTROL_PLANE', state: 'SUCCEEDED' },
      { name: 'NODES', state: 'SUCCEEDED' },
      { name: 'COMPONENTS', state: 'SUCCEEDED' },
    ]);
    expect(await lows.end()).toEqual([4]);
    const after = await client.get<DeploymentView>(path);
    expect(after.spec.replicas).toBe(4);
    expect(after.metadata?.annotations ?? {}).not.toHaveProperty('fleetgraph.dev/extra-replicas');

    const { items } = await client.list<{
      metadata: { annotations?: object };
      spec: { unschedulable?: boolean };
      status: { nodeInfo: { kubeletVersion: string } };
    }>('/api/v1/nodes');
    expect(items.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual([
      'v1.34.3',
      'v1.34.3',
      'v1.34.3',
    ]);
    expect(items.filter(({ spec }) => spec.unschedulable)).toEqual([]);

    const types = await typesOf(id);
    expect(types.filter((type) => type === 'UPGRADE_BATCH_STARTED')).toHaveLength(3);
    const order = [
      'CLUSTER_UPGRADING',
      'CONTROL_PLANE_UPGRADED',
      'NODE_UPGRADED',
      'NODES_UPGRADED',
      'COMPONENTS_UPGRADING',
      'COMPONENT_UPGRADED',
      'OPERATION_SUCCEEDED',
    ];
    const places = order.map((type) => types.indexOf(type));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const { conditions } = await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } });
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'ControlPlaneReady',
        message: 'The control plane runs Kubernetes 1.34.3.',
      }),
    );
    const components = await world.prisma.component.findMany({ where: { clusterId } });
    expect(components.find(({ name }) => name === 'kube-proxy-worker')).toMatchObject({
      version: 'v1.34.3',
      state: 'ACTIVE',
    });
    expect(components.find(({ name }) => name === 'coredns')).toMatchObject({
      version: 'v1.12.1',
      state: 'ACTIVE',
    });
  });

  it('keeps the ready replicas of a stateful set and of a replica set, and respects a disruption budget', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 3);
    const set = await readyWorkload(client, { name: 'db', replicas: 2, kind: 'StatefulSet' });
    const alone = await readyWorkload(client, { name: 'alone', replicas: 3, kind: 'ReplicaSet' });
    const withBudget = await readyWorkload(client, { name: 'guarded', replicas: 2, kind: 'Deployment' });
    // This budget permits no eviction, even when more pods are ready than desired.
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    await client.create(budgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'guarded', namespace: 'default' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'guarded' } } },
    });
    const lows = watchLows(client, [set, alone, withBudget]);
    const id = await upgrade({ id: clusterId, version: '1.34', rollingPolicy: { batchSize: 1 } });
    // Surge pods are ready; the budget still permits no eviction.
    await eventually(async () => {
      const { status } = await client.get<DeploymentView>(withBudget);
      return (status?.readyReplicas ?? 0) > 2;
    });
    const query = { labelSelector: 'app=guarded' };
    const { items } = await client.list<{ metadata: object }>('/api/v1/namespaces/default/pods', query);
    expect(items.filter(({ metadata }) => 'deletionTimestamp' in metadata)).toEqual([]);
    const upgraded = () => world.prisma.node.count({ where: { clusterId, version: '1.34.3' } });
    expect(await upgraded()).toBeLessThan(3);
    await client.delete(`${budgets}/guarded`);
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await upgraded()).toBe(3);
    expect(await lows.end()).toEqual([2, 3, 2]);
    for (const path of [set, alone, withBudget])
      expect(JSON.stringify(await client.get(path))).not.toContain('fleetgraph.dev');
  });

  it('pauses after the first batch if requested, then cannot be cancelled, and continues after resumeOperation', async () => {
    const { clusterId } = await runningCluster(world, '1.32.6', 3);
    const rollingPolicy = { batchSize: 2, pausePolicy: 'FIRST_BATCH' };
    const id = await upgrade({ id: clusterId, version: '1.32', rollingPolicy }).catch(() => undefined);
    // 1.32.6 is already the newest patch of 1.32.
    expect(id).toBeUndefined();
    const paused = await upgrade({ id: clusterId, version: '1.34.1', rollingPolicy });
    await operationWhen(world, paused, ({ pausedAt }) => pausedAt !== null);
    const count = () => world.prisma.node.count({ where: { clusterId, version: '1.34.1' } });
    expect(await count()).toBe(2);
    const rejected = await ask<Payload>(operate('cancelOperation'), { id: paused });
    expect(rejected.payload.userErrors).toMatchObject([{ code: 'NOT_CANCELABLE' }]);
    const again = await ask<Payload>(operate('pauseOperation'), { id: paused });
    expect(again.payload.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect(await count()).toBe(2);
    const resumed = await ask<Payload>(operate('resumeOperation'), { id: paused });
    expect(resumed.payload).toMatchObject({ operation: { pausedAt: null }, userErrors: [] });
    expect(await waitForOperation(world, paused)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await count()).toBe(3);
    const types = await typesOf(paused);
    expect(types.filter((type) => type.endsWith('PAUSED') || type.endsWith('RESUMED'))).toEqual([
      'OPERATION_PAUSED',
      'OPERATION_RESUMED',
    ]);
  });

  it('is paused before its nodes, survives a change of engines, and is resumed', async () => {
    const { clusterId } = await runningCluster(world, '1.32.6', 2);
    // The duration of the control plane's upgrade is fixed when it starts: it must be longer than the pause takes to arrive.
    await world.settings({ speed: 10 });
    const id = await upgrade({ id: clusterId, version: '1.34' });
    await operationWhen(world, id, ({ stages }) => stages[1]?.state === 'RUNNING');
    await eventually(
      async () => (await world.platform.provider.controlPlane(clusterId))?.state === 'UPGRADING',
    );
    const { payload } = await ask<Payload>(operate('pauseOperation'), { id });
    await world.settings({ speed: 200 });
    expect(payload.userErrors).toEqual([]);
    expect(payload.operation?.pausedAt).not.toBeNull();
    expect(payload.operation?.pausable).toBe(false);
    await setup.engine[Symbol.asyncDispose]();
    setup.engine = await world.engine();
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.34.3' } })).toBe(0);
    await ask<Payload>(operate('resumeOperation'), { id });
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.34.3' } })).toBe(2);
    expect((await ask<Payload>(operate('resumeOperation'), { id })).payload.userErrors).toMatchObject([
      { code: 'INVALID_STATE' },
    ]);
  });

  it('is cancelled during the control plane upgrade: the cluster keeps its version, and nodes are unchanged', async () => {
    const { clusterId } = await runningCluster(world, '1.32.6', 2);
    await world.settings({ speed: 2 });
    const id = await upgrade({ id: clusterId, version: '1.34' });
    await operationWhen(world, id, ({ stages }) => stages[1]?.state === 'RUNNING');
    await eventually(
      async () => (await world.platform.provider.controlPlane(clusterId))?.state === 'UPGRADING',
    );
    const { payload } = await ask<Payload>(operate('cancelOperation'), { id });
    expect(payload.userErrors).toEqual([]);
    expect(await waitForOperation(world, id)).toMatchObject({
      state: 'CANCELED',
      error: { code: 'OPERATION_CANCELED' },
      stages: [{ state: 'SUCCEEDED' }, { state: 'CANCELED' }, { state: 'CANCELED' }, { state: 'CANCELED' }],
    });
    await world.settings({ speed: 200 });
    expect(await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } })).toMatchObject({
      state: 'RUNNING',
      version: '1.32.6',
    });
    expect(await world.platform.provider.controlPlane(clusterId)).toMatchObject({
      version: '1.32.6',
      state: 'RUNNING',
    });
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.32.6' } })).toBe(2);
  });

  it('keeps pods without a controller running, and nodes cordoned that were cordoned before', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 2);
    const [first, second] = await world.prisma.node.findMany({
      where: { clusterId },
      orderBy: { id: 'asc' },
    });
    await client.create('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'alone', namespace: 'default' },
      spec: { nodeName: first!.name, containers: [{ name: 'web', image: 'nginx:1.27' }] },
    });
    await client.patch(`/api/v1/nodes/${second!.name}`, { spec: { unschedulable: true } }, MERGE_PATCH);
    expect(await waitForOperation(world, await upgrade({ id: clusterId, version: '1.34' }))).toMatchObject({
      state: 'SUCCEEDED',
    });
    const pod = await client.get<{ metadata: { deletionTimestamp?: string }; spec: { nodeName: string } }>(
      '/api/v1/namespaces/default/pods/alone',
    );
    expect(pod).toMatchObject({ spec: { nodeName: first!.name } });
    expect(pod.metadata.deletionTimestamp).toBeUndefined();
    const node = await client.get<{ spec: { unschedulable?: boolean } }>(`/api/v1/nodes/${second!.name}`);
    expect(node.spec.unschedulable).toBe(true);
  });

  it('upgrades a single node without room for additional replicas', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 1);
    const path = await readyDeployment(client, 'crowded', 2);
    expect(await waitForOperation(world, await upgrade({ id: clusterId, version: '1.34' }))).toMatchObject({
      state: 'SUCCEEDED',
    });
    const { spec } = await client.get<DeploymentView>(path);
    expect(spec.replicas).toBe(2);
    await eventually(async () => (await client.get<DeploymentView>(path)).status?.readyReplicas === 2);
  });

  it('adds nodes to a pool during the upgrade as far as the quota allows, and removes them afterwards', async () => {
    const { clusterId, poolId } = await runningCluster(world, '1.32.6', 1);
    const nodes = () => world.prisma.node.findMany({ where: { clusterId, state: { not: 'removing' } } });
    const [before] = await nodes();
    const id = await upgrade({ id: clusterId, version: '1.34', rollingPolicy: { surge: 1 } });
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    const eventTypes = await typesOf(id);
    expect(eventTypes.filter((type) => type === 'UPGRADE_SURGE')).toHaveLength(2);
    expect((await nodes()).map((node) => [node.id, node.version])).toEqual([[before!.id, '1.34.3']]);
    expect(await world.prisma.nodePool.findUniqueOrThrow({ where: { id: poolId } })).toMatchObject({
      desiredSize: 1,
    });
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 1, sameAsCloud: true, nodePlaces: 1 });

    const full = await runningCluster(world, '1.32.6', 1);
    await world.limit('ACK_PRO/nodesPerCluster', 1, full.clusterId);
    const rejected = await upgrade({ id: full.clusterId, version: '1.34', rollingPolicy: { surge: 3 } });
    expect(await waitForOperation(world, rejected)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await typesOf(rejected)).not.toContain('UPGRADE_SURGE');
  });

  it('rejects an invalid rolling policy', async () => {
    const { clusterId } = await runningCluster(world, '1.32.6', 1);
    const { upgradeCluster } = await ask<Upgraded>(UPGRADE, {
      input: { id: clusterId, version: '1.34', rollingPolicy: { batchSize: 0, surge: 21 } },
    });
    expect(upgradeCluster.userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'rollingPolicy', 'batchSize'] },
      { code: 'INVALID_INPUT', path: ['input', 'rollingPolicy', 'surge'] },
    ]);
  });
});
