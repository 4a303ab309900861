import type { ReconcileContext } from '../../../../engine/contract.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { readNode } from '../../inspection/kubernetes-nodes.js';
import type { NodeRow } from '../../store/node.store.js';

/** Reads the Kubernetes node; undefined if it does not exist or the platform has no access to the cluster yet. */
export async function kubernetesNodeOf(
  { clusterId, name }: Pick<NodeRow, 'clusterId' | 'name'>,
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
) {
  const client = await clientOf(clusterId, { scope, kubernetes: dependencies.kubernetes });
  return client && readNode(client, name);
}
