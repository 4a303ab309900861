import type { CloudResourceRequest } from '../../../engine/providers/cloud-resource-provider.js';
import type { ClaimQuota } from './cloud-resource-claim.rules.js';

/** Quota usage of a Service at its load balancer. */
export interface LoadBalancerUsage {
  readonly listeners: number;
  readonly backendServers: number;
}

/** An amount of one quota that a claim uses. */
export interface LoadBalancerUsagePart extends ClaimQuota {
  readonly amount: number;
}

export const NO_USAGE: LoadBalancerUsage = { listeners: 0, backendServers: 0 };

type Balanced = Pick<CloudResourceRequest, 'id' | 'loadBalancerId'>;

/**
 * Splits the usage by quota. Services that reuse one load balancer share its quotas: the scope is the load balancer.
 */
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
 * The usage that each claim requests, by claim id. The cluster's instances are backends of a load balancer once, even
 * when several Services reuse it, so only the first of these claims counts them.
 */
export function desiredLoads(claims: readonly CloudResourceRequest[]): Map<string, LoadBalancerUsage> {
  const counted = new Set<string>();
  const loads = new Map<string, LoadBalancerUsage>();
  for (const { id, account, clusterId, kind, loadBalancerId, listeners, backendServers } of claims) {
    if (kind === 'DISK') continue;
    const loadBalancer = JSON.stringify([account, clusterId, loadBalancerId ?? id]);
    loads.set(id, { listeners, backendServers: counted.has(loadBalancer) ? 0 : backendServers });
    counted.add(loadBalancer);
  }
  return loads;
}

export function isSameUsage(a: LoadBalancerUsage, b: LoadBalancerUsage): boolean {
  return a.listeners === b.listeners && a.backendServers === b.backendServers;
}
