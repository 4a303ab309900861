import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { evictablePods } from '../../../subgraphs/clusters/inspection/evictable-pods.js';
import { movableClock } from '../../kit/clock.js';
import { reconcilesIdle } from '../../engine/reconcile-idle.js';
import { eventually } from '../../kit/eventually.js';
import { audit, waitForOperation, type EngineFixture } from '../../engine/engine-fixture.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import {
  beginUpgrade,
  type DeploymentView,
  eventTypes,
  terminatingPod,
  operationWhen,
  readyDeployment,
  runningCluster,
} from './upgrade-kit.js';

/** The platform's clock, which tests move; the simulated cloud uses the system clock. */
const clock = movableClock();
let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 200, clock });
  ({ world, ask } = setup);
});
beforeEach(() => clock.reset());
afterAll(() => setup[Symbol.asyncDispose]());

const RESUME = `mutation ($id: ID!) { resumeOperation(input: { id: $id }) { userErrors { code } } }`;
const resume = (id: string) => ask(RESUME, { id });
const release = (clusterId: string, id: string) =>
  world.platform.provider.deleteInstances(clusterId, [id], { drain: false, release: true });

describe('faults during an upgrade', { timeout: 300_000 }, () => {
  it('continues after an instance of its batch is released, and the pool creates one of the new version', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 3);
    const pod = await terminatingPod(client, 'terminating');
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy: { batchSize: 3 } });
    await pod.leaving();
    const lost = await world.prisma.node.findFirstOrThrow({ where: { clusterId, name: pod.nodeName } });
    await release(clusterId, lost.id);
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 3, running: 3, sameAsCloud: true });
    const nodes = await world.prisma.node.findMany({ where: { clusterId } });
    expect(nodes.map(({ version }) => version)).toEqual(['1.34.3', '1.34.3', '1.34.3']);
    expect(nodes.map((node) => node.id)).not.toContain(lost.id);
    const types = await eventTypes(world, id);
    expect(types.filter((type) => type === 'NODE_LOST')).toHaveLength(1);
    expect(types.indexOf('NODES_REQUESTED')).toBeGreaterThan(types.indexOf('NODE_LOST'));
    expect(types.indexOf('NODES_UPGRADED')).toBeGreaterThan(types.lastIndexOf('NODE_READY'));
    const { vcpu, recount, nodePlaces } = await audit(world, clusterId);
    expect([vcpu, nodePlaces]).toEqual([recount, 3]);
  });

  it('continues after the next instance is released while it is paused, and the pool creates another', async () => {
    const { clusterId } = await runningCluster(world, '1.32.6', 2);
    const rollingPolicy = { batchSize: 1, pausePolicy: 'FIRST_BATCH' };
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy });
    await operationWhen(world, id, ({ pausedAt }) => pausedAt !== null);
    const next = await world.prisma.node.findFirstOrThrow({ where: { clusterId, version: '1.32.6' } });
    await release(clusterId, next.id);
    await eventually(async () =>
      (await world.platform.provider.instances(clusterId)).every((instance) => instance.id !== next.id),
    );
    await resume(id);
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.34.3' } })).toBe(2);
  });

  it('pauses an upgrade that is stalled for 30 minutes, reports the blocking pods, and completes it after resumeOperation', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 2);
    const pod = await terminatingPod(client, 'stuck');
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy: { batchSize: 2 } });
    await pod.leaving();
    const remainingPods = () => evictablePods(client, pod.nodeName);
    await eventually(async () => (await remainingPods()).length === 1, {
      what: 'that all other pods have left',
    });
    // No reconcile that has read the other pods is still running.
    await reconcilesIdle(world, 'cluster', clusterId);
    clock.advance(31 * 60_000);
    await operationWhen(world, id, ({ pausedAt }) => pausedAt !== null);
    const [event] = await world.platform.events.read('acme', {
      after: 0n,
      limit: 1,
      filter: { operationId: id, types: ['UPGRADE_STALLED'] },
    });
    expect(event).toMatchObject({
      level: 'WARNING',
      data: { nodes: expect.arrayContaining([pod.nodeName]) },
    });
    expect(event?.message).toMatch(/pods do not leave: .*default\/stuck-/);
    await pod.release();
    await resume(id);
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('ends PARTIAL with a reason if Kubernetes rejects a component, which can be restored', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 1);
    const deployments = '/apis/apps/v1/namespaces/kube-system/deployments';
    // The Deployment was recreated outside the platform with another selector, which is immutable.
    const { spec } = await client.get<{ spec: { template: { spec: object } } }>(`${deployments}/coredns`);
    await client.delete(`${deployments}/coredns`);
    const isDeleted = () => client.get(`${deployments}/coredns`).then(() => false, isNotFound);
    await eventually(isDeleted);
    const labels = { mine: 'dns' };
    await client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns', namespace: 'kube-system' },
      spec: { selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } },
    });
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34' });
    const operation = await waitForOperation(world, id);
    expect(operation).toMatchObject({
      state: 'PARTIAL',
      error: { code: 'KUBERNETES_REJECTED' },
      stages: [{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, { state: 'PARTIAL' }],
    });
    expect(JSON.stringify(operation.error)).toContain('coredns');
    expect(operation.failures).toHaveLength(1);
    expect(await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } })).toMatchObject({
      state: 'RUNNING',
      version: '1.34.3',
    });
    const where = { clusterId_name: { clusterId, name: 'coredns' } };
    const component = await world.prisma.component.findUniqueOrThrow({ where });
    expect(component).toMatchObject({ state: 'FAILED', version: 'v1.12.1' });
    await client.delete(`${deployments}/coredns`);
    await eventually(isDeleted);
    const restore = `mutation ($id: ID!) { restoreComponent(input: { id: $id }) { operation { id } } }`;
    const { restoreComponent } = await ask<{ restoreComponent: { operation: { id: string } } }>(restore, {
      id: component.id,
    });
    expect(await waitForOperation(world, restoreComponent.operation.id)).toMatchObject({
      state: 'SUCCEEDED',
    });
  });

  it('removes cordons, replicas and additional nodes after a failure among the nodes, and a new upgrade continues with the rest', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 2);
    const path = await readyDeployment(client, 'web', 2);
    await world.settings({ upgradeFailureRate: 1 });
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy: { surge: 1 } });
    expect(await waitForOperation(world, id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'NODE_UPGRADE_FAILED' },
      stages: [{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, { state: 'FAILED' }, { state: 'CANCELED' }],
    });
    const types = await eventTypes(world, id);
    expect(types.filter((type) => type === 'UPGRADE_SURGE')).toHaveLength(2);
    expect(types.filter((type) => type === 'UPGRADE_ROLLING_BACK')).toHaveLength(1);
    const { items } = await client.list<{ spec: { unschedulable?: boolean } }>('/api/v1/nodes');
    expect(items.map(({ spec }) => spec.unschedulable ?? false)).toEqual([false, false]);
    expect(JSON.stringify(items)).not.toContain('fleetgraph.dev/upgrade');
    const deployment = await client.get<DeploymentView>(path);
    expect(deployment.spec.replicas).toBe(2);
    expect(JSON.stringify(deployment.metadata)).not.toContain('fleetgraph.dev');
    expect(await audit(world, clusterId)).toMatchObject({ state: 'RUNNING', nodes: 2, sameAsCloud: true });
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.32.6' } })).toBe(2);

    await world.settings({ upgradeFailureRate: 0 });
    const again = await beginUpgrade(ask, { id: clusterId, version: '1.34.3' });
    expect(await waitForOperation(world, again)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.prisma.node.count({ where: { clusterId, version: '1.34.3' } })).toBe(2);
    await expect(beginUpgrade(ask, { id: clusterId, version: '1.34.3' })).rejects.toThrow(
      'UPGRADE_NOT_ALLOWED',
    );
  });
});
