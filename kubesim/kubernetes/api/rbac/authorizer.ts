import { type Attributes, forbiddenError } from './attributes.js';
import { clusterRoleBindings } from './cluster-roles.js';
import { type PolicyRule, ruleAllows } from './policy-rule.js';
import { MASTERS, type UserInfo } from './user-info.js';

/** What the status of a SubjectAccessReview says. */
export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it. */
  readonly reason?: string;
}

/** Decides as the authorizer RBAC of an API server. */
export function decide({ groups }: UserInfo, attributes: Attributes): Decision {
  if (groups.includes(MASTERS)) return { allowed: true };
  const binding = clusterRoleBindings.find(
    ({ group, role }) => groups.includes(group) && role.rules.some((rule) => ruleAllows(rule, attributes)),
  );
  if (!binding) return { allowed: false };
  const { name, role, group } = binding;
  const reason = `RBAC: allowed by ClusterRoleBinding "${name}" of ClusterRole "${role.name}" to Group "${group}"`;
  return { allowed: true, reason };
}

/** Throws the ApiError 403 of what the user may not do. */
export function authorize(user: UserInfo, attributes: Attributes): void {
  if (!decide(user, attributes).allowed) throw forbiddenError(user, attributes);
}

/** Everything the user may do. */
export function rulesOf({ groups }: UserInfo): readonly PolicyRule[] {
  const bindings = clusterRoleBindings.filter(({ group }) => groups.includes(group));
  return bindings.flatMap(({ role }) => role.rules);
}
