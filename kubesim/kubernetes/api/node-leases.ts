import type { Lease, Node } from '../kinds/core.js';
import { leases } from '../kinds/configuration.js';
import { isNodeReady, nodes } from '../kinds/nodes.js';
import type { ApiCall } from './call.js';
import type { Target } from './path.js';

/**
 * The leases of the kubelets in kube-node-lease. They are computed, not stored: a thousand nodes would write a hundred
 * times per second.
 */
export function withNodeLeases({ cluster }: ApiCall, { served, namespace }: Target): readonly Lease[] {
  if (served.type.id !== leases.id || (namespace !== undefined && namespace !== 'kube-node-lease')) return [];
  const { machines } = cluster;
  const hasKubelet = (node: Node) => isNodeReady(node) || !machines.isReachable(node.metadata.name);
  return [...cluster.store.all(nodes)].filter(hasKubelet).map(({ metadata }) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: metadata.name,
      namespace: 'kube-node-lease',
      uid: `${metadata.uid.slice(0, 24)}0000000lease`,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: metadata.creationTimestamp,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: metadata.name, uid: metadata.uid }],
    },
    spec: {
      holderIdentity: metadata.name,
      leaseDurationSeconds: 40,
      renewTime: machines.renewedAt(metadata.name).toISOString().replace('Z', '000Z'),
    },
  }));
}
