import { clusterAccess } from '../../../engine/cluster-access.js';
import type { ReconcileScope, Schedule } from '../../../engine/contract.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import type { KubernetesApis } from '../../../engine/kubernetes-apis.js';
import type { BillingStore, MeteredPod, ServerlessCluster } from './billing.store.js';
import { hasEnded, meteredPod, type PodObject } from './container-metering.rules.js';

/** Clusters that are looked at side by side. */
const AT_ONCE = 10;

/**
 * Meters, each minute, how long the pods of serverless clusters have run, and how many there are. One that is gone is
 * billed until it was last seen: never for longer than it ran.
 */
export function containerMetering(kubernetes: KubernetesApis, store: BillingStore): Schedule {
  return {
    name: 'meter-container-instances',
    cron: '* * * * *',
    async run(scope) {
      const clusters = await store.serverlessClusters();
      for (let start = 0; start < clusters.length && !scope.signal.aborted; start += AT_ONCE) {
        const batch = clusters.slice(start, start + AT_ONCE);
        await Promise.all(batch.map((cluster) => meterCluster(cluster, { kubernetes, store, scope })));
      }
    },
  };
}

interface Means {
  readonly kubernetes: KubernetesApis;
  readonly store: BillingStore;
  readonly scope: ReconcileScope;
}

async function meterCluster(of: ServerlessCluster, { kubernetes, store, scope }: Means): Promise<void> {
  const { database, clock, log, signal } = scope;
  const access = (await clusterAccess(database, null, [of.clusterId])).get(of.clusterId);
  if (!access) return;
  try {
    const client = new KubernetesClient(kubernetes.of(access), { clusterId: of.clusterId, signal });
    let living = 0;
    for await (const pods of client.chunks<PodObject>('/api/v1/pods')) {
      const now = clock.now();
      const metered = pods
        .map((pod) => meteredPod(pod, now))
        .filter((pod) => pod !== undefined)
        .filter((pod) => isKnownOnce(pod, now));
      await store.putPods(of, metered);
      living += pods.filter((pod) => !hasEnded(pod)).length;
    }
    await store.notePods(of, living);
  } catch (error) {
    log.warn({ err: error, clusterId: of.clusterId }, 'the pods of a cluster could not be metered');
  }
}

/** Days after which the use of a pod that has ended may be in a sum of days; RETENTION_METERED_USE is longer. */
const SUMMED_AFTER_DAYS = 30;

/** Whether the use of a pod is kept one by one: a pod that is listed long after its end is not metered a second time. */
function isKnownOnce({ endedAt }: MeteredPod, now: Date): boolean {
  return now.getTime() - Date.parse(endedAt) < SUMMED_AFTER_DAYS * 86_400_000;
}
