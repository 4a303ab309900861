import type { ChargeType } from './node-pool.enums.js';
import type { NodeState } from './node-states.js';

export const VCPU = { resource: 'payg-vcpu', scope: '' } as const;

/** The fields of a node that determine its quota usage. */
export interface NodeInstance {
  readonly state: NodeState;
  readonly vcpus: number;
  readonly chargeType: ChargeType;
  /** Its cloud disks. */
  readonly disks: number;
}

/** Quota usage of instances of one charge type. */
export interface InstanceQuotaUsage {
  readonly chargeType: ChargeType;
  readonly vcpus: number;
  readonly disks: number;
  readonly instances: number;
}

/** Quota usage of a node: zero for a failed node and for a virtual node, which has no instance. */
export function instanceQuotaUsage({ state, vcpus, chargeType, disks }: NodeInstance): InstanceQuotaUsage {
  if (state === 'failed' || vcpus === 0) return { chargeType, vcpus: 0, disks: 0, instances: 0 };
  return { chargeType, vcpus, disks, instances: 1 };
}

/** The quota that counts vCPUs of a charge type; undefined for subscriptions, which no quota counts. */
export function vcpuResource(
  chargeType: ChargeType,
): { readonly resource: string; readonly scope: '' } | undefined {
  if (chargeType === 'SPOT') return { resource: 'spot-vcpu', scope: '' };
  return chargeType === 'PREPAID' ? undefined : VCPU;
}

/** Whether disks of instances of this charge type count as pay-as-you-go disks. */
export function countsDisks(chargeType: ChargeType): boolean {
  return chargeType !== 'PREPAID';
}
