import type { ClusterFilter, IdFilter, Reach } from '../../../access/model/cluster-filter.js';
import { andInClusters, andInRegions } from '../../runtime/store/cluster-condition.js';
import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import {
  createdAtColumn,
  nameColumn,
  type SortedPageRequest,
  type Sorting,
} from '../../../kernel/sorting.js';
import {
  type CloudResource,
  type ClusterNetwork,
  Prisma,
  type SecurityGroup,
  type Vpc,
  type VSwitch,
} from '../../../prisma/generated/client.js';
import { NETWORK_PLUGINS } from '../model/cluster-kind.enums.js';
import { CLOUD_RESOURCE_TYPES, RESOURCE_CREATORS } from '../model/network.enums.js';

const creator = oneOf(RESOURCE_CREATORS);
const resourceChecks = { type: oneOf(CLOUD_RESOURCE_TYPES) };
const groupChecks = {
  creator,
  rules: z.array(
    z.looseObject({
      direction: z.string(),
      protocol: z.string(),
      fromPort: z.number().nullable(),
      toPort: z.number().nullable(),
      cidr: z.string(),
    }),
  ),
};
const networkChecks = {
  plugin: oneOf(NETWORK_PLUGINS),
  quotaUsage: z
    .looseObject({
      routes: z.number(),
      addresses: z.number(),
      enis: z.number(),
      groups: z.record(z.string(), z.number()),
    })
    .partial(),
};

export type VpcRow = CheckedRow<Vpc, { creator: typeof creator }>;
export type VSwitchRow = CheckedRow<VSwitch, { creator: typeof creator }>;
export type SecurityGroupRow = CheckedRow<SecurityGroup, typeof groupChecks>;
export type ClusterNetworkRow = CheckedRow<ClusterNetwork, typeof networkChecks>;
export type CloudResourceRow = CheckedRow<CloudResource, typeof resourceChecks>;

export const checkVpcs = checkedColumns('clusters.vpc', 'id', { creator });
export const checkVSwitches = checkedColumns('clusters.vswitch', 'id', { creator });
export const checkSecurityGroups = checkedColumns('clusters.security_group', 'id', groupChecks);
export const checkClusterNetworks = checkedColumns('clusters.cluster_network', 'clusterId', networkChecks);
export const checkCloudResources = checkedColumns('clusters.cloud_resource', 'id', resourceChecks);

type Ids = readonly string[];
type CountByVpc = (account: string, ids: Ids) => Promise<Map<string, number>>;

const columns = { CREATED_AT: createdAtColumn, NAME: nameColumn };
export const vpcSorting: Sorting<VpcRow, keyof typeof columns> = { byId: 'ASC', columns };
/** The Pick allows sorting rows as well as their GraphQL objects. */
export const retainedSorting: Sorting<
  Pick<CloudResourceRow, 'id' | 'name' | 'createdAt'>,
  keyof typeof columns
> = { byId: 'ASC', columns };

/** A validated list request. */
export interface VpcPageQuery extends SortedPageRequest<VpcRow> {
  readonly account: string;
  /** Only VPCs of this region; null: all regions. */
  readonly regionId: string | null;
  /** Regions whose VPCs the caller may see. */
  readonly visible: IdFilter;
}

/** Reads network resources of an account. */
export class NetworkStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly vpcs = (account: string, ids: Ids): Promise<VpcRow[]> =>
    this.database.vpc.findMany({ where: { account, id: { in: [...ids] } } }).then(checkVpcs);

  readonly vSwitches = (account: string, ids: Ids): Promise<VSwitchRow[]> =>
    this.database.vSwitch.findMany({ where: { account, id: { in: [...ids] } } }).then(checkVSwitches);

  readonly securityGroups = (account: string, ids: Ids): Promise<SecurityGroupRow[]> =>
    this.database.securityGroup
      .findMany({ where: { account, id: { in: [...ids] } } })
      .then(checkSecurityGroups);

  readonly vSwitchesOfVpcs = async (account: string, ids: Ids): Promise<Map<string, VSwitchRow[]>> => {
    const where = { account, vpcId: { in: [...ids] } };
    const rows = await this.database.vSwitch.findMany({ where, orderBy: { id: 'asc' } }).then(checkVSwitches);
    return Map.groupBy(rows, ({ vpcId }) => vpcId);
  };

  readonly groupsOfVpcs = async (account: string, ids: Ids): Promise<Map<string, SecurityGroupRow[]>> => {
    const where = { account, vpcId: { in: [...ids] } };
    const rows = await this.database.securityGroup
      .findMany({ where, orderBy: { id: 'asc' } })
      .then(checkSecurityGroups);
    return Map.groupBy(rows, ({ vpcId }) => vpcId);
  };

  readonly networks = async (account: string, ids: Ids): Promise<Map<string, ClusterNetworkRow>> => {
    const rows = await this.database.clusterNetwork
      .findMany({
        where: { account, clusterId: { in: [...ids] } },
      })
      .then(checkClusterNetworks);
    return new Map(rows.map((row) => [row.clusterId, row]));
  };

  /** Counts the clusters in each VPC that the caller may see; the same function for each VPC of a request. */
  clustersIn(visible: ClusterFilter): CountByVpc {
    if (typeof visible === 'string') return this.clustersInByName[visible];
    const known = this.visibleClustersIn.get(visible) ?? this.countClusters(visible);
    this.visibleClustersIn.set(visible, known);
    return known;
  }

  private readonly visibleClustersIn = new WeakMap<object, CountByVpc>();
  private readonly clustersInByName = { all: this.countClusters('all'), none: this.countClusters('none') };

  private countClusters(clusters: ClusterFilter): CountByVpc {
    return async (account, ids) => {
      const rows = await this.database.$queryRaw<{ vpcId: string; count: number }[]>`
        SELECT vpc_id AS "vpcId", count(*)::int AS count FROM clusters.cluster_network
        WHERE account = ${account} AND vpc_id = ANY(${[...ids]}::text[]) ${andInClusters({ clusters, account: false })}
        GROUP BY vpc_id`;
      return new Map(rows.map(({ vpcId, count }) => [vpcId, count]));
    };
  }

  readonly resources = async (account: string, ids: Ids): Promise<Map<string, CloudResourceRow[]>> => {
    const where = { account, clusterId: { in: [...ids] }, retained: false };
    const rows = await this.database.cloudResource
      .findMany({ where, orderBy: { id: 'asc' } })
      .then(checkCloudResources);
    return Map.groupBy(rows, ({ clusterId }) => clusterId);
  };

  /** A page of resources that were kept when their cluster was deleted. */
  retained(
    account: string,
    reach: Reach,
    { limit, sort, key }: SortedPageRequest<CloudResourceRow>,
  ): Promise<CloudResourceRow[]> {
    const { afterKey: beyond, order } = keyset(sort, key);
    return this.database.$queryRaw<CloudResourceRow[]>`
      SELECT id, account, cluster_id AS "clusterId", type, name, retained, created_at AS "createdAt"
      FROM clusters.cloud_resource WHERE account = ${account} AND retained ${andInClusters(reach)} ${beyond}
      ORDER BY ${order} LIMIT ${limit}`.then(checkCloudResources);
  }

  retainedByIds(account: string, ids: Ids): Promise<CloudResourceRow[]> {
    return this.database.cloudResource
      .findMany({ where: { account, retained: true, id: { in: [...ids] } } })
      .then(checkCloudResources);
  }

  async countRetained(account: string, reach: Reach): Promise<number> {
    const rows = await this.database.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM clusters.cloud_resource
      WHERE account = ${account} AND retained ${andInClusters(reach)}`;
    return rows[0]?.total ?? 0;
  }

  page(query: VpcPageQuery): Promise<VpcRow[]> {
    const { account, regionId, visible, limit, sort, key } = query;
    const { afterKey: beyond, order } = keyset(sort, key);
    const inRegion = regionId === null ? Prisma.empty : Prisma.sql`AND region_id = ${regionId}`;
    return this.database.$queryRaw<VpcRow[]>`
      SELECT id, account, name, region_id AS "regionId", cidr, creator, created_at AS "createdAt"
      FROM clusters.vpc WHERE account = ${account} ${inRegion} ${andInRegions(visible)} ${beyond} ORDER BY ${order} LIMIT ${limit}`.then(
      checkVpcs,
    );
  }

  async count({ account, regionId, visible }: Pick<VpcPageQuery, 'account' | 'regionId' | 'visible'>) {
    const inRegion = regionId === null ? Prisma.empty : Prisma.sql`AND region_id = ${regionId}`;
    const rows = await this.database.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM clusters.vpc WHERE account = ${account} ${inRegion} ${andInRegions(visible)}`;
    return rows[0]?.total ?? 0;
  }
}
