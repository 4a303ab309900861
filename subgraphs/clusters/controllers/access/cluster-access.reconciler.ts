import { done, type Reconciler, requeueAfter } from '../../../../engine/contract.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { bindingsOf, nextExpiry } from '../../model/cluster-access.rules.js';
import { stringMapSchema } from '../../store/json-schemas.js';
import { findCluster } from '../../store/cluster.store.js';
import { permissionsOfCluster } from '../../store/cluster-permission.store.js';
import { writeBindings } from './write-bindings.js';

export const CLUSTER_ACCESS = 'cluster-access';
const GONE = ['DELETING', 'DELETED'];

/**
 * Sets whose users the API server of a cluster authenticates, binds the principals of an account in a cluster as its permissions say, takes away what they no longer say, and corrects what was
 * changed by hand; keys are cluster ids. Runs again when a permission ends.
 */
export function createClusterAccessReconciler({
  kubernetes,
  provider,
}: Pick<ReconcilerDependencies, 'kubernetes' | 'provider'>): Reconciler {
  return {
    kind: CLUSTER_ACCESS,
    async reconcile(key, scope) {
      const { database, clock } = scope;
      const cluster = await findCluster(database, key);
      if (!cluster || cluster.deletedAt || GONE.includes(cluster.state)) return done;
      // Without an API the schedule comes back to the cluster.
      const client = await clientOf(key, { scope, kubernetes });
      if (!client) return done;
      await provider.setAuthenticationMode(key, cluster.authenticationMode);
      const grants = await permissionsOfCluster(database, cluster);
      if (!grants) return done;
      const at = clock.now();
      const target = { id: key, regionId: cluster.regionId, labels: stringMapSchema.parse(cluster.labels) };
      await writeBindings(client, bindingsOf(target, grants, at));
      const end = nextExpiry(grants, at);
      return end ? requeueAfter(end.getTime() - at.getTime()) : done;
    },
  };
}
