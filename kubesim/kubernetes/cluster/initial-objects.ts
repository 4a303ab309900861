import { addressAt } from '../../cidr.js';
import type { Draft, KubeObject } from '../kinds/object.js';
import { namespaces } from '../kinds/nodes.js';
import type { ResourceType } from '../kinds/resource.js';
import { priorityClasses, SYSTEM_PRIORITY_CLASSES } from '../kinds/priority-classes.js';
import { runtimeClasses } from '../kinds/runtime-class.js';
import { serviceRanges } from '../kinds/service-ranges.js';
import { services } from '../kinds/services.js';
import { ensureFlowControl } from './bootstrap-flow-control.js';
import type { ClusterContext } from './context.js';
import { dnsObjects } from './dns-objects.js';
import { create } from './write.js';

const INITIAL_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Creates missing initial objects of a cluster. Idempotent; runs after each start. */
export function ensureInitialObjects(cluster: ClusterContext): void {
  for (const name of INITIAL_NAMESPACES) {
    ensure(cluster, namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
      spec: {},
      status: { phase: 'Active' },
    });
  }
  for (const { name, ...spec } of SYSTEM_PRIORITY_CLASSES)
    ensure(cluster, priorityClasses, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      ...spec,
    });
  ensure(cluster, serviceRanges, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: [cluster.serviceCidr] },
    status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }] },
  });
  ensureFlowControl(cluster);
  ensure(cluster, services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP: addressAt(cluster.serviceCidr, 1),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  });
}

/** Simulated seconds until the API server restores a deleted initial object. */
const RESTORE_SECONDS = 10;

/** Restores initial objects that are deleted: the Service `kubernetes` and the namespace of node leases. */
export function restoreInitialObjects(cluster: ClusterContext): void {
  const restore = () => {
    cluster.timers.after(cluster.scaled(RESTORE_SECONDS), () => ensureInitialObjects(cluster));
  };
  cluster.store.onChange(namespaces, ({ type, object }) => {
    if (type === 'DELETED' && INITIAL_NAMESPACES.includes(object.metadata.name)) restore();
  });
  cluster.store.onChange(services, ({ type, object: { metadata } }) => {
    if (type === 'DELETED' && metadata.namespace === 'default' && metadata.name === 'kubernetes') restore();
  });
}

/** Installs the cluster's DNS; only once, so that administrators can remove it. */
export function installDns(cluster: ClusterContext): void {
  for (const { type, draft } of dnsObjects(cluster.serviceCidr)) ensure(cluster, type, draft);
}

/** The label of nodes that run pods in light virtual machines; its value is the runtime. */
export const SANDBOX_LABEL = 'alibabacloud.com/sandboxed-container';

/** Creates the RuntimeClass of sandboxed containers with the first sandbox node. */
export function ensureSandboxRuntime(cluster: ClusterContext): void {
  ensure(cluster, runtimeClasses, {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'runv' },
    handler: 'runv',
    scheduling: { nodeSelector: { [SANDBOX_LABEL]: 'Sandboxed-Container.runv' } },
  });
}

function ensure<T extends KubeObject>(cluster: ClusterContext, type: ResourceType<T>, draft: Draft<T>): void {
  if (!cluster.store.get(type, draft.metadata.namespace ?? '', draft.metadata.name ?? ''))
    create(cluster, type, draft);
}
