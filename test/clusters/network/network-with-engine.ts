import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { waitForOperation, requestCluster } from '../../engine/engine-fixture.js';
import { openGraphWithEngine } from '../graph-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

/** A graph with an engine, and functions that read the networks of its clusters. */
export type NetworkWithEngine = Awaited<ReturnType<typeof openNetworkWithEngine>>;

export async function openNetworkWithEngine() {
  const setup = await openGraphWithEngine({ speed: 2_000 });
  const { world, ask } = setup;
  await world.limit('payg-vcpu', 10_000);
  return {
    world,
    ask,
    /** Creates a cluster with one pool and waits until it is ready. */
    async runningCluster(size: number, more = {}): Promise<{ clusterId: string; poolId: string }> {
      const { clusterId, poolId, operationId } = await requestCluster(world, size, more);
      expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
      return { clusterId, poolId };
    },
    /** Clients of a cluster's Kubernetes API. */
    async api(clusterId: string) {
      const access = (await clusterAccess(world.prisma, 'acme', [clusterId])).get(clusterId);
      if (!access) throw new Error('the cluster has no API');
      const config = kubeConfigOf(access);
      return { core: config.makeApiClient(CoreV1Api), apps: config.makeApiClient(AppsV1Api) };
    },
    networkOf: (clusterId: string) => world.prisma.clusterNetwork.findUniqueOrThrow({ where: { clusterId } }),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}
