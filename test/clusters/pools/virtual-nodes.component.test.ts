import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';
import { masterCredentials } from '../../kit/client-tokens.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const VIRTUAL = ['eci.virtual-node'];
/** More than any instance type can run: 300 pods, 1,200 cores. */
const REPLICAS = 300;

const deployment = {
  metadata: { name: 'burst' },
  spec: {
    replicas: REPLICAS,
    selector: { matchLabels: { app: 'burst' } },
    template: {
      metadata: { labels: { app: 'burst' } },
      spec: {
        nodeSelector: { type: 'virtual-kubelet' },
        tolerations: [{ key: 'virtual-kubelet.io/provider', operator: 'Exists' }],
        containers: [{ name: 'job', image: 'nginx:1.29', resources: { requests: { cpu: '4' } } }],
      },
    },
  },
};

describe('virtual nodes', () => {
  test('a virtual node runs the requested number of pods and uses no vCPU quota of the account', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { name: 'virtual', instanceTypes: VIRTUAL },
    ]);
    const pool = await setup.pool(pools[1] ?? '');
    expect(pool).toMatchObject({ state: 'ACTIVE', healthyNodes: 1 });
    expect(pool.nodes.nodes).toMatchObject([{ status: 'Ready', instanceType: { id: 'eci.virtual-node' } }]);
    expect(await setup.world.used('payg-vcpu')).toBe(4);
    const query = `query ($id: ID!) { cluster(id: $id) { network { vpc { id } } nodes { nodes {
      category maxPods address vSwitch { id } } } } }`;
    interface Shown {
      readonly cluster: {
        readonly network: { readonly vpc: { readonly id: string } };
        readonly nodes: object;
      };
    }
    const { cluster } = await setup.run<Shown>(query, { id });
    expect(cluster.nodes).toMatchObject({
      nodes: expect.arrayContaining([
        { category: 'VIRTUAL', maxPods: null, address: null, vSwitch: null },
        expect.objectContaining({ category: 'X86', maxPods: 256 }),
      ]) as unknown,
    });
    expect(await setup.world.used('custom-routes-per-route-table', cluster.network.vpc.id)).toBe(1);
    const credentials = await setup.world.platform.provider.credentials(id, masterCredentials('operator'));
    const config = kubeConfigOf({ ...credentials, clusterId: id, account: 'acme' });
    const apps = config.makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace: 'default', body: deployment });
    await eventually(async () => {
      const { status } = await apps.readNamespacedDeployment({ namespace: 'default', name: 'burst' });
      return status?.readyReplicas === REPLICAS;
    });
    const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'default' });
    expect(new Set(items.map(({ spec }) => spec?.nodeName))).toEqual(new Set([pool.nodes.nodes[0]?.name]));
  });

  test('are not instances: they have no subscription and no size, and share no pool with instances', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { name: 'virtual', instanceTypes: VIRTUAL },
    ]);
    const larger = { id, instanceTypes: ['ecs.g6.2xlarge'] };
    expect(await setup.rejected('scaleClusterVertically', { ...larger, nodePoolIds: [pools[1]] })).toEqual([
      ['INVALID_INPUT', 'nodePoolIds.0'],
    ]);
    await setup.carried('scaleClusterVertically', larger);
    const types = (await Promise.all(pools.map((pool) => setup.pool(pool)))).map(
      ({ nodes }) => nodes.nodes[0]?.instanceType.id,
    );
    expect(types).toEqual(['ecs.g6.2xlarge', 'eci.virtual-node']);
    const input = { clusterId: id, name: 'v' };
    expect(
      await setup.rejected('createNodePool', { ...input, instanceTypes: [...VIRTUAL, 'ecs.g6.xlarge'] }),
    ).toEqual([['INVALID_INPUT', 'instanceTypes']]);
    const bought = { ...input, instanceTypes: VIRTUAL, instanceConfig: { chargeType: 'PREPAID' } };
    expect(await setup.rejected('createNodePool', bought)).toEqual([
      ['INVALID_INPUT', 'instanceConfig.chargeType'],
    ]);
  });
});
