import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

/** What is billed. */
export enum BillingItem {
  CLUSTER_MANAGEMENT = 'CLUSTER_MANAGEMENT',
  MASTER_INSTANCE = 'MASTER_INSTANCE',
  WORKER_INSTANCE = 'WORKER_INSTANCE',
  LOAD_BALANCER = 'LOAD_BALANCER',
  EIP = 'EIP',
  DISK = 'DISK',
  CONTAINER_INSTANCE = 'CONTAINER_INSTANCE',
}

registerEnumType(BillingItem, {
  name: 'BillingItem',
  description: 'What is billed of a cluster. Which items it has follows from its kind.',
  valuesConfig: {
    CLUSTER_MANAGEMENT: { description: 'Management of a managed Pro cluster; others are managed for free.' },
    MASTER_INSTANCE: { description: 'Instances of the masters of a dedicated cluster, with their disks.' },
    WORKER_INSTANCE: { description: 'Instances of node pools, with their disks.' },
    LOAD_BALANCER: {
      description:
        'The load balancer of the API server, and those of Services; one that is retained when its cluster is deleted, ' +
        'until it is deleted, too.',
    },
    EIP: { description: 'The public address of the API server, until it is deleted.' },
    DISK: { description: 'Cloud disks of volume claims.' },
    CONTAINER_INSTANCE: {
      description:
        'Pods of a serverless cluster and of virtual nodes, by what they ask for and by the time from their start to their end, however short; recorded within a minute. Pods of DaemonSets do not run on virtual nodes.',
    },
  },
});

export enum BillingUnit {
  CLUSTER_HOUR = 'CLUSTER_HOUR',
  INSTANCE_HOUR = 'INSTANCE_HOUR',
  LOAD_BALANCER_HOUR = 'LOAD_BALANCER_HOUR',
  EIP_HOUR = 'EIP_HOUR',
  DISK_HOUR = 'DISK_HOUR',
  SUBSCRIPTION = 'SUBSCRIPTION',
  VCPU_SECOND = 'VCPU_SECOND',
  GIB_SECOND = 'GIB_SECOND',
}

registerEnumType(BillingUnit, {
  name: 'BillingUnit',
  description: 'What a quantity counts. Prices are not known here.',
  valuesConfig: {
    CLUSTER_HOUR: { description: 'Hours of clusters.' },
    INSTANCE_HOUR: { description: 'Hours of instances.' },
    LOAD_BALANCER_HOUR: { description: 'Hours of load balancers.' },
    EIP_HOUR: { description: 'Hours of public addresses.' },
    DISK_HOUR: { description: 'Hours of disks.' },
    SUBSCRIPTION: { description: 'Instances that are paid for in advance, by the month or year.' },
    VCPU_SECOND: { description: 'vCPUs times seconds.' },
    GIB_SECOND: { description: 'GiB of memory times seconds.' },
  },
});

export enum BillingChargeType {
  POSTPAID = 'POSTPAID',
  PREPAID = 'PREPAID',
  SPOT = 'SPOT',
}

registerEnumType(BillingChargeType, {
  name: 'BillingChargeType',
  description: 'How it is paid.',
  valuesConfig: {
    POSTPAID: { description: 'By use.' },
    PREPAID: { description: 'By subscription.' },
    SPOT: { description: 'By use, at the price of the moment.' },
  },
});

@ObjectType({ description: 'How much of one thing a cluster has used in a span of time.' })
export class BillingLine {
  @Field(() => ID, { description: 'Id of the cluster; it may be deleted.' })
  clusterId: string;

  @Field(() => BillingItem, { description: 'What is billed.' })
  item: BillingItem;

  @Field(() => BillingChargeType, { description: 'How it is paid.' })
  chargeType: BillingChargeType;

  @Field(() => String, { nullable: true, description: 'Type of the instances; null for what is none.' })
  instanceType: string | null;

  @Field(() => Int, { description: 'How many things it were, one after the other or at once.' })
  resources: number;

  @Field(() => String, {
    description:
      'How much of the unit: a decimal number, counted in milliseconds and rounded once, to six places.',
  })
  quantity: string;

  @Field(() => BillingUnit, { description: 'What quantity counts.' })
  unit: BillingUnit;
}

@ObjectType({ description: 'What was used in a span of time, as far as it is over.' })
export class BillingReport {
  @Field(() => Date, { description: 'Begin of the span.' })
  from: Date;

  @Field(() => Date, { description: 'End of the span: now when a later one was asked for.' })
  to: Date;

  @Field(() => [BillingLine], { description: 'By cluster, item, charge type and instance type.' })
  lines: BillingLine[];
}
