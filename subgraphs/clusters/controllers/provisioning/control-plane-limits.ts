import { readQuotaUsage } from '../../../../engine/ledger/ledger.js';
import type { ControlPlaneRequest } from '../../../../engine/providers/infrastructure-provider.js';
import type { Database } from '../../../../kernel/postgres/database.js';
import type { Cluster } from '../../store/reconcile.store.js';

/**
 * Limits that are kept where the cluster runs: how many pods its API server takes, by its product, and that load
 * balancers and disks are made only for what the account's quotas have room for.
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
