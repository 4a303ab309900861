import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine, type NodeView } from './pools-with-engine.js';
import { masterCredentials } from '../../kit/client-tokens.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

describe('node that is deleted with kubectl', () => {
  const deleteInKubernetes = async (cluster: string, name: string) => {
    const credentials = await setup.world.platform.provider.credentials(
      cluster,
      masterCredentials('operator'),
    );
    const { CoreV1Api } = await import('@kubernetes/client-node');
    const config = kubeConfigOf({
      ...credentials,
      clusterId: cluster,
      account: 'acme',
    });
    await config.makeApiClient(CoreV1Api).deleteNode({ name });
  };

  test('is counted as missing in Kubernetes, and syncNodePool replaces it', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const pool = pools[0] ?? '';
    const [victim] = (await setup.pool(pool)).nodes.nodes;
    await deleteInKubernetes(id, victim?.name ?? '');
    await setup.checkPools(id);
    const drifted = await setup.poolWhen(pool, ({ drift }) => drift !== null, 'the drift');
    expect(drifted).toMatchObject({
      totalNodes: 2,
      drift: { missingInKubernetes: [victim?.name] },
      conditions: expect.arrayContaining([
        { type: 'InSync', status: 'False', reason: 'NodeDeletedInKubernetes' },
      ]),
    });
    await setup.carried('syncNodePool', { id: pool });
    const synced = await setup.pool(pool);
    expect(synced).toMatchObject({
      drift: null,
      desiredSize: 2,
      healthyNodes: 2,
      conditions: expect.arrayContaining([
        { type: 'InSync', status: 'True', reason: 'Synchronized' },
      ]) as unknown,
    });
    expect(synced.nodes.nodes.every((node) => node.id !== victim?.id)).toBe(true);
    await eventually(async () =>
      (await setup.instancesOf(id)).every((instance) => instance.id !== victim?.id),
    );
  });

  test('decrements the desired size if syncNodePool requests it', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const pool = pools[0] ?? '';
    const [victim] = (await setup.pool(pool)).nodes.nodes;
    await deleteInKubernetes(id, victim?.name ?? '');
    await setup.carried('syncNodePool', { id: pool, decrementDesiredSize: true });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1, totalNodes: 1, healthyNodes: 1 });
  });
});

describe('pods of a node that is removed', () => {
  test('block the removal while a disruption budget protects them, unless drain is false', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const pool = pools[0] ?? '';
    const credentials = await setup.world.platform.provider.credentials(id, masterCredentials('operator'));
    const { CoreV1Api, PolicyV1Api } = await import('@kubernetes/client-node');
    const config = kubeConfigOf({ ...credentials, clusterId: id, account: 'acme' });
    const core = config.makeApiClient(CoreV1Api);
    const [kept, removed] = (await setup.pool(pool)).nodes.nodes as [NodeView, NodeView];
    const namespace = 'default';
    await config.makeApiClient(PolicyV1Api).createNamespacedPodDisruptionBudget({
      namespace,
      body: {
        metadata: { name: 'all' },
        spec: { minAvailable: '100%', selector: { matchLabels: { app: 'kept' } } },
      },
    });
    for (const { name } of [kept, removed])
      await core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name: `on-${name}`, labels: { app: 'kept' } },
          spec: { nodeName: name, containers: [{ name: 'web', image: 'nginx:1.29' }] },
        },
      });
    await eventually(async () =>
      (await core.listNamespacedPod({ namespace })).items.every(({ status }) => status?.phase === 'Running'),
    );
    await setup.carried('removeNodes', { nodePoolId: pool, nodeIds: [removed.id], drain: false });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1, totalNodes: 1 });
    const removal = await setup.mutate('removeNodes', { nodePoolId: pool, nodeIds: [kept.id] });
    expect(removal.userErrors).toEqual([]);
    const node = await eventually(async () => {
      const found = await core.readNode({ name: kept.name });
      return found.spec?.unschedulable && found;
    });
    expect(node.metadata?.deletionTimestamp).toBeUndefined();
    expect((await core.readNamespacedPod({ namespace, name: `on-${kept.name}` })).status?.phase).toBe(
      'Running',
    );
    await config.makeApiClient(PolicyV1Api).deleteNamespacedPodDisruptionBudget({ namespace, name: 'all' });
    await setup.operation(removal.operation?.id ?? '');
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 0, totalNodes: 0 });
  });

  test('are evicted through the Kubernetes API and run on other nodes before the instance is deleted', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const pool = pools[0] ?? '';
    const credentials = await setup.world.platform.provider.credentials(id, masterCredentials('operator'));
    const { AppsV1Api, CoreV1Api } = await import('@kubernetes/client-node');
    const config = kubeConfigOf({ ...credentials, clusterId: id, account: 'acme' });
    const labels = { app: 'web' };
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace: 'default',
      body: {
        metadata: { name: 'web' },
        spec: {
          replicas: 4,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] } },
        },
      },
    });
    const core = config.makeApiClient(CoreV1Api);
    const running = async () =>
      (await core.listNamespacedPod({ namespace: 'default' })).items.filter(
        ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
      );
    await eventually(async () => (await running()).length === 4);
    const [leaving] = (await setup.pool(pool)).nodes.nodes;
    await setup.carried('removeNodes', { nodePoolId: pool, nodeIds: [leaving?.id] });
    await eventually(async () => {
      const pods = await running();
      return pods.length === 4 && pods.every(({ spec }) => spec?.nodeName !== leaving?.name);
    });
    const names = (await core.listNode()).items.map(({ metadata }) => metadata?.name);
    expect(names).not.toContain(leaving?.name);
  });
});
