import { DISKS } from '../../../engine/ledger/disk-limit.js';
import type { CloudResourceRequest } from '../../../engine/providers/cloud-resource-provider.js';

/** A place of the ledger that a claim holds while it is granted. */
export interface ClaimQuota {
  readonly resource: string;
  readonly scope: string;
}

/**
 * The places that a claim takes, one of each. A load balancer has every instance of its cluster behind it; one that is
 * reused was counted by who made it.
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

/** The decision on a claim. */
export interface ClaimDecision {
  readonly state: ClaimState;
  /** Why it does not get what it asks for, or, when it is granted, not all of it; null: it does. */
  readonly message: string | null;
}

/** Whether the decision is applied in the cluster. */
export function isDecisionApplied(
  { granted, refusal }: CloudResourceRequest,
  { state, message }: ClaimDecision,
): boolean {
  return granted === (state === 'GRANTED') && refusal === message;
}
