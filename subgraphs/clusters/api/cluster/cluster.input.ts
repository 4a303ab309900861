import { UpgradeRollingPolicyInput } from '../upgrade/upgrade.type.js';
import { Field, ID, InputType, Int } from 'type-graphql';
import { BigIntScalar, JSONScalar } from '../../../runtime/graph/scalars.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { ClusterNetworkInput } from '../network/network.input.js';
import { ChargeType } from '../entities/pool-config.type.js';
import { NodePoolInput } from '../node-pool/node-pool.input.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ClusterProfile, ClusterSpec, ClusterState, ClusterType } from '../entities/cluster.enums.js';
import {
  AuthenticationMode,
  ClusterCapability,
  NetworkPlugin,
  StoragePlugin,
} from '../entities/cluster-kind.enums.js';
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

  @Field(() => ID, { nullable: true, description: 'Clusters in this region.' })
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

@InputType({ description: 'Masters of a dedicated cluster.' })
export class MastersInput {
  @Field(() => Int, { nullable: true, description: 'Number of masters: exactly 3.' })
  count?: number | null;

  @Field(() => ID, { nullable: true, description: 'Instance type of each master. Default: `ecs.g7.xlarge`.' })
  instanceType?: string | null;
}

@InputType({ description: 'Load balancer of an API server.' })
export class LoadBalancerInput {
  @Field(() => ChargeType, {
    description: 'Charge type. Only POSTPAID is accepted: subscriptions are for instances only.',
  })
  chargeType: ChargeType;
}

@InputType({ description: 'A cluster to create.' })
export class CreateClusterInput {
  @Field(() => String, {
    description:
      'Name: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen.',
  })
  name: string;

  @Field(() => ID, { description: 'Id of the region; see Query.regions.' })
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
    description: 'Edition of a managed cluster. Default: STANDARD.',
  })
  spec?: ClusterSpec | null;

  @Field(() => ClusterCapability, {
    nullable: true,
    description:
      'Capability of the instances: makes the cluster heterogeneous, sandbox or confidential. Default: none.',
  })
  capability?: ClusterCapability | null;

  @Field(() => MastersInput, {
    nullable: true,
    description: 'Masters of a dedicated cluster. Default: three of the default instance type.',
  })
  masters?: MastersInput | null;

  @Field(() => NetworkPlugin, {
    nullable: true,
    description: 'Network plugin (CNI). Default: FLANNEL.',
  })
  networkPlugin?: NetworkPlugin | null;

  @Field(() => ClusterNetworkInput, {
    nullable: true,
    description:
      "Network of the cluster. Default: the region's default VPC, with free ranges for pods and Services.",
  })
  network?: ClusterNetworkInput | null;

  @Field(() => StoragePlugin, {
    nullable: true,
    description: 'Storage plugin: provides the volumes of pods. Default: CSI.',
  })
  storagePlugin?: StoragePlugin | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Kubernetes version, as patch (`1.34.1`) or minor (`1.34`: its newest patch). Default: the newest version.',
  })
  version?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Time zone of the maintenance window and schedules: any IANA name of one of Query.timeZones. Default: the time zone of the region.',
  })
  timeZone?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of the zones for the nodes. Default: all zones of the region.',
  })
  zoneIds?: string[] | null;

  @Field(() => LoadBalancerInput, {
    nullable: true,
    description: 'Load balancer of the API server. Default: pay-as-you-go.',
  })
  loadBalancer?: LoadBalancerInput | null;

  @Field(() => [NodePoolInput], { nullable: true, description: 'Initial node pools (at most 100).' })
  nodePools?: NodePoolInput[] | null;

  @Field(() => JSONScalar, { nullable: true, description: 'Labels, as an object of strings (at most 50).' })
  labels?: unknown;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to reject deletion until this protection is turned off. Default: false.',
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

  @Field(() => AuthenticationMode, {
    nullable: true,
    description:
      'Whose users the API server authenticates. With KUBERNETES it rejects the kubeconfigs of the platform within seconds and ends their watches and execs. Rejected with INVALID_INPUT for registered clusters.',
  })
  authenticationMode?: AuthenticationMode | null;

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

@InputType({ description: 'An upgrade of the Kubernetes version of a cluster.' })
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
      'When the change starts. Default: MAINTENANCE_WINDOW if the cluster has an enabled maintenance window, else IMMEDIATE.',
  })
  timing?: ChangeTiming | null;

  @Field(() => UpgradeRollingPolicyInput, {
    nullable: true,
    description: 'How the nodes are upgraded. Default: a tenth of each pool at a time.',
  })
  rollingPolicy?: UpgradeRollingPolicyInput | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A cluster to delete.' })
export class DeleteClusterInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Ids of resources to keep that the platform created for the cluster: VPC, vSwitches, security group, load balancer, public address (see `Cluster.resources`). They belong to the account afterwards.',
  })
  retainResourceIds?: string[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
