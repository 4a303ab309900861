import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { readNodeReports } from '../../../subgraphs/clusters/api/node-components/node-report.reader.js';
import { openPoolsWithEngine, type PoolsWithEngine } from '../pools/pools-with-engine.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

test('nodes have the same fields if they are read one by one and in a list', async () => {
  const { id, pools } = await setup.cluster([{ name: 'default', desiredSize: 2 }]);
  const { nodes } = await setup.poolWhen(pools[0] ?? '', (pool) => pool.healthyNodes === 2, 'nodes');
  const names = nodes.nodes.map(({ name }) => name);
  const access = (await clusterAccess(setup.world.prisma, 'acme', [id])).get(id);
  if (!access) throw new Error('the cluster has no API');
  const client = new KubernetesClient(setup.world.platform.kubernetes.of(access), { clusterId: id });
  const many = [...names, ...Array.from({ length: 10 }, (_, index) => `gone-${index}`)];
  const few = await readNodeReports(client, names);
  const all = await readNodeReports(client, many);
  expect([...few.keys()].sort()).toEqual([...names].sort());
  for (const name of names) {
    const agents = few.get(name)?.agents.map(({ daemonSet }) => daemonSet);
    expect(agents).toContain('kube-proxy-worker');
    expect(agents?.toSorted()).toEqual(
      all
        .get(name)
        ?.agents.map(({ daemonSet }) => daemonSet)
        .toSorted(),
    );
  }
  expect((await readNodeReports(client, ['gone'])).size).toBe(0);
});
