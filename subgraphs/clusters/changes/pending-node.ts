import type { NodeStatus } from '../model/node.enums.js';
import type { NodeState } from '../model/node-states.js';
import { newId } from '../../../kernel/ids.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';
import { configOf } from '../model/pool-config.js';

/** The initial columns of every node's row, before its instance exists or while it is attached. */
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
    // The end of a TypeID is random; Kubernetes names permit only lower case letters, digits, - and dots.
    name: `${cluster.regionId}-${id.slice(-12)}`,
    state,
    status,
    version: cluster.version,
    securityGroupId: configOf(pool).instanceConfig.securityGroupId,
    createdAt: at,
  };
}
