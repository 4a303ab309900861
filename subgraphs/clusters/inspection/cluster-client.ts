import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext } from '../../../engine/contract.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import type { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';

/** Dependencies of a client. */
export interface ClientDependencies {
  readonly scope: Pick<ReconcileContext, 'database' | 'signal'>;
  readonly kubernetes: KubernetesApis;
}

/** Returns a client for the Kubernetes API of a cluster; undefined if the platform has no access to it yet. */
export async function clientOf(
  clusterId: string,
  { scope, kubernetes }: ClientDependencies,
): Promise<KubernetesClient | undefined> {
  const access = (await clusterAccess(scope.database, null, [clusterId])).get(clusterId);
  return access && new KubernetesClient(kubernetes.of(access), { clusterId, signal: scope.signal });
}
