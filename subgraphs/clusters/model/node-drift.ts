/** How a pool's nodes differ from Kubernetes and from its scaling group: the column `drift`. */
export interface PoolNodeDrift {
  /** Names of nodes that Kubernetes does not have. */
  readonly missingInKubernetes: readonly string[];
  /** Names of nodes whose instances are no longer in the pool's scaling group. */
  readonly missingInScalingGroup: readonly string[];
  /** RFC 3339. */
  readonly observedAt: string;
}

export function driftOf({ drift }: { readonly drift: unknown }): PoolNodeDrift | null {
  return drift === null
    ? null
    : { missingInScalingGroup: [], ...(drift as Omit<PoolNodeDrift, 'missingInScalingGroup'>) };
}
