import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext, Schedule } from '../../../../engine/contract.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import type { ContainerInstanceProvider } from '../../../../engine/providers/container-instance-provider.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import type { BillingStore, ServerlessCluster } from '../../store/billing.store.js';
import { hasEnded, meteredPod, type PodObject } from '../../model/container-metering.rules.js';

/** Clusters whose pods are counted concurrently. */
const CONCURRENCY = 10;

/**
 * Records once a minute the start and end of container instances for pods of serverless clusters and virtual nodes,
 * as the provider reports them, and counts the pods of serverless clusters for their quota.
 */
export function containerMetering(
  kubernetes: KubernetesApis,
  provider: ContainerInstanceProvider,
  store: BillingStore,
): Schedule {
  return {
    name: 'meter-container-instances',
    cron: '* * * * *',
    async run(scope) {
      await recordUsage(provider, store);
      const clusters = await store.serverlessClusters();
      for (let start = 0; start < clusters.length && !scope.signal.aborted; start += CONCURRENCY) {
        const batch = clusters.slice(start, start + CONCURRENCY);
        await Promise.all(batch.map((cluster) => countPods(cluster, { kubernetes, store, scope })));
      }
    },
  };
}

/** Records in pages the usage that started or ended since the last run. */
async function recordUsage(provider: ContainerInstanceProvider, store: BillingStore): Promise<void> {
  for (let from = await store.meteringPosition(); ;) {
    const { uses, position } = await provider.containerUses(from);
    if (uses.length === 0) return;
    await store.recordPods(uses.map(meteredPod), position);
    from = position;
  }
}

interface MeteringDependencies {
  readonly kubernetes: KubernetesApis;
  readonly store: BillingStore;
  readonly scope: ReconcileContext;
}

async function countPods(
  of: ServerlessCluster,
  { kubernetes, store, scope }: MeteringDependencies,
): Promise<void> {
  const { database, log, signal } = scope;
  const access = (await clusterAccess(database, null, [of.clusterId])).get(of.clusterId);
  if (!access) return;
  try {
    const client = new KubernetesClient(kubernetes.of(access), { clusterId: of.clusterId, signal });
    let running = 0;
    for await (const pods of client.chunks<PodObject>('/api/v1/pods')) {
      running += pods.filter((pod) => !hasEnded(pod)).length;
    }
    await store.setPodUsage(of, running);
  } catch (error) {
    log.warn({ err: error, clusterId: of.clusterId }, 'the pods of a cluster could not be counted');
  }
}
