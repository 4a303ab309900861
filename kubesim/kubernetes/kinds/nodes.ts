import type { Namespace, Node } from './core.js';
import { namespaceFinalizerCauses } from './metadata-rules.js';
import { nodeCauses } from './node-rules.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

const ROLE = 'node-role.kubernetes.io/';

export const nodes = defineResource<Node>({
  kind: 'Node',
  defaults: (node) => ({ ...node, spec: node.spec ?? {}, status: node.status ?? {} }),
  validate: nodeCauses,
  columns: [
    nameColumn<Node>(),
    { name: 'Status', type: 'string', value: nodeState },
    { name: 'Roles', type: 'string', value: roles },
    ageColumn<Node>(),
    { name: 'Version', type: 'string', value: (node) => node.status.nodeInfo?.kubeletVersion ?? '' },
    { name: 'Internal-IP', type: 'string', priority: 1, value: (node) => address(node, 'InternalIP') },
    { name: 'External-IP', type: 'string', priority: 1, value: (node) => address(node, 'ExternalIP') },
    { name: 'OS-Image', type: 'string', priority: 1, value: (node) => info(node, 'osImage') },
    { name: 'Kernel-Version', type: 'string', priority: 1, value: (node) => info(node, 'kernelVersion') },
    {
      name: 'Container-Runtime',
      type: 'string',
      priority: 1,
      value: (node) => info(node, 'containerRuntimeVersion'),
    },
  ],
});

/** Whether the node's kubelet reports that it can run pods. */
export function isNodeReady(node: Node): boolean {
  return !!node.status.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

function nodeState(node: Node): string {
  const state = isNodeReady(node) ? 'Ready' : 'NotReady';
  return node.spec.unschedulable ? `${state},SchedulingDisabled` : state;
}

function roles(node: Node): string {
  const names = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(ROLE));
  return names.map((label) => label.slice(ROLE.length)).join(',') || '<none>';
}

/** The node's address of a type, e.g. `InternalIP`; `<none>` without one. */
export function address(node: Node, type: string): string {
  return node.status.addresses?.find((entry) => entry.type === type)?.address ?? '<none>';
}

function info(node: Node, field: string): string {
  return node.status.nodeInfo?.[field] ?? '<unknown>';
}

export const namespaces = defineResource<Namespace>({
  kind: 'Namespace',
  defaults: (namespace) => ({
    ...namespace,
    metadata: {
      ...namespace.metadata,
      labels: { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name },
    },
    spec: namespace.spec?.finalizers ? namespace.spec : { finalizers: ['kubernetes'] },
    status: namespace.status?.phase ? namespace.status : { phase: 'Active' },
  }),
  validate: ({ spec }) => namespaceFinalizerCauses('spec.finalizers', spec.finalizers ?? []),
  columns: [
    nameColumn<Namespace>(),
    { name: 'Status', type: 'string', value: (namespace) => namespace.status.phase },
    ageColumn<Namespace>(),
  ],
});
