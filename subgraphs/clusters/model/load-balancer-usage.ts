import type { CloudResourceRequest } from '../../../engine/providers/cloud-resource-provider.js';
import type { ClaimQuota } from './claims.rules.js';

/** What a Service has of the load balancer that stands for it. */
export interface LoadBalancerUsage {
  readonly listeners: number;
  readonly servers: number;
}

/** How much of a counted resource a claim has of its load balancer. */
export interface LoadBalancerUsagePart extends ClaimQuota {
  readonly amount: number;
}

export const NO_USAGE: LoadBalancerUsage = { listeners: 0, servers: 0 };

type Balanced = Pick<CloudResourceRequest, 'id' | 'balancer'>;

/** The load as it is counted: Services that reuse one load balancer share what it may have. */
export function usageParts(
  { id, balancer }: Balanced,
  { listeners, servers }: LoadBalancerUsage,
): LoadBalancerUsagePart[] {
  const scope = balancer ?? id;
  return [
    { resource: 'listeners-per-load-balancer', scope, amount: listeners },
    { resource: 'servers-per-load-balancer', scope, amount: servers },
  ];
}

/**
 * What each claim asks of its load balancer, by id. The instances of a cluster are behind a load balancer once, however
 * many of its Services reuse it: the first of these claims has them.
 */
export function desiredLoads(claims: readonly CloudResourceRequest[]): Map<string, LoadBalancerUsage> {
  const counted = new Set<string>();
  const loads = new Map<string, LoadBalancerUsage>();
  for (const { id, account, clusterId, kind, balancer, listeners, servers } of claims) {
    if (kind === 'DISK') continue;
    const behind = JSON.stringify([account, clusterId, balancer ?? id]);
    loads.set(id, { listeners, servers: counted.has(behind) ? 0 : servers });
    counted.add(behind);
  }
  return loads;
}

export function isSameUsage(a: LoadBalancerUsage, b: LoadBalancerUsage): boolean {
  return a.listeners === b.listeners && a.servers === b.servers;
}
