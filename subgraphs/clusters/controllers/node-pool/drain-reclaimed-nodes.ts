import type { ReconcileContext } from '../../../../engine/contract.js';
import type { Cluster } from '../../store/reconcile.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { drainNode } from './drain-node.js';
import { batches, type ReconcilerDependencies } from '../steps/node-pool-step.js';
import { runningSpotNodes } from '../../store/node.store.js';

/** Nodes drained concurrently. */
const AT_ONCE = 10;

/**
 * Drains the nodes whose spot instances are about to be reclaimed while another change of the cluster is running: the
 * reclaim notice is too short to wait for its end. The nodes are replaced after that change. True if the cluster has
 * spot instances.
 */
export async function drainReclaimedNodes(
  { id: clusterId }: Pick<Cluster, 'id'>,
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
): Promise<boolean> {
  const spot = await runningSpotNodes(scope.database, clusterId);
  if (spot.length === 0) return false;
  const instances = await dependencies.provider.instances(clusterId);
  const noticed = new Set(instances.filter(({ reclaimAt }) => reclaimAt !== undefined).map(({ id }) => id));
  const client = await clientOf(clusterId, { scope, kubernetes: dependencies.kubernetes });
  if (client)
    for (const batch of batches(
      spot.filter(({ id }) => noticed.has(id)),
      AT_ONCE,
    ))
      await Promise.all(batch.map(({ name }) => drainNode(client, name)));
  return true;
}
