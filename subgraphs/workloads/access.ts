import type { AccessRules, ObjectReference, Place } from '../runtime/access/access-rules.js';
import { decodePodId } from './model/pod-id.js';
import type { Pod } from './model/pod.rules.js';
import type { Workload } from './model/workload.rules.js';

const inNamespace = (id: string, namespace: string): ObjectReference => ({ kind: 'CLUSTER', id, namespace });

function placeOfPod({ id }: Pod): Place {
  const ref = decodePodId(id);
  return ref ? inNamespace(ref.clusterId, ref.namespace) : {};
}

/** What a caller needs for what runs in clusters. Lists leave out the namespaces that the caller may not read. */
export const workloadsAccess: AccessRules = {
  queries: { workload: 'workloads.read', workloads: 'workloads.read' },
  mutations: {
    applyManifest: { verb: 'manifests.apply', on: { CLUSTER: 'input.clusterId' } },
    applyManifestToClusters: { verb: 'manifests.apply', on: { CLUSTER: 'input.clusterIds' } },
    scaleWorkload: { verb: 'workloads.scale', on: { WORKLOAD: 'input.workloadId' } },
  },
  objects: {
    Cluster: { place: ({ id }: { readonly id: string }): ObjectReference => ({ kind: 'CLUSTER', id }) },
    Pod: { verb: 'pods.read', place: placeOfPod },
    Workload: {
      verb: 'workloads.read',
      place: ({ ref: { clusterId, namespace } }: Workload) => inNamespace(clusterId, namespace),
    },
  },
  edges: {
    'Cluster.apiThrottling': 'clusters.read',
    'Cluster.namespaces': 'workloads.read',
    'Cluster.workloads': 'workloads.read',
    'Workload.pods': 'pods.read',
  },
};
