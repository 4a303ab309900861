import { DISKS } from '../../../engine/ledger/disk-limit.js';
import type { CloudResourceRequest } from '../../../engine/providers/cloud-resource-provider.js';

/** A quota that a granted claim uses. */
export interface ClaimQuota {
  readonly resource: string;
  readonly scope: string;
}

/**
 * The quotas of which a claim uses one each. Every instance of the cluster is a backend of a load balancer. A reused
 * load balancer already counts for the claim that created it.
 */
export function quotasOfClaim({
  kind,
  clusterId,
}: Pick<CloudResourceRequest, 'kind' | 'clusterId'>): ClaimQuota[] {
  if (kind === 'DISK') return [{ resource: DISKS, scope: '' }];
  const backends = { resource: 'backend-repeats-per-instance', scope: clusterId };
  return kind === 'REUSED_LOAD_BALANCER' ? [backends] : [backends, { resource: 'load-balancers', scope: '' }];
}

export const CLAIM_STATES = ['GRANTED', 'REFUSED'] as const;

type ClaimState = (typeof CLAIM_STATES)[number];

/** The decision about a claim. */
export interface ClaimDecision {
  readonly state: ClaimState;
  /** Why the claim is rejected or only partly granted; null when it is granted in full. */
  readonly message: string | null;
}

/** Whether the object in the cluster already records the decision. */
export function isDecisionApplied(
  { granted, refusal }: CloudResourceRequest,
  { state, message }: ClaimDecision,
): boolean {
  return granted === (state === 'GRANTED') && refusal === message;
}
