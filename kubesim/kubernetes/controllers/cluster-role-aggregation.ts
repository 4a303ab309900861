import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { updateByController } from '../cluster/write.js';
import { clusterRoles, type Role } from '../kinds/access-control.js';
import type { PolicyRule } from '../kinds/policy-rule.js';
import { matchesLabels } from '../kinds/selector.js';

/** Maximum number of rules of an aggregated ClusterRole; the request for more would be too large. */
const MAX_RULES = 10_000;

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
  const rules = rulesOf(cluster, role);
  if (!rules || sameJson(rules, role.rules ?? [])) return;
  updateByController(cluster, clusterRoles, role, (object) => ({ ...object, rules }));
}

/** The rules of the selected roles, each once; undefined if they are too many. */
function rulesOf({ store }: ClusterContext, role: Role): readonly PolicyRule[] | undefined {
  const rules = new Map<string, PolicyRule>();
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selected = [...store.all(clusterRoles)].filter(
      ({ metadata }) => metadata.name !== role.metadata.name && matchesLabels(selector, metadata.labels),
    );
    const byName = selected.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const rule of byName.flatMap((other) => other.rules ?? [])) rules.set(JSON.stringify(rule), rule);
    if (rules.size > MAX_RULES) return undefined;
  }
  return [...rules.values()];
}
