import type { Target, TargetCluster } from '../../../access/model/target.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';

/** Where the objects of a kind are: in a cluster (no column: it is one), in a region, or in a VPC, which is in a region. */
const tables = {
  CLUSTER: { table: 'clusters.cluster', in: 'cluster', column: 'id' },
  CLUSTER_CHECK: { table: 'clusters.cluster_check', in: 'cluster', column: 'cluster_id' },
  COMPONENT: { table: 'clusters.component', in: 'cluster', column: 'cluster_id' },
  EIP: { table: 'clusters.cloud_resource', in: 'cluster', column: 'cluster_id' },
  LOAD_BALANCER: { table: 'clusters.cloud_resource', in: 'cluster', column: 'cluster_id' },
  NODE: { table: 'clusters.node', in: 'cluster', column: 'cluster_id' },
  NODE_POOL: { table: 'clusters.node_pool', in: 'cluster', column: 'cluster_id' },
  OPERATION: { table: 'engine.operation', in: 'cluster', column: 'cluster_id' },
  SECURITY_GROUP: { table: 'clusters.security_group', in: 'vpc', column: 'vpc_id' },
  SUPPORT_TICKET: { table: 'clusters.support_ticket', in: 'cluster', column: 'cluster_id' },
  VPC: { table: 'clusters.vpc', in: 'vpc', column: 'id' },
  VSWITCH: { table: 'clusters.vswitch', in: 'vpc', column: 'vpc_id' },
} as const;

/** Kinds of objects whose place is in the database. */
export type LocatedKind = keyof typeof tables;

interface LocationRow {
  readonly id: string;
  readonly clusterId: string | null;
  readonly regionId: string | null;
  readonly labels: Record<string, string> | null;
}

/**
 * The targets of objects of one kind, in one statement; without those that the account does not have. An object that is
 * in no cluster and no region belongs to the account itself.
 */
export async function locateObjects(
  database: Database,
  account: string,
  kind: LocatedKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Target>> {
  const { table, in: place, column } = tables[kind];
  const parent = Prisma.raw(place === 'cluster' ? 'clusters.cluster' : 'clusters.vpc');
  const [clusterId, labels] =
    place === 'cluster' ? ['parent.id', 'parent.labels'] : ['NULL::text', 'NULL::jsonb'];
  const rows = await database.$queryRaw<LocationRow[]>`
    SELECT object.id, ${Prisma.raw(clusterId)} AS "clusterId", parent.region_id AS "regionId", ${Prisma.raw(labels)} AS labels
    FROM ${Prisma.raw(table)} AS object
    LEFT JOIN ${parent} AS parent ON parent.id = object.${Prisma.raw(column)}
    WHERE object.id = ANY(${[...ids]}::text[]) AND object.account = ${account}`;
  return new Map(rows.map((row) => [row.id, targetOf(row)]));
}

function targetOf({ clusterId, regionId, labels }: LocationRow): Target {
  if (regionId === null) return {};
  if (clusterId === null) return { regionId };
  const cluster: TargetCluster = { id: clusterId, regionId, labels: labels ?? {} };
  return { cluster };
}
