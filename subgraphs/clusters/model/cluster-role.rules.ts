import { tokenScopesOf, type Verb, verbs as allVerbs } from '../../../access/model/verb.js';

/** API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  batch: ['cronjobs', 'jobs'],
};
const inGroups = (
  groups: Readonly<Record<string, readonly string[]>>,
  verbs: readonly string[],
): PolicyRule[] =>
  Object.entries(groups).map(([group, resources]) => ({ apiGroups: [group], resources, verbs }));
const subresource = (resource: string, ...verbs: readonly string[]): PolicyRule => ({
  apiGroups: [''],
  resources: [resource],
  verbs,
});

/** ClusterRoles of the platform for single verbs, of which custom roles are made. Every cluster has them. */
export const platformClusterRoles = {
  'fleetgraph:workload-reader': inGroups(
    { ...WORKLOADS, '': ['pods', 'pods/status', 'services', 'namespaces'] },
    READ,
  ),
  'fleetgraph:workload-editor': inGroups(
    { ...WORKLOADS, '': ['configmaps', 'persistentvolumeclaims', 'pods', 'services'] },
    [...READ, ...WRITE],
  ),
  'fleetgraph:workload-scaler': inGroups(
    { apps: ['deployments/scale', 'replicasets/scale', 'statefulsets/scale'] },
    ['get', 'patch', 'update'],
  ),
  'fleetgraph:log-reader': [subresource('pods/log', 'get')],
  'fleetgraph:pod-executor': [
    subresource('pods/exec', 'create', 'get'),
    subresource('pods/attach', 'create', 'get'),
  ],
  'fleetgraph:pod-forwarder': [subresource('pods/portforward', 'create', 'get')],
  'fleetgraph:secret-reader': [subresource('secrets', ...READ)],
  'fleetgraph:secret-editor': [subresource('secrets', ...WRITE)],
  'fleetgraph:node-editor': [subresource('nodes', 'patch', 'update')],
} as const satisfies Readonly<Record<string, readonly PolicyRule[]>>;

/** ClusterRoles of Kubernetes, and that of the cloud for what has no namespace. */
type ClusterRole =
  'cluster-admin' | 'admin' | 'edit' | 'view' | 'fleetgraph:cluster-view' | keyof typeof platformClusterRoles;

/** What `edit` and `view` of Kubernetes allow, which also reach the kinds that operators add to them. */
const EDIT: readonly Verb[] = [
  'manifests.apply',
  'pods.exec',
  'pods.portForward',
  'secrets.read',
  'secrets.update',
];
const VIEW: readonly Verb[] = ['podLogs.read', 'pods.read', 'workloads.read'];
/** ClusterRoles for verbs that are not all of `edit` or `view`. */
const SINGLE: readonly (readonly [Verb, ClusterRole])[] = [
  ['manifests.apply', 'fleetgraph:workload-editor'],
  ['pods.exec', 'fleetgraph:pod-executor'],
  ['pods.portForward', 'fleetgraph:pod-forwarder'],
  ['secrets.read', 'fleetgraph:secret-reader'],
  ['secrets.update', 'fleetgraph:secret-editor'],
  ['podLogs.read', 'fleetgraph:log-reader'],
  ['pods.read', 'fleetgraph:workload-reader'],
  ['workloads.read', 'fleetgraph:workload-reader'],
  ['workloads.scale', 'fleetgraph:workload-scaler'],
];
/** Verbs on what has no namespace. */
const OF_CLUSTER: readonly (readonly [Verb, ClusterRole])[] = [
  ['nodes.read', 'fleetgraph:cluster-view'],
  ['nodes.update', 'fleetgraph:node-editor'],
];

/** The ClusterRoles that allow the verbs in a cluster, or in a namespace of one. */
export function clusterRolesOf(
  verbs: ReadonlySet<string>,
  where: 'cluster' | 'namespace',
): ReadonlySet<ClusterRole> {
  const has = (...wanted: readonly Verb[]) => wanted.every((verb) => verbs.has(verb));
  if (has(...EDIT, ...VIEW, 'permissions.grant'))
    return new Set<ClusterRole>([where === 'cluster' ? 'cluster-admin' : 'admin']);
  const wide = has(...EDIT) ? 'edit' : has(...VIEW) ? 'view' : undefined;
  const included: readonly Verb[] =
    wide === 'edit' ? SINGLE.map(([verb]) => verb) : wide === 'view' ? VIEW : [];
  const single = SINGLE.filter(([verb]) => has(verb) && !included.includes(verb));
  const ofCluster = where === 'cluster' ? OF_CLUSTER.filter(([verb]) => has(verb)) : [];
  return new Set<ClusterRole>([
    ...(wide ? ([wide] as const) : []),
    ...[...single, ...ofCluster].map(([, role]) => role),
  ]);
}

/** Verbs that a token without the scope to write has. */
const readable: ReadonlySet<string> = new Set(
  allVerbs.filter((verb) => !tokenScopesOf(verb).includes('fleet:write')),
);

/** The verbs of a permission that a token without the scope to write has. */
export function readableVerbs(verbs: ReadonlySet<string>): ReadonlySet<string> {
  return verbs.intersection(readable);
}
