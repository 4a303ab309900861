import type { ClusterContext, Controller } from '../cluster/context.js';
import { replaceStatus } from '../cluster/write.js';
import { resourceQuotas } from '../kinds/resource-limits.js';
import { keyOf, splitKey } from '../store/cluster-store.js';

/** Shows in the status of each quota what the objects of its namespace use. */
export function resourceQuotaController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('resourcequota', (key) => {
    const quota = cluster.store.get(resourceQuotas, ...splitKey(key));
    if (!quota) return;
    const { hard = {} } = quota.spec;
    replaceStatus(cluster, resourceQuotas, quota, { hard, used: cluster.quotas.used(quota) });
  });
  return {
    start() {
      cluster.quotas.onChange((key) => queue.add(key));
      // A client may have changed the status.
      cluster.store.onChange(resourceQuotas, ({ object }) => queue.add(keyOf(object)));
      cluster.quotas.start();
    },
  };
}
