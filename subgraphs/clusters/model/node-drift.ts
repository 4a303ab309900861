/** Differences between a pool's nodes, Kubernetes and the pool's scaling group: the column `drift`. */
export interface PoolNodeDrift {
  /** Names of nodes that do not exist in Kubernetes. */
  readonly missingInKubernetes: readonly string[];
  /** Names of nodes whose instances are not in the pool's scaling group. */
  readonly missingInScalingGroup: readonly string[];
  /** RFC 3339. */
  readonly observedAt: string;
}

export function driftOf({ drift }: { readonly drift: unknown }): PoolNodeDrift | null {
  return drift === null
    ? null
    : { missingInScalingGroup: [], ...(drift as Omit<PoolNodeDrift, 'missingInScalingGroup'>) };
}
