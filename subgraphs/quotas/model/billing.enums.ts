/** What is billed of a cluster. */
export type BillingItem =
  | 'CLUSTER_MANAGEMENT'
  | 'MASTER_INSTANCE'
  | 'WORKER_INSTANCE'
  | 'LOAD_BALANCER'
  | 'EIP'
  | 'DISK'
  | 'CONTAINER_INSTANCE';

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

/** How an item is paid. */
export type BillingChargeType = 'POSTPAID' | 'PREPAID' | 'SPOT';
