import { kubernetesGroups } from '../../../../access/kubernetes-user.js';
import type { PolicyRule } from './policy-rule.js';
import { AUTHENTICATED, MASTERS } from './user-info.js';

interface ClusterRole {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** Binds a cluster role to a group, in all namespaces. */
export interface ClusterRoleBinding {
  readonly name: string;
  readonly role: ClusterRole;
  readonly group: string;
}

const READ = ['get', 'list', 'watch'];
const read = (apiGroup: string, ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: READ,
});
const withStatus = (...resources: readonly string[]) =>
  resources.flatMap((resource) => [resource, `${resource}/status`]);

const clusterAdmin: ClusterRole = {
  name: 'cluster-admin',
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
};

/** The role `view` of Kubernetes for the served kinds: no Secrets and no cluster-scoped kinds. */
const view: ClusterRole = {
  name: 'view',
  rules: [
    read('', 'configmaps', 'endpoints', 'events', 'namespaces', 'namespaces/status', 'serviceaccounts'),
    read('', ...withStatus('persistentvolumeclaims', 'pods', 'services'), 'pods/log'),
    read('', 'limitranges', ...withStatus('resourcequotas')),
    read('apps', ...withStatus('daemonsets', 'deployments', 'replicasets', 'statefulsets')),
    read('apps', 'deployments/scale', 'replicasets/scale', 'statefulsets/scale'),
    read('batch', ...withStatus('jobs')),
    read('autoscaling', ...withStatus('horizontalpodautoscalers')),
    read('networking.k8s.io', ...withStatus('ingresses'), 'networkpolicies'),
    read('policy', ...withStatus('poddisruptionbudgets')),
    read('discovery.k8s.io', 'endpointslices'),
    read('metrics.k8s.io', 'pods', 'nodes'),
  ],
};

/** Read access of a fleet operator in addition to `view`: cluster-scoped kinds and the platform's own kinds. */
const clusterView: ClusterRole = {
  name: 'fleetgraph:cluster-view',
  rules: [
    read('', ...withStatus('nodes', 'persistentvolumes')),
    read('storage.k8s.io', 'storageclasses', 'csidrivers'),
    read('networking.k8s.io', 'ingressclasses'),
    read('scheduling.k8s.io', 'priorityclasses'),
    read('node.k8s.io', 'runtimeclasses'),
    read('coordination.k8s.io', 'leases'),
    read('events.k8s.io', 'events'),
    read('apps.openyurt.io', ...withStatus('uniteddeployments')),
  ],
};

const basicUser: ClusterRole = {
  name: 'system:basic-user',
  rules: [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
};

const discovery: ClusterRole = {
  name: 'system:discovery',
  rules: [
    {
      nonResourceURLs: [
        ...['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'],
        ...['/healthz', '/livez', '/readyz', '/version', '/version/'],
      ],
      verbs: ['get'],
    },
  ],
};

/** Bindings of every cluster. RBAC objects of users are not supported. */
export const clusterRoleBindings: readonly ClusterRoleBinding[] = [
  { name: 'cluster-admin', role: clusterAdmin, group: MASTERS },
  { name: 'fleetgraph:writers', role: clusterAdmin, group: kubernetesGroups.writers },
  { name: 'fleetgraph:readers', role: view, group: kubernetesGroups.readers },
  { name: 'fleetgraph:readers-of-cluster', role: clusterView, group: kubernetesGroups.readers },
  { name: 'system:basic-user', role: basicUser, group: AUTHENTICATED },
  { name: 'system:discovery', role: discovery, group: AUTHENTICATED },
];
