import type { Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import type { ClusterContext } from './context.js';
import { labelsTopology } from './version.js';

const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** The labels of the zone and region of a node, which its pods get. */
function topologyOf(cluster: ClusterContext, nodeName: string): Readonly<Record<string, string>> {
  const labels = labelsTopology(cluster) && cluster.store.get(nodes, '', nodeName)?.metadata.labels;
  return Object.fromEntries(Object.entries(labels || {}).filter(([name]) => TOPOLOGY.includes(name)));
}

/** A pod of a node with the labels of the node's zone and region, which replace its own. */
export function withTopologyLabels(cluster: ClusterContext, pod: Pod): Pod {
  const { nodeName } = pod.spec;
  const topology = nodeName ? topologyOf(cluster, nodeName) : {};
  if (Object.keys(topology).length === 0) return pod;
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...topology } } };
}
