import type { ClusterContext } from './context.js';

type Versioned = Pick<ClusterContext, 'version'>;

/** The minor version of a cluster's control plane: 36 of `1.36.3`. */
export function minorVersion(cluster: Versioned): number {
  return Number(cluster.version().split('.')[1]);
}

/** Whether ReplicaSets and Deployments count their pods that are being deleted. */
export function countsTerminating(cluster: Versioned): boolean {
  return minorVersion(cluster) >= 35;
}

/** Whether pods get the labels of the zone and region of their node. */
export function labelsTopology(cluster: Versioned): boolean {
  return minorVersion(cluster) >= 35;
}
