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

/** Charge types of billed items. */
export const BILLING_CHARGE_TYPES = ['POSTPAID', 'PREPAID', 'SPOT'] as const;

export type BillingChargeType = (typeof BILLING_CHARGE_TYPES)[number];
