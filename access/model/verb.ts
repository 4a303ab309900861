import type { Scope as TokenScope } from '../scopes.js';
import { graphVerbs } from './verbs.generated.js';

/** Verbs on what is inside clusters, which their API servers enforce: the graph has no field for them. */
const clusterVerbs = [
  'secrets.read',
  'secrets.update',
  'pods.exec',
  'pods.portForward',
  'podLogs.read',
] as const;

/** Verbs on permissions and on what was done with them. */
const accessVerbs = [
  'accessRequests.approve',
  'accessRequests.breakGlass',
  'accessRequests.create',
  'accessRequests.read',
  'auditEvents.export',
  'auditEvents.read',
  'permissions.grant',
  'permissions.read',
  'permissions.revoke',
  'roles.create',
  'roles.delete',
  'roles.read',
  'roles.update',
  'serviceAccountKeys.create',
  'serviceAccountKeys.revoke',
  'serviceAccounts.create',
  'serviceAccounts.delete',
  'serviceAccounts.read',
] as const;

/** Every verb, `<kind in plural>.<action>`: those of the graph's fields and those inside clusters. */
export const verbs: readonly Verb[] = [...new Set([...graphVerbs, ...accessVerbs, ...clusterVerbs])].sort();

export type Verb = (typeof graphVerbs)[number] | (typeof accessVerbs)[number] | (typeof clusterVerbs)[number];

/** Whether there is such a verb. */
export function isVerb(text: string): text is Verb {
  return (verbs as readonly string[]).includes(text);
}

/** Kinds of objects in a namespace: only for them does a permission with namespaces have an effect. */
const namespacedKinds: ReadonlySet<string> = new Set([
  'manifests',
  'podLogs',
  'pods',
  'secrets',
  'workloads',
]);

/** Verbs on a cluster that a permission in namespaces of it gives: what is done there is limited to the namespaces. */
const clusterVerbsOfNamespaces: ReadonlySet<string> = new Set(['clusters.read', 'kubeconfigs.issue']);

/** Whether a permission with namespaces allows the verb on the cluster that they are in. */
export function reachesClusterOfNamespaces(verb: string): boolean {
  return clusterVerbsOfNamespaces.has(verb);
}

/** Whether the verb is on objects in namespaces of a cluster. */
export function isNamespaced(verb: string): boolean {
  return namespacedKinds.has(verb.slice(0, verb.indexOf('.')));
}

/** Whether the verb changes nothing. */
export function isRead(verb: string): boolean {
  return verb.endsWith('.read');
}

/** Verbs whose scopes are not those of their action. */
const ownScopes: Readonly<Partial<Record<Verb, readonly TokenScope[]>>> = {
  'kubeconfigs.issue': ['fleet:kubeconfig'],
  'secrets.read': ['fleet:write'],
  'auditEvents.read': ['fleet:audit'],
  'auditEvents.export': ['fleet:audit'],
  'kubernetesVersions.publish': ['fleet:admin'],
  'quotas.approve': ['fleet:admin'],
};

const NONE: readonly TokenScope[] = [];
const WRITE: readonly TokenScope[] = ['fleet:write'];

/** The scopes that a token needs for the verb, whatever the permissions of its principal. */
export function tokenScopesOf(verb: Verb): readonly TokenScope[] {
  return ownScopes[verb] ?? (isRead(verb) ? NONE : WRITE);
}
