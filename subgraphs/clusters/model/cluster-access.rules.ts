import { kubernetesGroups, type PrincipalGroups } from '../../../access/kubernetes-user.js';
import type { Grant } from '../../../access/model/permission.js';
import { coversCluster } from '../../../access/model/scope.js';
import type { TargetCluster } from '../../../access/model/target.js';
import { clusterRolesOf, readableVerbs } from './cluster-role.rules.js';

/** A permission, and the groups of its principal in clusters. */
export interface PrincipalGrant extends Omit<Grant, 'role' | 'permissionId'> {
  readonly groups: PrincipalGroups;
}

/** A binding of a ClusterRole to a group: in a namespace a RoleBinding, else a ClusterRoleBinding. */
export interface GroupBinding {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly clusterRole: string;
  /** Undefined: the binding stays without a subject, because the API server would create it again with its own. */
  readonly group: string | undefined;
}

/** Bindings that a new cluster has; they stay, and lose their subject. */
const INITIAL: Readonly<Record<string, { readonly group: string; readonly clusterRole: string }>> = {
  'fleetgraph:writers': { group: kubernetesGroups.writers, clusterRole: 'cluster-admin' },
  'fleetgraph:readers': { group: kubernetesGroups.readers, clusterRole: 'view' },
  'fleetgraph:readers-of-cluster': {
    group: kubernetesGroups.readers,
    clusterRole: 'fleetgraph:cluster-view',
  },
};

/** Names of the bindings that a new cluster has. */
export const INITIAL_BINDINGS = Object.keys(INITIAL);

/**
 * The bindings by which a cluster allows what the permissions allow. Kubernetes has no rule that denies: a permission that denies
 * takes its verbs off the other permissions of its principal, in the whole cluster if they reach more than its namespaces.
 */
export function bindingsOf(
  cluster: TargetCluster,
  grants: readonly PrincipalGrant[],
  at: Date,
): GroupBinding[] {
  const active = grants.filter(
    ({ scope, expiresAt }) => coversCluster(scope, cluster) && (!expiresAt || expiresAt > at),
  );
  const wanted = new Map<string, GroupBinding>();
  for (const grant of active.filter(({ effect }) => effect === 'ALLOW'))
    for (const namespace of grant.scope.namespaces ?? [undefined])
      for (const binding of bindingsIn(namespace, grant, deniedVerbs(active, grant, namespace)))
        wanted.set(`${namespace ?? ''}/${binding.name}`, binding);
  for (const [name, { clusterRole }] of Object.entries(INITIAL))
    if (!wanted.has(`/${name}`))
      wanted.set(`/${name}`, { name, namespace: undefined, clusterRole, group: undefined });
  return [...wanted.values()];
}

function deniedVerbs(
  active: readonly PrincipalGrant[],
  { groups }: PrincipalGrant,
  namespace: string | undefined,
): ReadonlySet<string> {
  const denied = active.filter(
    ({ effect, groups: others, scope }) =>
      effect === 'DENY' &&
      others.writers === groups.writers &&
      (!scope.namespaces || namespace === undefined || scope.namespaces.includes(namespace)),
  );
  return new Set(denied.flatMap(({ verbs }) => verbs));
}

function bindingsIn(
  namespace: string | undefined,
  { verbs, groups: { readers, writers } }: PrincipalGrant,
  denied: ReadonlySet<string>,
): GroupBinding[] {
  const allowed = new Set(verbs).difference(denied);
  const bound = (group: string, granted: ReadonlySet<string>) =>
    [...clusterRolesOf(granted, namespace === undefined ? 'cluster' : 'namespace')].map((clusterRole) => ({
      ...{ name: nameOf(group, clusterRole), namespace, clusterRole, group },
    }));
  return [...bound(writers, allowed), ...bound(readers, readableVerbs(allowed))];
}

function nameOf(group: string, clusterRole: string): string {
  const initial = Object.entries(INITIAL).find(
    ([, binding]) => binding.group === group && binding.clusterRole === clusterRole,
  );
  return initial?.[0] ?? `${group}:${clusterRole}`;
}

/** The time at which the first of the permissions ends after `at`; undefined if none ends. */
export function nextExpiry(grants: readonly PrincipalGrant[], at: Date): Date | undefined {
  const ends = grants.flatMap(({ expiresAt }) => (expiresAt && expiresAt > at ? [expiresAt.getTime()] : []));
  return ends.length > 0 ? new Date(Math.min(...ends)) : undefined;
}
