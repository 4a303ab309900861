import { decodeWorkloadId } from '../../engine/kubernetes/workload-ref.js';
import type { AccessRules, ObjectAccess, ObjectReference, Place } from '../runtime/access/access-rules.js';

interface OfCluster {
  readonly cluster: { readonly id: string } | null;
}

const event: ObjectAccess = {
  verb: 'events.read',
  place: ({ cluster }: OfCluster): Place => (cluster ? { kind: 'CLUSTER', id: cluster.id } : {}),
};

function placeOfWorkload({ id }: { readonly id: string }): Place {
  const ref = decodeWorkloadId(id);
  return ref ? { kind: 'CLUSTER', id: ref.clusterId, namespace: ref.namespace } : {};
}

/** What a caller needs for events and metrics. */
export const observabilityAccess: AccessRules = {
  queries: { auditEvents: { verb: 'auditEvents.read', on: {} }, events: 'events.read' },
  subscriptions: {
    events: 'events.read',
    scalingEvents: { verb: 'events.read', on: { CLUSTER: 'clusterId' } },
  },
  objects: {
    AccessEvent: event,
    Cluster: {
      verb: 'clusters.read',
      place: ({ id }: { readonly id: string }): ObjectReference => ({ kind: 'CLUSTER', id }),
    },
    KubernetesEvent: event,
    ProvisioningEvent: event,
    QuotaEvent: event,
    ScalingEvent: event,
    Workload: { place: placeOfWorkload },
    WorkloadEvent: event,
  },
  edges: {
    'Cluster.events': 'events.read',
    'Cluster.metrics': 'metrics.read',
    'Workload.metrics': 'metrics.read',
  },
};
