import type { ClusterContext } from './context.js';

/** Computes default objects once for each version of the control plane, to be shared by all clusters of the version. */
export function sharedByVersion<T>(compute: (cluster: ClusterContext) => T): (cluster: ClusterContext) => T {
  const known = new Map<string, T>();
  return (cluster) => {
    const version = cluster.version();
    const shared = known.get(version) ?? compute(cluster);
    known.set(version, shared);
    return shared;
  };
}

/** Freezes a shared object: a change in place would reach all clusters. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
