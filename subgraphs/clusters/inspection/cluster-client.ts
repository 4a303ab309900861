import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext } from '../../../engine/contract.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import type { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';

/** What a client is made from. */
export interface ClientDependencies {
  readonly scope: Pick<ReconcileContext, 'database' | 'signal'>;
  readonly kubernetes: KubernetesApis;
}

/** A client for the Kubernetes API of a cluster; undefined while the platform knows of none. */
export async function clientOf(
  clusterId: string,
  { scope, kubernetes }: ClientDependencies,
): Promise<KubernetesClient | undefined> {
  const access = (await clusterAccess(scope.database, null, [clusterId])).get(clusterId);
  return access && new KubernetesClient(kubernetes.of(access), { clusterId, signal: scope.signal });
}
