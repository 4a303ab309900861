import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { CHARGE_TYPES } from '../model/node-pool.enums.js';
import { NODE_ORIGINS } from '../model/node.enums.js';
import { grantedClaims } from './cloud-resource-claim.store.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { type ClusterParts, type ResourceView, resourcesOf } from '../model/cluster-resources.rules.js';
import { configOf } from '../model/pool-config.js';
import { type ClusterNetworkRow, NetworkStore } from './network.store.js';
import { observedScalingGroup } from '../model/scaling-group.js';

const checkOrigins = checkedColumns('clusters.node', 'name', {
  chargeType: oneOf(CHARGE_TYPES),
  origin: oneOf(NODE_ORIGINS),
});

/** Reads the resources of many clusters in a fixed number of statements. */
export class ClusterResourceStore {
  private readonly networks: NetworkStore;

  constructor(private readonly database: Database | Transaction) {
    this.networks = new NetworkStore(database);
  }

  readonly ofClusters = async (
    account: string,
    ids: readonly string[],
  ): Promise<Map<string, ResourceView[]>> => {
    const where = { account, clusterId: { in: [...ids] } };
    const [networks, resources, pools, nodes, claims] = await Promise.all([
      this.networks.networks(account, ids),
      this.networks.resources(account, ids),
      this.database.nodePool.findMany({
        where: { ...where, deletedAt: null },
        select: { name: true, clusterId: true, config: true, scalingGroup: true },
        orderBy: { id: 'asc' },
      }),
      this.database.node
        .findMany({
          where: { ...where, state: { not: 'failed' } },
          select: {
            name: true,
            instanceId: true,
            vcpus: true,
            chargeType: true,
            origin: true,
            clusterId: true,
          },
          orderBy: { id: 'asc' },
        })
        .then(checkOrigins),
      grantedClaims(this.database, account, ids),
    ]);
    const all = [...networks.values()];
    const poolsOf = Map.groupBy(pools, ({ clusterId }) => clusterId);
    const placesOf = new Map(all.map((network) => [network.clusterId, locationIn(network, poolsOf)]));
    const places = [...placesOf.values()];
    const [vpcs, vSwitches, groups, clustersIn] = await Promise.all([
      this.networks.vpcs(account, [...new Set(all.map(({ vpcId }) => vpcId))]),
      this.networks.vSwitches(account, [...new Set(places.flatMap((one) => [...one.vSwitchIds]))]),
      this.networks.securityGroups(account, [...new Set(places.flatMap((one) => [...one.groupIds]))]),
      this.networks.clustersIn('all')(account, [...new Set(all.map(({ vpcId }) => vpcId))]),
    ]);
    const nodesOf = Map.groupBy(nodes, ({ clusterId }) => clusterId);
    const parts = (id: string): ClusterParts => {
      const network = networks.get(id);
      return {
        network,
        vpc: vpcs.find((vpc) => vpc.id === network?.vpcId),
        vSwitches: vSwitches.filter((vSwitch) => placesOf.get(id)?.vSwitchIds.has(vSwitch.id)),
        securityGroups: groups.filter((group) => placesOf.get(id)?.groupIds.has(group.id)),
        resources: resources.get(id) ?? [],
        pools: (poolsOf.get(id) ?? []).map((pool) => ({
          name: pool.name,
          scalingGroupId: observedScalingGroup(pool)?.id ?? null,
        })),
        nodes: nodesOf.get(id) ?? [],
        claims: claims.get(id) ?? [],
        clustersInVpc: clustersIn.get(network?.vpcId ?? '') ?? 0,
      };
    };
    return new Map(ids.map((id) => [id, resourcesOf(parts(id))]));
  };
}

/** vSwitches and security groups of a cluster's instances. */
interface ResourceLocation {
  readonly vSwitchIds: ReadonlySet<string>;
  readonly groupIds: ReadonlySet<string>;
}

/** The vSwitches and security groups of a cluster and its pools. */
function locationIn(
  { clusterId, vSwitchIds, securityGroupId }: ClusterNetworkRow,
  poolsOf: ReadonlyMap<string, readonly { readonly config: unknown }[]>,
): ResourceLocation {
  const configs = (poolsOf.get(clusterId) ?? []).map((pool) => configOf(pool).instanceConfig);
  return {
    vSwitchIds: new Set([...vSwitchIds, ...configs.flatMap((one) => one.vSwitchIds)]),
    groupIds: new Set([securityGroupId, ...configs.flatMap((one) => one.securityGroupId ?? [])]),
  };
}
