import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext } from '../../../../engine/contract.js';
import type { Means } from '../steps/node-pool-step.js';
import { readNode } from '../../inspection/kubernetes-nodes.js';
import type { NodeRow } from '../../store/node.store.js';

/** What Kubernetes has of a node; undefined when it has none, or the cluster cannot be reached yet. */
export async function kubernetesNodeOf(
  { clusterId, name }: Pick<NodeRow, 'clusterId' | 'name'>,
  { scope, means }: { readonly scope: ReconcileContext; readonly means: Means },
) {
  const access = (await clusterAccess(scope.database, null, [clusterId])).get(clusterId);
  return access && readNode(means.kubernetes.of(access), name);
}
