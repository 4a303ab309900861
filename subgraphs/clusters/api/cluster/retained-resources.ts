import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem } from '../../../../kernel/result.js';
import { ClusterResourceStore } from '../../store/cluster-resources.store.js';

const PATH = ['input', 'retainResourceIds'];

/**
 * Validates which resources the deletion of a cluster retains. Rejects ids of other resources with NOT_FOUND, and
 * with INVALID_INPUT resources that are always deleted with the cluster: instances, scaling groups, and load
 * balancers and disks of Kubernetes objects.
 */
export async function checkRetained(
  tx: Transaction,
  cluster: { readonly id: string; readonly account: string },
  requested: readonly string[] | null | undefined,
): Promise<string[]> {
  const ids = [...new Set(requested ?? [])];
  if (ids.length === 0) return [];
  const all =
    (await new ClusterResourceStore(tx).ofClusters(cluster.account, [cluster.id])).get(cluster.id) ?? [];
  const resources = new Map(all.map((resource) => [resource.id, resource]));
  ids.forEach((id, index) => {
    const resource = resources.get(id);
    const path = [...PATH, String(index)];
    if (!resource)
      throwProblem(
        'NOT_FOUND',
        `The cluster ${cluster.id} has no resource ${id.slice(0, 60)}. Cluster.resources lists them.`,
        { path },
      );
    const { type, name, retainable } = resource;
    if (!retainable)
      throwProblem('INVALID_INPUT', `${name} (${type}) is deleted with its cluster and cannot be retained.`, {
        path,
      });
  });
  return ids;
}
