import { DiscoveryV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { eventually } from '../../kit/eventually.js';
import { isReady, type KindsFixture, startKinds } from './kinds-fixture.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let kinds: KindsFixture;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds[Symbol.asyncDispose]());

interface Unit {
  readonly id: string;
  readonly name: string;
  readonly replicas: number;
}

/** Manifest of an application in several units, with a Service that routes only within a unit. */
const manifest = (units: readonly Unit[]) => `
apiVersion: apps.openyurt.io/v1alpha1
kind: UnitedDeployment
metadata: { name: till }
spec:
  selector: { matchLabels: { app: till } }
  workloadTemplate:
    deploymentTemplate:
      metadata: { labels: { app: till } }
      spec:
        selector: { matchLabels: { app: till } }
        template:
          metadata: { labels: { app: till } }
          spec: { containers: [{ name: main, image: 'nginx:1.27' }] }
  topology:
    pools:
${units
  .map(
    ({ id, name, replicas }) => `    - name: ${name}
      replicas: ${replicas}
      nodeSelectorTerm:
        matchExpressions: [{ key: alibabacloud.com/nodepool-id, operator: In, values: [${id}] }]`,
  )
  .join('\n')}
---
apiVersion: v1
kind: Service
metadata:
  name: till
  annotations: { openyurt.io/topologyKeys: openyurt.io/nodepool }
spec: { selector: { app: till }, ports: [{ port: 80 }] }
`;

test('a UnitedDeployment runs in the units of an edge cluster, and its Service routes within each unit', async () => {
  const pool = (name: string) => ({ name, instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 });
  const clusterId = await kinds.create({
    name: 'chain',
    profile: 'EDGE',
    nodePools: [pool('north'), pool('south')],
  });
  const pools = await kinds.world.prisma.nodePool.findMany({
    where: { clusterId },
    orderBy: { name: 'asc' },
  });
  const [north, south] = pools.map(({ id, name }, index) => ({ id, name, replicas: index + 2 }));
  if (!north || !south) throw new Error('two pools were asked for');
  const api = await kinds.inside(clusterId);
  const nodes = await api.nodes();
  const unitOf = (nodeName: string | undefined) =>
    nodes.find(({ metadata }) => metadata?.name === nodeName)?.metadata?.labels?.[
      'alibabacloud.com/nodepool-id'
    ];
  const apply = (units: readonly Unit[]) => kinds.apply(clusterId, manifest(units));

  expect(await apply([north, south])).toEqual(['UnitedDeployment CREATED', 'Service CREATED']);
  const perUnit = async () => {
    const pods = (await api.pods('till')).filter(isReady);
    return [north, south].map(({ id }) => pods.filter(({ spec }) => unitOf(spec?.nodeName) === id).length);
  };
  await eventually(async () => (await perUnit()).join() === '2,3');

  const access = (await clusterAccess(kinds.world.prisma, null, [clusterId])).get(clusterId);
  if (!access) throw new Error('no access');
  const discovery = kubeConfigOf(access).makeApiClient(DiscoveryV1Api);
  const slices = async () => {
    const labelSelector = 'kubernetes.io/service-name=till';
    const { items } = await discovery.listNamespacedEndpointSlice({ namespace: 'default', labelSelector });
    return items.map(({ metadata, endpoints }) => ({
      unit: metadata?.labels?.['apps.openyurt.io/nodepool'],
      reaches: (endpoints ?? []).map(({ nodeName }) => unitOf(nodeName)),
    }));
  };
  await eventually(async () => (await slices()).reduce((sum, { reaches }) => sum + reaches.length, 0) === 5);
  expect((await slices()).map(({ unit }) => unit).sort()).toEqual([north.id, south.id].sort());
  for (const { unit, reaches } of await slices()) expect(new Set(reaches)).toEqual(new Set([unit]));

  // One unit is scaled, another one is removed.
  await apply([{ ...north, replicas: 4 }]);
  await eventually(async () => (await perUnit()).join() === '4,0');
  expect(await kinds.workloadsOf(clusterId, 'till')).toMatchObject([
    { name: 'till-north', kind: 'DEPLOYMENT', replicas: 4 },
  ]);
  await eventually(async () => (await slices()).map(({ unit }) => unit).join() === north.id);
  await kinds.delete(clusterId);
});
