export { CHARGE_TYPES, type ChargeType } from '../../../engine/providers/charge-type.js';

/** Billed items of a cluster. */
export const BILLING_ITEMS = [
  'CLUSTER_MANAGEMENT',
  'MASTER_INSTANCE',
  'WORKER_INSTANCE',
  'LOAD_BALANCER',
  'EIP',
  'DISK',
  'CONTAINER_INSTANCE',
] as const;

export type BillingItem = (typeof BILLING_ITEMS)[number];

/** Unit of a billed quantity. */
export type BillingUnit =
  | 'CLUSTER_HOUR'
  | 'INSTANCE_HOUR'
  | 'LOAD_BALANCER_HOUR'
  | 'EIP_HOUR'
  | 'DISK_HOUR'
  | 'SUBSCRIPTION'
  | 'VCPU_SECOND'
  | 'GIB_SECOND';
