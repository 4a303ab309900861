import type { NodeStatus } from '../model/node.enums.js';
import type { NodeState } from '../model/node-states.js';
import { newId } from '../../../kernel/ids.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';
import { configOf } from '../model/pool-config.js';

/** What every node's row begins with, before there is an instance or while it joins. */
export function pendingNode(
  pool: Pick<NodePool, 'id' | 'account' | 'config'>,
  cluster: Pick<Cluster, 'id' | 'regionId' | 'version'>,
  at: Date,
) {
  const id = newId('node');
  const state: NodeState = 'pending';
  const status: NodeStatus = 'Unknown';
  return {
    id,
    account: pool.account,
    clusterId: cluster.id,
    nodePoolId: pool.id,
    // The end of a TypeID is its random part; Kubernetes wants lower case letters, digits, - and dots.
    name: `${cluster.regionId}-${id.slice(-12)}`,
    state,
    status,
    version: cluster.version,
    securityGroupId: configOf(pool).instanceConfig.securityGroupId,
    createdAt: at,
  };
}
