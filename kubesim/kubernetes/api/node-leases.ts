import type { Lease } from '../kinds/core.js';
import { leases } from '../kinds/configuration.js';
import { isNodeReady, nodes } from '../kinds/nodes.js';
import type { ApiCall } from './call.js';
import type { Target } from './path.js';

/** Seconds between two renewals of a kubelet's lease. */
const RENEWAL_SECONDS = 10;

/**
 * The leases of the kubelets in kube-node-lease. They are computed, not stored: a thousand nodes would write a hundred
 * times per second.
 */
export function withNodeLeases({ cluster }: ApiCall, { served, namespace }: Target): readonly Lease[] {
  if (served.type.id !== leases.id || (namespace !== undefined && namespace !== 'kube-node-lease')) return [];
  const now = cluster.clock.now().getTime();
  const renewed = new Date(now - (now % (RENEWAL_SECONDS * 1000))).toISOString().replace('Z', '000Z');
  return [...cluster.store.all(nodes)].filter(isNodeReady).map(({ metadata }) => ({
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
    spec: { holderIdentity: metadata.name, leaseDurationSeconds: 40, renewTime: renewed },
  }));
}
