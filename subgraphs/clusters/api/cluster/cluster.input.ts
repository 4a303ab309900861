import { UpgradeRollingPolicyInput } from '../upgrade/upgrade.type.js';
import { Field, ID, InputType, Int } from 'type-graphql';
import { BigIntScalar, JSONScalar } from '../../../runtime/graph/scalars.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { ClusterNetworkInput } from '../network/network.input.js';
import { ChargeType } from '../entities/pool-config.type.js';
import { NodePoolInput } from '../node-pool/node-pool.input.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ClusterProfile, ClusterSpec, ClusterState, ClusterType } from '../entities/cluster.enums.js';
import { ClusterCapability, NetworkPlugin, StoragePlugin } from '../entities/cluster-kind.enums.js';
import { ChangeTiming } from '../entities/maintenance-window.enums.js';

const IMMUTABLE = 'Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD.';
@InputType({ description: 'Filter of clusters; all conditions are combined with AND.' })
export class ClusterFilter {
  @Field(() => [ID], { nullable: true, description: 'Clusters with one of these ids (at most 500).' })
  ids?: string[] | null;

  @Field(() => [ClusterState], {
    nullable: true,
    description: 'Clusters in one of these states. Default: every state except DELETED.',
  })
  states?: ClusterState[] | null;

  @Field(() => ID, { nullable: true, description: 'In this region.' })
  regionId?: string | null;

  @Field(() => Product, { nullable: true, description: 'Clusters of this product.' })
  product?: Product | null;

  @Field(() => String, {
    nullable: true,
    description: 'Clusters whose name contains this text, ignoring case.',
  })
  nameContains?: string | null;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Clusters with all these labels, as an object of strings.',
  })
  labels?: unknown;
}

@InputType({ description: 'The masters of a dedicated cluster: exactly three.' })
export class MastersInput {
  @Field(() => Int, { nullable: true, description: 'How many: 3.' })
  count?: number | null;

  @Field(() => ID, { nullable: true, description: 'Instance type of each; `ecs.g7.xlarge` if omitted.' })
  instanceType?: string | null;
}

@InputType({ description: 'The load balancer of an API server.' })
export class LoadBalancerInput {
  @Field(() => ChargeType, {
    description: 'How it is paid: POSTPAID; only instances can be had by subscription.',
  })
  chargeType: ChargeType;
}

@InputType({ description: 'A cluster to be created.' })
export class CreateClusterInput {
  @Field(() => String, {
    description: '1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen.',
  })
  name: string;

  @Field(() => ID, { description: 'Where; see Query.regions.' })
  regionId: string;

  @Field(() => ClusterType, { description: 'Owner of the control plane.' })
  type: ClusterType;

  @Field(() => ClusterProfile, {
    nullable: true,
    defaultValue: 'DEFAULT',
    description: 'Profile of the cluster.',
  })
  profile?: ClusterProfile | null;

  @Field(() => ClusterSpec, {
    nullable: true,
    description: 'Edition of a managed cluster; STANDARD if omitted.',
  })
  spec?: ClusterSpec | null;

  @Field(() => ClusterCapability, {
    nullable: true,
    description: 'Capability of its instances: makes it heterogeneous, sandbox or confidential.',
  })
  capability?: ClusterCapability | null;

  @Field(() => MastersInput, {
    nullable: true,
    description: 'The masters of a dedicated cluster; three of the usual type if omitted.',
  })
  masters?: MastersInput | null;

  @Field(() => NetworkPlugin, {
    nullable: true,
    description: 'Network plugin of its pods; FLANNEL if omitted.',
  })
  networkPlugin?: NetworkPlugin | null;

  @Field(() => ClusterNetworkInput, {
    nullable: true,
    description:
      "How it is connected; to the region's default VPC, with free ranges for pods and Services, if omitted.",
  })
  network?: ClusterNetworkInput | null;

  @Field(() => StoragePlugin, {
    nullable: true,
    description: 'Plugin that provides the volumes of its pods; CSI if omitted.',
  })
  storagePlugin?: StoragePlugin | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Kubernetes version, as patch (`1.34.1`) or minor (`1.34`: its newest patch); the newest if omitted.',
  })
  version?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "Time zone of its schedules: one of Query.timeZones, by any of its IANA names; the region's if omitted.",
  })
  timeZone?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Zones its nodes are spread over; all of the region if omitted.',
  })
  zoneIds?: string[] | null;

  @Field(() => LoadBalancerInput, {
    nullable: true,
    description: 'The load balancer of its API server; paid by use if omitted.',
  })
  loadBalancer?: LoadBalancerInput | null;

  @Field(() => [NodePoolInput], { nullable: true, description: 'Initial node pools (at most 100).' })
  nodePools?: NodePoolInput[] | null;

  @Field(() => JSONScalar, { nullable: true, description: 'Labels: a map of strings (at most 50).' })
  labels?: unknown;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Reject deletion until this is disabled. Default false.',
  })
  deletionProtection?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Change of a cluster; omitted fields stay unchanged.' })
export class UpdateClusterInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'New name.' })
  name?: string | null;

  @Field(() => JSONScalar, { nullable: true, description: 'All labels: replaces the map.' })
  labels?: unknown;

  @Field(() => Boolean, { nullable: true, description: 'Turn deletion protection on or off.' })
  deletionProtection?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Labels of a registered cluster are changed only with true: applications there may depend on them.',
  })
  acknowledgeRisk?: boolean | null;

  @Field(() => ID, { nullable: true, description: IMMUTABLE })
  regionId?: string | null;

  @Field(() => ID, { nullable: true, description: IMMUTABLE })
  vpcId?: string | null;

  @Field(() => ClusterType, { nullable: true, description: IMMUTABLE })
  type?: ClusterType | null;

  @Field(() => ClusterProfile, { nullable: true, description: IMMUTABLE })
  profile?: ClusterProfile | null;

  @Field(() => ClusterSpec, {
    nullable: true,
    description: `${IMMUTABLE} (ACK Standard becomes Pro by migrateCluster.)`,
  })
  spec?: ClusterSpec | null;

  @Field(() => ClusterCapability, { nullable: true, description: IMMUTABLE })
  capability?: ClusterCapability | null;

  @Field(() => NetworkPlugin, { nullable: true, description: IMMUTABLE })
  networkPlugin?: NetworkPlugin | null;

  @Field(() => StoragePlugin, { nullable: true, description: IMMUTABLE })
  storagePlugin?: StoragePlugin | null;

  @Field(() => Int, { nullable: true, description: `Masters. ${IMMUTABLE}` })
  masterCount?: number | null;

  @Field(() => BigIntScalar, {
    nullable: true,
    description: 'Reject with CONFLICT unless this is the current version.',
  })
  resourceVersion?: bigint | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A cluster to be upgraded.' })
export class UpgradeClusterInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => String, {
    description: 'One of `version.upgradeTargets`, as patch or minor (its newest patch).',
  })
  version: string;

  @Field(() => ChangeTiming, {
    nullable: true,
    description:
      'When it starts. If omitted: MAINTENANCE_WINDOW if the cluster has an enabled maintenance window, else IMMEDIATE.',
  })
  timing?: ChangeTiming | null;

  @Field(() => UpgradeRollingPolicyInput, {
    nullable: true,
    description: 'How its nodes are upgraded; a tenth of each pool at a time if omitted.',
  })
  rollingPolicy?: UpgradeRollingPolicyInput | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A cluster to be deleted.' })
export class DeleteClusterInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Resources that the platform made for it and that shall stay: VPC, vSwitches, security group, load balancer, address (see `Cluster.resources`). They belong to the account then.',
  })
  retainResourceIds?: string[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
