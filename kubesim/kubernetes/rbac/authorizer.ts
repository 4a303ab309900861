import type { RoleBinding, Subject } from '../kinds/access-control.js';
import type { PolicyRule } from '../kinds/policy-rule.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { type Attributes, forbiddenError } from './attributes.js';
import { rulesAllow } from './policy-rule.js';
import { type IndexedRole, RoleIndex } from './role-index.js';
import { MASTERS, type UserInfo } from './user-info.js';

/** Status of a SubjectAccessReview. */
export interface Decision {
  readonly allowed: boolean;
  /** The binding that allows the request, or the roles that bindings refer to and that do not exist. */
  readonly reason?: string;
}

/** The part of a cluster that decides who may do what. */
export interface AuthorizedCluster {
  readonly store: Pick<ClusterStore, 'all' | 'onChange'>;
}

const indexes = new WeakMap<AuthorizedCluster['store'], RoleIndex>();

/** The roles and bindings of a cluster. */
export function roleIndexOf({ store }: AuthorizedCluster): RoleIndex {
  let index = indexes.get(store);
  if (!index) indexes.set(store, (index = RoleIndex.of(store)));
  return index;
}

/** Maximum number of missing roles in a reason. */
const MAX_MISSING = 10;

/** Decides by the roles and bindings of a cluster. */
export function decide(cluster: AuthorizedCluster, user: UserInfo, attributes: Attributes): Decision {
  return decideBy(roleIndexOf(cluster), user, attributes);
}

/** Decides by roles and bindings. */
export function decideBy(index: RoleIndex, user: UserInfo, attributes: Attributes): Decision {
  if (user.groups.includes(MASTERS)) return { allowed: true };
  const missing = new Set<string>();
  const namespace = 'path' in attributes ? undefined : attributes.namespace;
  for (const { role, bindings } of index.grantsOf(user, namespace)) {
    if (!role.rules) {
      if (missing.size < MAX_MISSING) missing.add(`${resourceOf(role)} "${role.ref.name}" not found`);
      continue;
    }
    if (!rulesAllow(role.rules, attributes)) continue;
    const [granted] = bindings;
    return { allowed: true, ...(granted && { reason: `RBAC: allowed by ${describe(...granted)}` }) };
  }
  if (missing.size === 0) return { allowed: false };
  const list = [...missing].join(', ');
  return { allowed: false, reason: `RBAC: ${missing.size === 1 ? list : `[${list}]`}` };
}

function resourceOf({ ref }: IndexedRole): string {
  return `${ref.kind === 'ClusterRole' ? 'clusterrole' : 'role'}.rbac.authorization.k8s.io`;
}

function describe({ kind, metadata, roleRef }: RoleBinding, subject: Subject): string {
  const { name, namespace } = metadata;
  const binding = namespace === undefined ? name : `${name}/${namespace}`;
  const subjectName =
    subject.kind === 'ServiceAccount'
      ? `${subject.name}/${subject.namespace || namespace || ''}`
      : subject.name;
  return `${kind} "${binding}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${subjectName}"`;
}

/** Throws ApiError 403 if the user may not perform the request. */
export function authorize(cluster: AuthorizedCluster, user: UserInfo, attributes: Attributes): void {
  const { allowed, reason } = decide(cluster, user, attributes);
  if (!allowed) throw forbiddenError(user, attributes, reason);
}

/** All rules of the user in all namespaces and in the namespace. */
export function rulesOf(
  cluster: AuthorizedCluster,
  user: UserInfo,
  namespace: string,
): readonly PolicyRule[] {
  return [...roleIndexOf(cluster).grantsOf(user, namespace)].flatMap(({ role }) => role.rules ?? []);
}
