import type { ChargeType } from './node-pool.enums.js';
import type { NodeState } from './node-states.js';

export const VCPU = { resource: 'payg-vcpu', scope: '' } as const;

/** What is known of an instance that is, or was, a node. */
export interface NodeInstance {
  readonly state: NodeState;
  readonly vcpus: number;
  readonly chargeType: ChargeType;
  /** Its cloud disks. */
  readonly disks: number;
}

/** What instances that are paid in one way hold of the account's quotas. */
export interface InstanceQuotaUsage {
  readonly chargeType: ChargeType;
  readonly vcpus: number;
  readonly disks: number;
  readonly instances: number;
}

/** What a node's row holds: nothing once it failed. Virtual nodes are no instances. */
export function instanceQuotaUsage({ state, vcpus, chargeType, disks }: NodeInstance): InstanceQuotaUsage {
  if (state === 'failed' || vcpus === 0) return { chargeType, vcpus: 0, disks: 0, instances: 0 };
  return { chargeType, vcpus, disks, instances: 1 };
}

/** Where vCPUs of a charge type are counted; a subscription's are not. */
export function vcpuResource(
  chargeType: ChargeType,
): { readonly resource: string; readonly scope: '' } | undefined {
  if (chargeType === 'SPOT') return { resource: 'spot-vcpu', scope: '' };
  return chargeType === 'PREPAID' ? undefined : VCPU;
}

/** Whether disks of instances that are paid so are pay-as-you-go disks. */
export function countsDisks(chargeType: ChargeType): boolean {
  return chargeType !== 'PREPAID';
}
