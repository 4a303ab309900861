import { DISKS } from '../../../engine/disk-limit.js';
import type { CloudClaim } from '../../../engine/providers/claim-infrastructure.js';
import type { Problem } from '../../../kernel/result.js';

/** A place of the ledger that a claim holds while it is granted. */
export interface ClaimPlace {
  readonly resource: string;
  readonly scope: string;
}

/** The places that a claim takes, one of each. A load balancer has every machine of its cluster behind it. */
export function placesOf({ kind, clusterId }: Pick<CloudClaim, 'kind' | 'clusterId'>): ClaimPlace[] {
  if (kind === 'DISK') return [{ resource: DISKS, scope: '' }];
  return [
    { resource: 'backend-repeats-per-instance', scope: clusterId },
    { resource: 'load-balancers', scope: '' },
  ];
}

/** Limits that hold for each load balancer; null: none. */
export interface BalancerLimits {
  readonly listeners: number | null;
  readonly servers: number | null;
}

export const LISTENERS = 'listeners-per-load-balancer';
export const SERVERS = 'servers-per-load-balancer';

/** Why a load balancer like this cannot be made, however many there are. */
export function balancerProblem(
  { listeners, servers }: Pick<CloudClaim, 'listeners' | 'servers'>,
  limits: BalancerLimits,
): Problem | undefined {
  return (
    above(LISTENERS, 'listeners', { value: listeners, limit: limits.listeners }) ??
    above(SERVERS, 'backend servers', { value: servers, limit: limits.servers })
  );
}

function above(
  resource: string,
  what: string,
  { value, limit }: { readonly value: number; readonly limit: number | null },
): Problem | undefined {
  if (limit === null || value <= limit) return undefined;
  return {
    code: 'QUOTA_EXCEEDED',
    message: `${resource}: a load balancer has up to ${limit} ${what}; this one would have ${value}.`,
    details: { resource, limit, used: 0, requested: value },
  };
}
