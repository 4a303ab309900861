import { kubernetesGroups } from '../../../access/kubernetes-user.js';
import type { Role, RoleBinding } from '../kinds/access-control.js';
import type { Draft } from '../kinds/object.js';
import type { PolicyRule } from '../kinds/policy-rule.js';

const GROUP = 'rbac.authorization.k8s.io';
/** Group and version of roles and bindings. */
export const RBAC_VERSION = `${GROUP}/v1`;

const READ = ['get', 'list', 'watch'];
const read = (apiGroup: string, ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: READ,
});
const withStatus = (...resources: readonly string[]) =>
  resources.flatMap((resource) => [resource, `${resource}/status`]);

/** Read access of a fleet operator in addition to `view`: cluster-scoped kinds and the platform's own kinds. */
const clusterView: Draft<Role> = {
  apiVersion: RBAC_VERSION,
  kind: 'ClusterRole',
  metadata: { name: 'fleetgraph:cluster-view' },
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

/** The ClusterRole that metrics-server adds to the roles of users. */
const metricsReader: Draft<Role> = {
  apiVersion: RBAC_VERSION,
  kind: 'ClusterRole',
  metadata: {
    name: 'system:aggregated-metrics-reader',
    labels: {
      [`${GROUP}/aggregate-to-admin`]: 'true',
      [`${GROUP}/aggregate-to-edit`]: 'true',
      [`${GROUP}/aggregate-to-view`]: 'true',
    },
  },
  rules: [read('metrics.k8s.io', 'pods', 'nodes')],
};

function platformBinding(name: string, role: string, group: string): Draft<RoleBinding> {
  return {
    apiVersion: RBAC_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: GROUP, kind: 'Group', name: group }],
  };
}

/** The ClusterRoles of the cloud and the ClusterRoleBindings of the platform's groups, in every cluster. */
export const platformPolicy = {
  clusterRoles: [clusterView, metricsReader],
  clusterRoleBindings: [
    platformBinding('fleetgraph:writers', 'cluster-admin', kubernetesGroups.writers),
    platformBinding('fleetgraph:readers', 'view', kubernetesGroups.readers),
    platformBinding('fleetgraph:readers-of-cluster', 'fleetgraph:cluster-view', kubernetesGroups.readers),
  ],
};
