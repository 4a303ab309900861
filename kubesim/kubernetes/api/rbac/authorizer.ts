import { type Attributes, forbiddenError } from './attributes.js';
import { clusterRoleBindings } from './cluster-roles.js';
import { type PolicyRule, ruleAllows } from './policy-rule.js';
import { MASTERS, type UserInfo } from './user-info.js';

/** Status of a SubjectAccessReview. */
export interface Decision {
  readonly allowed: boolean;
  /** The binding that allows the request. */
  readonly reason?: string;
}

/** Decides by RBAC. */
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

/** Throws ApiError 403 if the user may not perform the request. */
export function authorize(user: UserInfo, attributes: Attributes): void {
  if (!decide(user, attributes).allowed) throw forbiddenError(user, attributes);
}

/** All rules of the user. */
export function rulesOf({ groups }: UserInfo): readonly PolicyRule[] {
  const bindings = clusterRoleBindings.filter(({ group }) => groups.includes(group));
  return bindings.flatMap(({ role }) => role.rules);
}
