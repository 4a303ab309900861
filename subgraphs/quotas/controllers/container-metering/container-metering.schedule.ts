import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext, Schedule } from '../../../../engine/contract.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import type { ContainerInstanceProvider } from '../../../../engine/providers/container-instance-provider.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import type { BillingStore, ServerlessCluster } from '../../store/billing.store.js';
import { hasEnded, meteredPod, type PodObject } from '../../model/container-metering.rules.js';

/** Clusters that are looked at side by side. */
const AT_ONCE = 10;

/**
 * Records, each minute, how long container instances have run for pods of serverless clusters and of virtual nodes: from
 * when each began until it ended, as the provider says, however short that was. And counts the pods of serverless clusters
 * for their quota.
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
      for (let start = 0; start < clusters.length && !scope.signal.aborted; start += AT_ONCE) {
        const batch = clusters.slice(start, start + AT_ONCE);
        await Promise.all(batch.map((cluster) => countPods(cluster, { kubernetes, store, scope })));
      }
    },
  };
}

/** Records page by page what has begun and ended since the last time. */
async function recordUsage(provider: ContainerInstanceProvider, store: BillingStore): Promise<void> {
  for (let from = await store.meteredUpTo(); ;) {
    const { uses, position } = await provider.containerUses(from);
    if (uses.length === 0) return;
    await store.putPods(uses.map(meteredPod), position);
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
    let living = 0;
    for await (const pods of client.chunks<PodObject>('/api/v1/pods')) {
      living += pods.filter((pod) => !hasEnded(pod)).length;
    }
    await store.notePods(of, living);
  } catch (error) {
    log.warn({ err: error, clusterId: of.clusterId }, 'the pods of a cluster could not be counted');
  }
}
