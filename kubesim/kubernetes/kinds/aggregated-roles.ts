import { sameJson } from '../../../kernel/same-json.js';
import type { Role } from './access-control.js';
import type { PolicyRule } from './policy-rule.js';
import { matchesLabels } from './selector.js';

/** Maximum number of rules of an aggregated ClusterRole; the request for more would be too large. */
const MAX_RULES = 10_000;

/** The rules of the ClusterRoles that a ClusterRole selects, each once; undefined if they are too many. */
export function aggregatedRules(role: Role, roles: readonly Role[]): readonly PolicyRule[] | undefined {
  const rules = new Map<string, PolicyRule>();
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selected = roles.filter(
      ({ metadata }) => metadata.name !== role.metadata.name && matchesLabels(selector, metadata.labels),
    );
    const byName = selected.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const rule of byName.flatMap((other) => other.rules ?? [])) rules.set(JSON.stringify(rule), rule);
    if (rules.size > MAX_RULES) return undefined;
  }
  return [...rules.values()];
}

/** The ClusterRoles with the rules of the aggregated ones, some of which are part of others. */
export function aggregatedRoles(roles: readonly Role[]): readonly Role[] {
  const next = roles.map((role) => {
    const rules = role.aggregationRule && aggregatedRules(role, roles);
    return rules && !sameJson(rules, role.rules ?? []) ? { ...role, rules } : role;
  });
  return next.every((role, index) => role === roles[index]) ? roles : aggregatedRoles(next);
}
