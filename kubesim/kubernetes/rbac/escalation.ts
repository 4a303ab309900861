import { sameJson } from '../../../kernel/same-json.js';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type Role,
  type RoleBinding,
} from '../kinds/access-control.js';
import type { KubeObject } from '../kinds/object.js';
import {
  describeRules,
  goList,
  missingRules,
  type PolicyRule,
  TooManyRulesError,
} from '../kinds/policy-rule.js';
import type { ResourceType } from '../kinds/resource.js';
import { ApiError, notFound } from '../kinds/status.js';
import { forbiddenObject } from './attributes.js';
import { type AuthorizedCluster, decide, roleIndexOf, rulesOf } from './authorizer.js';
import { MASTERS, type UserInfo } from './user-info.js';

/** A write of an object by a user. */
interface Write {
  readonly user: UserInfo;
  readonly type: ResourceType;
  readonly object: { readonly metadata: Partial<KubeObject['metadata']> };
  readonly old?: KubeObject | undefined;
}

/**
 * Throws ApiError 403 if the write of a role or binding would give rights that its writer does not have, unless the
 * writer has the verb `escalate` or `bind`.
 */
export function checkEscalation(cluster: AuthorizedCluster, { user, type, object, old }: Write): void {
  if (user.groups.includes(MASTERS)) return;
  if (old && isSameApartFromOwners(object as KubeObject, old)) return;
  const write = { cluster, user, type, name: object.metadata.name ?? '' };
  const namespace = object.metadata.namespace ?? '';
  if (type.id === roles.id || type.id === clusterRoles.id)
    checkRole({ ...write, namespace }, object as unknown as Role, old);
  if (type.id === roleBindings.id || type.id === clusterRoleBindings.id)
    checkBinding({ ...write, namespace }, object as unknown as RoleBinding);
}

interface CheckedWrite {
  readonly cluster: AuthorizedCluster;
  readonly user: UserInfo;
  readonly type: ResourceType;
  readonly name: string;
  readonly namespace: string;
}

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

function checkRole(write: CheckedWrite, { rules = [], aggregationRule }: Role, old: Role | undefined): void {
  const { cluster, user, type, name, namespace } = write;
  // The name of an object to create is not in its path.
  const escalate = { verb: 'escalate', group: type.group, resource: type.plural, namespace };
  if (decide(cluster, user, { ...escalate, name: old ? name : '' }).allowed) return;
  checkRules(write, rules);
  const selectors = [aggregationRule, old?.aggregationRule].flatMap(
    (rule) => rule?.clusterRoleSelectors ?? [],
  );
  if (selectors.length === 0 || missing(write, FULL_AUTHORITY).length === 0) return;
  throw forbiddenWrite(write, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(write: CheckedWrite, { roleRef }: Partial<RoleBinding>): void {
  const { cluster, user, namespace } = write;
  const type = [roles, clusterRoles].find(({ kind }) => kind === roleRef?.kind);
  // Validation rejects a binding without a role.
  if (!type || !roleRef) return;
  const { name } = roleRef;
  const bind = { verb: 'bind', group: type.group, resource: type.plural, namespace, name };
  if (decide(cluster, user, bind).allowed) return;
  const rules = roleIndexOf(cluster).rulesOf(roleRef, namespace);
  if (!rules) throw notFound(write.type, name);
  checkRules(write, rules);
}

function checkRules(write: CheckedWrite, rules: readonly PolicyRule[]): void {
  const found = missing(write, rules);
  if (found.length === 0) return;
  const { username, groups } = write.user;
  const why = `user ${JSON.stringify(username)} (groups=${goList(groups)}) is attempting to grant RBAC permissions not currently held:`;
  throw forbiddenWrite(write, [why, ...describeRules(found)].join('\n'));
}

function missing(write: CheckedWrite, rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const { cluster, user, namespace } = write;
  try {
    return missingRules(rulesOf(cluster, user, namespace), rules);
  } catch (error) {
    if (error instanceof TooManyRulesError) throw forbiddenWrite(write, error.message);
    throw error;
  }
}

function forbiddenWrite({ type: { group, plural }, name }: CheckedWrite, reason: string): ApiError {
  return forbiddenObject({ group, resource: plural, name }, reason);
}

/** Whether only owners and finalizers change, which the garbage collector needs. */
function isSameApartFromOwners(object: KubeObject, old: KubeObject): boolean {
  const { ownerReferences, finalizers, managedFields } = old.metadata;
  const compared = {
    ...object,
    metadata: { ...object.metadata, ownerReferences, finalizers, managedFields },
  };
  return sameJson(compared, old);
}
