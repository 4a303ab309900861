import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { reconcilesIdle } from '../../engine/reconcile-idle.js';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine, type PoolView } from '../pools/pools-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

async function apps(clusterId: string): Promise<AppsV1Api> {
  const { prisma } = setup.world;
  const access = (await clusterAccess(prisma, 'acme', [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster has no API');
  return kubeConfigOf(access).makeApiClient(AppsV1Api);
}

async function core(clusterId: string): Promise<CoreV1Api> {
  const { prisma } = setup.world;
  const access = (await clusterAccess(prisma, 'acme', [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster has no API');
  return kubeConfigOf(access).makeApiClient(CoreV1Api);
}

/** Waits until the number of unschedulable pods is `pods`. */
const waiting = (clusterId: string, pods: number) =>
  eventually(
    async () => {
      const { items } = await (await core(clusterId)).listNamespacedPod({ namespace: 'default' });
      const without = items.filter(({ status }) =>
        status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
      );
      return without.length === pods;
    },
    { what: `${pods} pods that find no node` },
  );

/** Postpones the scheduled autoscaling jobs of a cluster, so that the autoscaler runs only when the test enqueues a job. */
async function postponeAutoscaling(clusterId: string): Promise<void> {
  const { prisma } = setup.world;
  await eventually(
    async () => {
      await prisma.$executeRaw`
        UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour'
        WHERE payload->>'kind' = 'autoscaling' AND payload->>'key' = ${clusterId} AND locked_by IS NULL`;
      const [row] = await prisma.$queryRaw<{ near: number }[]>`
        SELECT count(*)::int AS near FROM graphile_worker._private_jobs
        WHERE payload->>'kind' = 'autoscaling' AND payload->>'key' = ${clusterId}
          AND (run_at < now() + interval '30 minutes' OR locked_by IS NOT NULL)`;
      return row?.near === 0;
    },
    { what: 'no autoscaling job within 30 minutes' },
  );
}

/** Keeps system components off elastic nodes: the autoscaler does not remove nodes that run some. */
const taints = [{ key: 'elastic', value: 'yes', effect: 'NO_SCHEDULE' }];
const onElastic = { nodeSelector: { elastic: 'yes' }, tolerations: [{ key: 'elastic', operator: 'Exists' }] };

/** A Deployment whose pods each fill most of an instance of 4 vCPUs. */
async function deploy(clusterId: string, name: string, replicas: number, cpu = '3'): Promise<void> {
  const labels = { app: name };
  await (
    await apps(clusterId)
  ).createNamespacedDeployment({
    namespace: 'default',
    body: {
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }],
            ...onElastic,
          },
        },
      },
    },
  });
}

async function scale(clusterId: string, name: string, replicas: number): Promise<void> {
  const client = await apps(clusterId);
  const body = await client.readNamespacedDeploymentScale({ namespace: 'default', name });
  await client.replaceNamespacedDeploymentScale({
    namespace: 'default',
    name,
    body: { ...body, spec: { replicas } },
  });
}

const ready = (clusterId: string, name: string, replicas: number) =>
  eventually(
    async () => {
      const { status } = await (
        await apps(clusterId)
      ).readNamespacedDeployment({ namespace: 'default', name });
      return status?.readyReplicas === replicas;
    },
    { what: `${replicas} replicas of ${name}` },
  );

/** Waits until the pool satisfies the condition; enqueues the autoscaler until then. */
const settled = (clusterId: string, id: string, holds: (pool: PoolView) => boolean, description: string) =>
  eventually(
    async () => {
      const pool = await setup.pool(id);
      if (pool.state === 'ACTIVE' && holds(pool)) return pool;
      await enqueue(setup.world.prisma, 'autoscaling', clusterId);
      return false;
    },
    { what: description },
  );

/** Whether the pool's condition `CanScaleUp` has the status and the reason. */
const roomIs = (status: string, reason: string) => (pool: PoolView) =>
  pool.conditions.some((is) => is.type === 'CanScaleUp' && is.status === status && is.reason === reason);

const elastic = (more: Record<string, unknown> = {}) => ({
  name: 'elastic',
  desiredSize: 1,
  labels: { elastic: 'yes' },
  taints,
  autoscaling: { enabled: true, minSize: 1, maxSize: 3, scaleInDelaySeconds: 1, ...more },
});

async function operationsOf(clusterId: string) {
  const rows = await setup.world.prisma.operation.findMany({
    where: { clusterId, type: 'SCALE_NODE_POOL' },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ state, input }) => ({ state, ...(input as { trigger: string; toSize: number }) }));
}

describe('node pool with autoscaling enabled', () => {
  test('scales up for unschedulable pods to its maximum, and scales down idle nodes to its minimum', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }, elastic()]);
    const [system = '', pool = ''] = pools;
    await deploy(id, 'busy', 2);
    await settled(id, pool, ({ healthyNodes }) => healthyNodes === 2, 'a second node');
    await ready(id, 'busy', 2);
    expect((await setup.events(id)).filter(({ type }) => type === 'NODE_POOL_AUTOSCALED')).toMatchObject([
      { data: { fromSize: 1, toSize: 2, podCount: 1 } },
    ]);
    // Only three of the six pods can be scheduled.
    await scale(id, 'busy', 6);
    await settled(id, pool, ({ healthyNodes }) => healthyNodes === 3, 'a third node');
    await ready(id, 'busy', 3);
    await settled(id, pool, roomIs('False', 'AtMaximum'), 'that it is at its maximum');
    await scale(id, 'busy', 1);
    const small = await settled(id, pool, ({ totalNodes }) => totalNodes === 1, 'one node');
    expect(small).toMatchObject({ desiredSize: 1, healthyNodes: 1 });
    await ready(id, 'busy', 1);
    await settled(id, pool, roomIs('True', 'NoPendingPods'), 'that nothing waits any more');
    expect(await setup.pool(system)).toMatchObject({ desiredSize: 1, healthyNodes: 1 });
    const operations = await operationsOf(id);
    expect(operations.every(({ state, trigger }) => state === 'SUCCEEDED' && trigger === 'AUTOSCALING')).toBe(
      true,
    );
    expect(operations.slice(0, 2).map(({ toSize }) => toSize)).toEqual([2, 3]);
  });

  test('scales up several pools in one reconcile if no single pool may grow enough for the pending pods', async () => {
    const bounds = elastic({ minSize: 0, maxSize: 1 });
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { ...bounds, name: 'one', desiredSize: 0 },
      { ...bounds, name: 'two', desiredSize: 0 },
    ]);
    await postponeAutoscaling(id);
    await deploy(id, 'busy', 2);
    await waiting(id, 2);
    for (const pool of pools.slice(1))
      await settled(id, pool, ({ healthyNodes }) => healthyNodes === 1, 'its node');
    await ready(id, 'busy', 2);
    const types = (await setup.events(id)).map(({ type }) => type);
    const grown = types.flatMap((type, at) => (type === 'NODE_POOL_AUTOSCALED' ? [at] : []));
    expect(grown).toHaveLength(2);
    // Both sizes were requested before a node was created.
    expect(types.slice(grown[0], grown[1])).not.toContain('NODE_POOL_SCALED');
  });

  test('creates nodes in the zone to which a pod or its volume is bound', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { ...elastic({ minSize: 0, maxSize: 4 }), desiredSize: 0 },
    ]);
    const pool = pools[1] ?? '';
    const { prisma } = setup.world;
    const { zoneIds } = await prisma.cluster.findUniqueOrThrow({ where: { id } });
    expect(zoneIds.length).toBeGreaterThan(1);
    const last = zoneIds.at(-1) ?? '';
    const api = await core(id);
    const metadata = { name: 'data' };
    const key = 'topology.diskplugin.csi.alibabacloud.com/zone';
    const terms = [{ matchExpressions: [{ key, operator: 'In', values: [last] }] }];
    await api.createPersistentVolume({
      body: {
        metadata,
        spec: {
          ...{ capacity: { storage: '20Gi' }, accessModes: ['ReadWriteOnce'] },
          ...{ csi: { driver: 'diskplugin.csi.alibabacloud.com', volumeHandle: 'd-1' } },
          nodeAffinity: { required: { nodeSelectorTerms: terms } },
        },
      },
    });
    await api.createNamespacedPersistentVolumeClaim({
      namespace: 'default',
      body: {
        metadata,
        spec: {
          ...{ volumeName: 'data', storageClassName: '', accessModes: ['ReadWriteOnce'] },
          resources: { requests: { storage: '20Gi' } },
        },
      },
    });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const selector = { ...onElastic.nodeSelector, 'topology.kubernetes.io/zone': last };
    const container = { name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '3' } } };
    const spec = { ...onElastic, containers: [container] };
    const make = (name: string, more: object) =>
      api.createNamespacedPod({
        namespace: 'default',
        body: { metadata: { name }, spec: { ...spec, ...more } },
      });
    await postponeAutoscaling(id);
    await Promise.all([make('with-volume', { volumes }), make('with-zone', { nodeSelector: selector })]);
    await waiting(id, 2);
    const view = await settled(id, pool, ({ healthyNodes }) => healthyNodes === 2, 'two nodes');
    expect(view.nodes.nodes.map(({ zone }) => zone.id)).toEqual([last, last]);
    await eventually(
      async () => {
        const { items } = await api.listNamespacedPod({ namespace: 'default' });
        return items.every(({ status }) => status?.phase === 'Running');
      },
      { what: 'that both run' },
    );
    expect((await operationsOf(id)).map(({ toSize }) => toSize)).toEqual([2]);
  });

  test('scales up as far as the quotas allow, reports the shortfall, and does not retry at once', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }, elastic()]);
    const { prisma } = setup.world;
    const { used } = await prisma.ledgerUsage.findUniqueOrThrow({
      where: { account_resource_scope: { account: 'acme', resource: 'payg-vcpu', scope: '' } },
    });
    await setup.world.limit('payg-vcpu', used + 4);
    try {
      await postponeAutoscaling(id);
      await deploy(id, 'busy', 3);
      await waiting(id, 2);
      await settled(id, pools[1] ?? '', ({ healthyNodes }) => healthyNodes === 2, 'a second node');
      await ready(id, 'busy', 2);
      const [first] = await operationsOf(id);
      expect(first).toMatchObject({ state: 'PARTIAL', toSize: 3 });
      await settled(id, pools[1] ?? '', roomIs('False', 'ScaleUpIncomplete'), 'that it says so');
      expect(await operationsOf(id)).toHaveLength(1);
    } finally {
      await setup.world.limit('payg-vcpu', 2_000);
    }
  });

  test('scales a pool up to its minimum at creation, and back to its desired size after autoscaling is disabled', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }]);
    const { prisma } = setup.world;
    const { used } = await prisma.ledgerUsage.findUniqueOrThrow({
      where: { account_resource_scope: { account: 'acme', resource: 'payg-vcpu', scope: '' } },
    });
    expect(pools).toHaveLength(1);
    await setup.world.limit('payg-vcpu', used + 4);
    let pool = '';
    try {
      const { nodePool, operation } = await setup.mutate('createNodePool', {
        ...{ ...elastic({ minSize: 2 }), desiredSize: 2 },
        ...{ clusterId: id, instanceTypes: ['ecs.g6.xlarge'] },
      });
      pool = nodePool?.id ?? '';
      expect(await setup.operation(operation?.id ?? '')).toMatchObject({ state: 'PARTIAL' });
    } finally {
      await setup.world.limit('payg-vcpu', 2_000);
    }
    // The first run may have met the low quota and failed; this ends the pause that follows a failure.
    const over = { where: { targetId: pool, finishedAt: { not: null } }, data: { finishedAt: new Date(0) } };
    await eventually(
      async () => {
        if ((await setup.pool(pool)).healthyNodes === 2) return true;
        await prisma.operation.updateMany(over);
        await enqueue(prisma, 'autoscaling', id);
        return false;
      },
      { what: 'the minimum' },
    );
    await enqueue(prisma, 'autoscaling', id);
    const idle = () => prisma.node.count({ where: { clusterId: id, idleSince: { not: null } } });
    await eventually(async () => (await idle()) === 2, { what: 'two idle nodes' });
    await setup.carried('updateNodePool', {
      id: pool,
      autoscaling: { enabled: false, minSize: 2, maxSize: 3 },
    });
    await eventually(async () => (await idle()) === 0, { what: 'the end of the wait for them' });
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 1 });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1, healthyNodes: 1 });
  });

  test('does not scale down nodes whose pods no controller would recreate, or pools without autoscaling', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { name: 'fixed', desiredSize: 2 },
      { ...elastic({ minSize: 0 }), desiredSize: 1 },
    ]);
    const { prisma } = setup.world;
    await postponeAutoscaling(id);
    const api = await core(id);
    const spec = { containers: [{ name: 'app', image: 'nginx:1.27' }], ...onElastic };
    await api.createNamespacedPod({ namespace: 'default', body: { metadata: { name: 'alone' }, spec } });
    await eventually(
      async () => (await api.readNamespacedPod({ namespace: 'default', name: 'alone' })).spec?.nodeName,
      { what: 'a placed pod' },
    );
    const idle = async () => prisma.node.count({ where: { clusterId: id, idleSince: { not: null } } });
    await enqueue(prisma, 'autoscaling', id);
    await reconcilesIdle(setup.world, 'autoscaling');
    expect(await idle()).toBe(0);
    expect(await operationsOf(id)).toEqual([]);
    await api.deleteNamespacedPod({ namespace: 'default', name: 'alone' });
    await settled(id, pools[2] ?? '', ({ totalNodes }) => totalNodes === 0, 'no node');
    expect(await setup.pool(pools[1] ?? '')).toMatchObject({ desiredSize: 2, healthyNodes: 2 });
  });
});

test('rejects invalid autoscaling settings with their paths', async () => {
  const { id } = await setup.cluster([{ name: 'system' }]);
  const pool = { clusterId: id, instanceTypes: ['ecs.g6.xlarge'], name: 'elastic' };
  const rejected = (more: Record<string, unknown>) =>
    setup.rejected('createNodePool', {
      ...pool,
      autoscaling: { enabled: true, minSize: 0, maxSize: 3, ...more },
    });
  expect(await rejected({ scaleInThreshold: 0 })).toEqual([
    ['INVALID_INPUT', 'autoscaling.scaleInThreshold'],
  ]);
  expect(await rejected({ scaleInThreshold: 101 })).toEqual([
    ['INVALID_INPUT', 'autoscaling.scaleInThreshold'],
  ]);
  expect(await rejected({ scaleInDelaySeconds: 86_401 })).toEqual([
    ['INVALID_INPUT', 'autoscaling.scaleInDelaySeconds'],
  ]);
});
