import type { CloudResourceRequest } from '../../../engine/providers/cloud-resource-provider.js';
import type { ClaimQuota } from './claims.rules.js';

/** What a Service has of the load balancer that stands for it. */
export interface LoadBalancerUsage {
  readonly listeners: number;
  readonly backendServers: number;
}

/** How much of a counted resource a claim has of its load balancer. */
export interface LoadBalancerUsagePart extends ClaimQuota {
  readonly amount: number;
}

export const NO_USAGE: LoadBalancerUsage = { listeners: 0, backendServers: 0 };

type Balanced = Pick<CloudResourceRequest, 'id' | 'loadBalancerId'>;

/** The load as it is counted: Services that reuse one load balancer share what it may have. */
export function usageParts(
  { id, loadBalancerId }: Balanced,
  { listeners, backendServers }: LoadBalancerUsage,
): LoadBalancerUsagePart[] {
  const scope = loadBalancerId ?? id;
  return [
    { resource: 'listeners-per-load-balancer', scope, amount: listeners },
    { resource: 'servers-per-load-balancer', scope, amount: backendServers },
  ];
}

/**
 * What each claim asks of its load balancer, by id. The instances of a cluster are behind a load balancer once, however
 * many of its Services reuse it: the first of these claims has them.
 */
export function desiredLoads(claims: readonly CloudResourceRequest[]): Map<string, LoadBalancerUsage> {
  const counted = new Set<string>();
  const loads = new Map<string, LoadBalancerUsage>();
  for (const { id, account, clusterId, kind, loadBalancerId, listeners, backendServers } of claims) {
    if (kind === 'DISK') continue;
    const behind = JSON.stringify([account, clusterId, loadBalancerId ?? id]);
    loads.set(id, { listeners, backendServers: counted.has(behind) ? 0 : backendServers });
    counted.add(behind);
  }
  return loads;
}

export function isSameUsage(a: LoadBalancerUsage, b: LoadBalancerUsage): boolean {
  return a.listeners === b.listeners && a.backendServers === b.backendServers;
}
