import type { Transaction } from '../../../kernel/database.js';
import { refuse } from '../../../kernel/result.js';
import { RETAINABLE } from './cluster-resources.rules.js';
import { ClusterResourceStore } from './cluster-resources.store.js';

const PATH = ['input', 'retainResources'];

/**
 * Checks which resources a deletion of a cluster shall leave. Refuses NOT_FOUND for what is no resource of the cluster,
 * INVALID_INPUT for machines and scaling groups, which go with it, and for a vSwitch or group without its VPC.
 */
export async function checkRetained(
  tx: Transaction,
  cluster: { readonly id: string; readonly account: string },
  wanted: readonly string[] | null | undefined,
): Promise<string[]> {
  const ids = [...new Set(wanted ?? [])];
  if (ids.length === 0) return [];
  const all =
    (await new ClusterResourceStore(tx).ofClusters(cluster.account, [cluster.id])).get(cluster.id) ?? [];
  const types = new Map(all.map(({ id, type }) => [id, type]));
  ids.forEach((id, index) => {
    const type = types.get(id);
    const path = [...PATH, String(index)];
    if (type === undefined) refuse('NOT_FOUND', `The cluster has no resource ${id.slice(0, 60)}.`, { path });
    if (!RETAINABLE.includes(type)) {
      refuse('INVALID_INPUT', `A resource of the type ${type} goes with its cluster.`, { path });
    }
  });
  return ids;
}
