import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { pageOf, pageRequest } from '../../../../kernel/page.js';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { regionsOf } from '../../../runtime/access/reach.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Region, Zone } from '../entities/catalog-stubs.type.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { loadById, loadValue } from '../entities/data-loaders.js';
import type { ClusterResourceStore } from '../../store/cluster-resources.store.js';
import {
  type ClusterNetworkRow,
  type NetworkStore,
  type SecurityGroupRow,
  type VpcRow,
  vpcSorting,
  type VSwitchRow,
} from '../../store/network.store.js';
import {
  ClusterNetwork,
  ClusterResourceConnection,
  SecurityGroup,
  Vpc,
  VpcConnection,
  VpcOrder,
  VSwitch,
} from '../entities/network.type.js';

@Resolver(() => Vpc)
export class VpcResolver {
  constructor(private readonly store: NetworkStore) {}

  @Query(() => Vpc, { nullable: true, description: 'A VPC of the account. Null if it does not exist.' })
  vpc(@Ctx() context: RequestContext, @Arg('id', () => ID, { description: 'Id of the VPC.' }) id: string) {
    return loadById(context, this.store.vpcs, id);
  }

  @Query(() => VpcConnection, { description: "The account's VPCs." })
  async vpcs(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('regionId', () => ID, { nullable: true, description: 'Only VPCs in this region.' })
    regionId?: string | null,
    @OrderByArg(VpcOrder, 'oldest first') orderBy?: VpcOrder | null,
  ) {
    const { account } = context.actor;
    const { limit, sort, key } = sortedPageRequest({ ...page, orderBy }, vpcSorting);
    const visible = await regionsOf(context, 'vpcs.read');
    const query = { account, regionId: regionId ?? null, visible, limit: limit + 1, sort, key };
    return toConnection(pageOf(await this.store.page(query), limit), {
      key: (vpc) => sortKey(sort, vpc),
      after: page.after,
      count: () => this.store.count(query),
    });
  }

  @FieldResolver(() => Region, { description: 'Region of the VPC.' })
  region(@Root() vpc: VpcRow) {
    return { id: vpc.regionId };
  }

  @FieldResolver(() => [VSwitch], { description: 'vSwitches of the VPC, oldest first.' })
  async vSwitches(@Ctx() context: RequestContext, @Root() vpc: VpcRow) {
    return (await loadValue(context, this.store.vSwitchesOfVpcs, vpc.id)) ?? [];
  }

  @FieldResolver(() => [SecurityGroup], { description: 'Security groups of the VPC, oldest first.' })
  async securityGroups(@Ctx() context: RequestContext, @Root() vpc: VpcRow) {
    return (await loadValue(context, this.store.groupsOfVpcs, vpc.id)) ?? [];
  }

  @FieldResolver(() => Int, { description: 'Number of clusters in the VPC that the caller may read.' })
  async clusterCount(@Ctx() context: RequestContext, @Root() vpc: VpcRow) {
    const { clusters } = await reachOf(context, 'clusters.read');
    return (await loadValue(context, this.store.clustersIn(clusters), vpc.id)) ?? 0;
  }
}

@Resolver(() => VSwitch)
export class VSwitchResolver {
  constructor(private readonly store: NetworkStore) {}

  @FieldResolver(() => Vpc, { description: 'VPC of the vSwitch.' })
  vpc(@Ctx() context: RequestContext, @Root() vSwitch: VSwitchRow) {
    return loadById(context, this.store.vpcs, vSwitch.vpcId);
  }

  @FieldResolver(() => Zone, { description: 'Zone of the vSwitch.' })
  zone(@Root() vSwitch: VSwitchRow) {
    return { id: vSwitch.zoneId };
  }
}

@Resolver(() => SecurityGroup)
export class SecurityGroupResolver {
  constructor(private readonly store: NetworkStore) {}

  @FieldResolver(() => Vpc, { description: 'VPC of the security group.' })
  vpc(@Ctx() context: RequestContext, @Root() group: SecurityGroupRow) {
    return loadById(context, this.store.vpcs, group.vpcId);
  }
}

@Resolver(() => ClusterNetwork)
export class ClusterNetworkPartsResolver {
  constructor(private readonly store: NetworkStore) {}

  @FieldResolver(() => Vpc, { description: 'VPC of the cluster.' })
  vpc(@Ctx() context: RequestContext, @Root() network: ClusterNetworkRow) {
    return loadById(context, this.store.vpcs, network.vpcId);
  }

  @FieldResolver(() => [VSwitch], { description: 'vSwitches of the nodes.' })
  async vSwitches(@Ctx() context: RequestContext, @Root() network: ClusterNetworkRow) {
    const rows = await Promise.all(
      network.vSwitchIds.map((id) => loadById(context, this.store.vSwitches, id)),
    );
    return rows.filter((row) => row !== null);
  }

  @FieldResolver(() => SecurityGroup, { description: 'Security group of the nodes.' })
  securityGroup(@Ctx() context: RequestContext, @Root() network: ClusterNetworkRow) {
    return loadById(context, this.store.securityGroups, network.securityGroupId);
  }
}

@Resolver(() => Cluster)
export class ClusterNetworkResolver {
  constructor(
    private readonly store: NetworkStore,
    private readonly resourceStore: ClusterResourceStore,
  ) {}

  @FieldResolver(() => ClusterNetwork, {
    nullable: true,
    description: 'Network of the cluster. Null for a registered cluster and for a deleted one.',
  })
  async network(@Ctx() context: RequestContext, @Root() cluster: ClusterRow) {
    return (await loadValue(context, this.store.networks, cluster.id)) ?? null;
  }

  @Cost(200)
  @FieldResolver(() => ClusterResourceConnection, {
    description: 'Cloud resources that the cluster consists of or depends on, with their deletion behavior.',
  })
  async resources(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    const { limit, key } = pageRequest(page);
    const all = (await loadValue(context, this.resourceStore.ofClusters, cluster.id)) ?? [];
    const start = key ? all.findIndex(({ id }) => id === key[0]) + 1 : 0;
    return toConnection(pageOf(all.slice(start), limit), {
      key: ({ id }) => [id],
      after: page.after,
      count: () => Promise.resolve(all.length),
    });
  }
}
