import { Field, ID, Int, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type * as model from '../../model/billing.enums.js';
import type { BillingLine as Line } from '../../model/billing.rules.js';

export const BillingItem = graphEnum<model.BillingItem>(
  'BillingItem',
  'Type of a billing line. The kind of a cluster determines its lines.',
  {
    CLUSTER_MANAGEMENT: 'Management of a managed Pro cluster; others are managed for free.',
    MASTER_INSTANCE: 'Instances of the masters of a dedicated cluster, with their disks.',
    WORKER_INSTANCE: 'Instances of node pools, with their disks.',
    LOAD_BALANCER:
      'Load balancers of the API server and of Services. A load balancer that is retained when its cluster is deleted is billed until it is deleted.',
    EIP: 'Public address (EIP) of the API server, billed until it is deleted.',
    DISK: 'Cloud disks of PersistentVolumeClaims.',
    CONTAINER_INSTANCE:
      'Pods of a serverless cluster and of virtual nodes: their resource requests times their run time, however short. Recorded within a minute. Pods of DaemonSets do not run on virtual nodes.',
  },
);
export type BillingItem = model.BillingItem;

export const BillingUnit = graphEnum<model.BillingUnit>(
  'BillingUnit',
  'Unit of a quantity. The platform does not know prices.',
  {
    CLUSTER_HOUR: 'Hours of clusters.',
    INSTANCE_HOUR: 'Hours of instances.',
    LOAD_BALANCER_HOUR: 'Hours of load balancers.',
    EIP_HOUR: 'Hours of public addresses.',
    DISK_HOUR: 'Hours of disks.',
    SUBSCRIPTION: 'Number of instances paid by subscription (monthly or yearly, in advance).',
    VCPU_SECOND: 'vCPUs times seconds.',
    GIB_SECOND: 'GiB of memory times seconds.',
  },
);
export type BillingUnit = model.BillingUnit;

export const ChargeType = graphEnum<model.ChargeType>('ChargeType', 'Charge type of an instance.', {
  POSTPAID: 'Pay-as-you-go.',
  PREPAID: 'Subscription: cheaper, but it cannot be released before the subscription ends.',
  SPOT: 'Pay-as-you-go at the current spot price; the cloud can reclaim it with five minutes’ notice.',
});
export type ChargeType = model.ChargeType;

@ObjectType({ description: 'Usage of one billing item by one cluster in a period.' })
export class BillingLine implements Line {
  @Field(() => ID, { description: 'Id of the cluster; it may be deleted.' })
  clusterId: string;

  @Field(() => BillingItem, { description: 'Type of the line.' })
  item: BillingItem;

  @Field(() => ChargeType, { description: 'Charge type of the resources.' })
  chargeType: ChargeType;

  @Field(() => String, {
    nullable: true,
    description: 'Type of the instances. Null for items other than instances.',
  })
  instanceType: string | null;

  @Field(() => Int, {
    description: 'Number of resources that were in use during the period, consecutively or concurrently.',
  })
  resources: number;

  @Field(() => String, {
    description:
      'Amount in units of `unit`: a decimal number with at most six decimal places. Measured in milliseconds and rounded once.',
  })
  quantity: string;

  @Field(() => BillingUnit, { description: 'Unit of the quantity.' })
  unit: BillingUnit;
}

@ObjectType({ description: 'Usage in a period up to now.' })
export class BillingReport {
  @Field(() => Date, { description: 'Start of the period.' })
  from: Date;

  @Field(() => Date, { description: 'End of the period: now if a later one was requested.' })
  to: Date;

  @Field(() => [BillingLine], { description: 'Usage by cluster, item, charge type and instance type.' })
  lines: BillingLine[];
}
