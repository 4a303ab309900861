import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { updateByController } from '../cluster/write.js';
import { aggregatedRules } from '../kinds/aggregated-roles.js';
import { clusterRoles, type Role } from '../kinds/access-control.js';

/** Sets the rules of ClusterRoles with an `aggregationRule` to those of the ClusterRoles that it selects. */
export function clusterRoleAggregationController(cluster: ClusterContext): Controller {
  const { store } = cluster;
  const aggregated = new Set<string>();
  const aggregate = (name: string) => {
    const role = store.get(clusterRoles, '', name);
    if (role?.aggregationRule) update(cluster, role);
  };
  const queue = cluster.queue('clusterrole-aggregation', aggregate);
  return {
    start() {
      store.onChange(clusterRoles, ({ type, object }) => {
        const { name } = object.metadata;
        if (type !== 'DELETED' && (object as Role).aggregationRule) aggregated.add(name);
        else aggregated.delete(name);
        // The rules of one aggregated role may be part of another's.
        for (const other of aggregated) queue.add(other);
      });
      for (const role of store.all(clusterRoles))
        if (role.aggregationRule) aggregated.add(role.metadata.name);
      // Requests may come before the first turn of the queue.
      for (const name of aggregated) aggregate(name);
    },
  };
}

function update(cluster: ClusterContext, role: Role): void {
  const rules = aggregatedRules(role, [...cluster.store.all(clusterRoles)]);
  if (!rules || sameJson(rules, role.rules ?? [])) return;
  updateByController(cluster, clusterRoles, role, (object) => ({ ...object, rules }));
}
