import { readQuotaUsage } from '../../../../engine/ledger/ledger.js';
import type { ControlPlaneRequest } from '../../../../engine/providers/infrastructure-provider.js';
import type { Database } from '../../../../kernel/postgres/database.js';
import type { Cluster } from '../../store/reconcile.store.js';

/**
 * Limits that the cluster itself enforces: the maximum number of pods by product, and that load balancers and disks
 * are created only with a grant of the account's quotas.
 */
export async function controlPlaneLimits(
  database: Database,
  { id, account, product }: Pick<Cluster, 'id' | 'account' | 'product'>,
): Promise<Pick<ControlPlaneRequest, 'maxPods' | 'grantsNeeded'>> {
  const [pods] = await readQuotaUsage(database, account, [
    { resource: `${product}/podsPerCluster`, scope: id },
  ]);
  return { grantsNeeded: true, ...(pods?.limit != null && { maxPods: pods.limit }) };
}
