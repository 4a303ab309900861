import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Requires } from '../../../runtime/graph/requires.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import type * as model from '../../model/node-pool.enums.js';

export const ChargeType = graphEnum<model.ChargeType>('ChargeType', 'Charge type of an instance.', {
  POSTPAID: 'Pay-as-you-go.',
  PREPAID: 'Subscription: cheaper, but it cannot be released before the subscription ends.',
  SPOT: 'Pay-as-you-go at the current spot price; the cloud can reclaim it with five minutes’ notice.',
});
export type ChargeType = model.ChargeType;

export const SpotStrategy = graphEnum<model.SpotStrategy>('SpotStrategy', 'Price limit of spot instances.', {
  SPOT_AS_PRICE_GO: 'The current price, at most that of pay-as-you-go.',
  SPOT_WITH_PRICE_LIMIT: 'At most spotPriceLimit.',
});
export type SpotStrategy = model.SpotStrategy;

export const TaintEffect = graphEnum<model.TaintEffect>(
  'TaintEffect',
  'Effect of a taint on pods that do not tolerate it.',
  {
    NO_SCHEDULE: 'They are not scheduled to the node.',
    PREFER_NO_SCHEDULE: 'They are scheduled to the node only if no other one fits.',
    NO_EXECUTE: 'They are not scheduled to the node, and are evicted from it.',
  },
);
export type TaintEffect = model.TaintEffect;

export const DiskCategory = graphEnum<model.DiskCategory>('DiskCategory', 'Kind of a cloud disk.', {
  CLOUD_EFFICIENCY: 'Ultra disk.',
  CLOUD_SSD: 'Standard SSD.',
  CLOUD_ESSD: 'Enhanced SSD.',
});
export type DiskCategory = model.DiskCategory;

@InputType('TaintInput', { description: 'A taint of the nodes of a pool.' })
@ObjectType('Taint', { description: 'A taint of the nodes of a pool.' })
export class PoolTaint {
  @Field(() => String, { description: 'Key of the taint.' })
  key: string;

  @Field(() => String, {
    nullable: true,
    description: 'Value of the taint. Null for an empty value.',
  })
  value?: string | null;

  @Field(() => TaintEffect, { description: 'Effect of the taint.' })
  effect: TaintEffect;
}

@InputType('DiskInput', { description: 'A disk of each instance.' })
@ObjectType('Disk', { description: 'A disk of each instance.' })
export class PoolDisk {
  @Field(() => DiskCategory, { description: 'Disk category.' })
  category: DiskCategory;

  @Field(() => Int, { description: 'Size in GiB: 40 to 32768 (a system disk: to 500).' })
  sizeGiB: number;

  @Field(() => String, {
    nullable: true,
    description: 'Mount path of a data disk. Paths under which Kubernetes keeps its own data are rejected.',
  })
  mountTarget?: string | null;
}

@InputType({ description: 'Configuration of the instances of a pool; omitted fields get defaults.' })
export class InstanceConfigInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the image of the system disk; see Query.nodeImages. Default: Alibaba Cloud Linux 2.',
  })
  imageId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of the zones of the pool. Default: the zones of the cluster.',
  })
  zoneIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Ids of vSwitches of the cluster's VPC; they also determine the zones. Default: the vSwitches of the cluster.",
  })
  vSwitchIds?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the security group. Default: the security group of the cluster.',
  })
  securityGroupId?: string | null;

  @Field(() => PoolDisk, { nullable: true, description: 'System disk. Default: 120 GiB, CLOUD_ESSD.' })
  systemDisk?: PoolDisk | null;

  @Field(() => [PoolDisk], { nullable: true, description: 'Data disks (at most 16). Default: none.' })
  dataDisks?: PoolDisk[] | null;

  @Field(() => ChargeType, {
    nullable: true,
    description: 'Charge type of the instances. Default: POSTPAID.',
  })
  chargeType?: ChargeType | null;

  @Field(() => SpotStrategy, {
    nullable: true,
    description: 'Price limit strategy, with charge type SPOT only. Default: SPOT_AS_PRICE_GO.',
  })
  spotStrategy?: SpotStrategy | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Maximum price of one instance per hour with SPOT_WITH_PRICE_LIMIT: greater than 0, in the currency of the cloud’s prices.',
  })
  spotPriceLimit?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'User data: a script that each instance runs at its first start, at most 16 KiB. Default: none. A script that names a path under which Kubernetes keeps its own data is rejected with PROTECTED_PATH.',
  })
  userData?: string | null;
}

@ObjectType({
  description: 'Configuration of the instances of a pool. A change applies to instances created after it.',
})
export class InstanceConfig {
  @Field(() => ID, { description: 'Image of the system disk.' })
  imageId: string;

  @Field(() => [ID], { description: 'Ids of the zones of the pool. Empty for the zones of the cluster.' })
  zoneIds: readonly string[];

  @Field(() => [ID], {
    description: 'Ids of the vSwitches of the pool. Empty for the vSwitches of the cluster.',
  })
  vSwitchIds: readonly string[];

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the security group. Null for the security group of the cluster.',
  })
  securityGroupId?: string | null;

  @Field(() => PoolDisk, { description: 'System disk.' })
  systemDisk: PoolDisk;

  @Field(() => [PoolDisk], { description: 'Data disks.' })
  dataDisks: readonly PoolDisk[];

  @Field(() => ChargeType, { description: 'Charge type of the instances.' })
  chargeType: ChargeType;

  @Field(() => SpotStrategy, {
    nullable: true,
    description: 'Price limit strategy. Null unless the charge type is SPOT.',
  })
  spotStrategy?: SpotStrategy | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Maximum price of one instance per hour, in the currency of the cloud’s prices. Null for no limit.',
  })
  spotPriceLimit?: number | null;

  @Requires('readConfiguration')
  @Field(() => String, {
    nullable: true,
    description:
      'User data: a script that each instance runs at its first start. Empty when there is none. Needs the scope fleet:write, because it may contain secrets; otherwise null with the error UNAUTHORIZED_FIELD_OR_TYPE.',
  })
  userData: string | null;
}

const AUTO_UPGRADE =
  'Kubernetes is upgraded automatically: if all node pools of a cluster enable this, the cluster is upgraded, in its maintenance window, to the newest version of its upgradeTargets. Without an enabled window, or while a check blocks (event AUTOMATIC_UPGRADE_BLOCKED), it is not upgraded.';
const AUTO_VUL_FIX =
  'Kubernetes security patches are installed automatically: if all node pools of a cluster enable this or autoUpgrade, the cluster is upgraded, in its maintenance window, to the newest patch of its minor version.';

@InputType({
  description:
    'Automatic maintenance of a managed pool. Omitted fields stay unchanged; in a new pool they are off.',
})
export class NodePoolManagementInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to repair nodes that are not ready, first by a restart.',
  })
  autoRepair?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a repair may replace the system disk of a node if a restart does not fix it. Data on the old disk is lost, so true needs acknowledgeRisk; keep data on data disks, NAS or OSS.',
  })
  allowSystemDiskReset?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: AUTO_UPGRADE,
  })
  autoUpgrade?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: AUTO_VUL_FIX,
  })
  autoVulFix?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Maximum number of nodes repaired at the same time: 1 to 1000.',
  })
  maxUnavailable?: number | null;
}

@ObjectType({ description: 'Automatic maintenance of a managed pool.' })
export class NodePoolManagement {
  @Field(() => Boolean, { description: 'Whether nodes that are not ready are repaired.' })
  autoRepair: boolean;

  @Field(() => Boolean, { description: 'Whether a repair may replace the system disk of a node.' })
  allowSystemDiskReset: boolean;

  @Field(() => Boolean, {
    description: AUTO_UPGRADE,
  })
  autoUpgrade: boolean;

  @Field(() => Boolean, {
    description: AUTO_VUL_FIX,
  })
  autoVulFix: boolean;

  @Field(() => Int, { description: 'Maximum number of nodes repaired at the same time.' })
  maxUnavailable: number;
}

/** Settings of a pool besides its name, instance types and size; common to creation and update. */
@InputType()
export abstract class PoolSettingsInput {
  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Labels of the nodes, as an object of strings (at most 50).',
  })
  labels?: unknown;

  @Field(() => [PoolTaint], { nullable: true, description: 'Taints of the nodes (at most 50).' })
  taints?: PoolTaint[] | null;

  @Field(() => InstanceConfigInput, { nullable: true, description: 'Instance configuration of the pool.' })
  instanceConfig?: InstanceConfigInput | null;

  @Field(() => NodePoolManagementInput, {
    nullable: true,
    description: 'Automatic maintenance of the pool. Default for a new pool: none.',
  })
  management?: NodePoolManagementInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Acknowledges the risk of autoscaling on the pool that holds the system components and of repairs that reset system disks. Without it, both are rejected with RISK_NOT_ACKNOWLEDGED. Default: false.',
  })
  acknowledgeRisk?: boolean | null;
}
