import type { ClusterFilter, IdFilter, Reach } from '../../../access/model/cluster-filter.js';
import { type LabelSelectorRequirement, requirementsOf } from '../../../access/model/label-selector.js';
import type { Scope } from '../../../access/model/permission.js';
import { Prisma } from '../../../prisma/generated/client.js';

const NONE = Prisma.sql`false`;

/** The rest of a WHERE clause: the rows of `clusters.cluster` that the filter contains. Empty for all. */
export function andClusters(filter: ClusterFilter): Prisma.Sql {
  const condition = clusterCondition(filter, Prisma.empty);
  return condition ? Prisma.sql`AND ${condition}` : Prisma.empty;
}

/**
 * The rest of a WHERE clause: rows whose column `cluster_id` names a cluster that the caller may read; rows without one
 * belong to the account. Empty for all.
 */
export function andInClusters({ clusters, account }: Reach, column = 'cluster_id'): Prisma.Sql {
  const condition = clusterCondition(clusters, Prisma.sql`readable.`);
  if (!condition) return Prisma.empty;
  const name = Prisma.raw(column);
  const inCluster = Prisma.sql`EXISTS (SELECT FROM clusters.cluster AS readable WHERE readable.id = ${name} AND ${condition})`;
  return account ? Prisma.sql`AND (${inCluster} OR ${name} IS NULL)` : Prisma.sql`AND ${inCluster}`;
}

/** The rest of a WHERE clause: rows of these regions. */
export function andInRegions(filter: IdFilter): Prisma.Sql {
  if ('only' in filter) return Prisma.sql`AND region_id = ANY(${[...filter.only]}::text[])`;
  if (filter.except.length === 0) return Prisma.empty;
  return Prisma.sql`AND region_id <> ALL(${[...filter.except]}::text[])`;
}

/** The condition of a filter on columns of clusters.cluster; must agree with `containsCluster`. */
function clusterCondition(filter: ClusterFilter, table: Prisma.Sql): Prisma.Sql | undefined {
  if (filter === 'all') return undefined;
  if (filter === 'none') return NONE;
  const { anyOf, noneOf } = filter;
  const parts = [
    anyOf === 'all' ? undefined : anyScope(anyOf, table),
    noneOf.length === 0 ? undefined : Prisma.sql`NOT ${anyScope(noneOf, table)}`,
  ].filter((part) => part !== undefined);
  return Prisma.sql`(${Prisma.join(parts, ' AND ')})`;
}

/** Scopes that only name a cluster are one condition, however many there are. */
function anyScope(scopes: readonly Scope[], table: Prisma.Sql): Prisma.Sql {
  const named = scopes.filter(isNamed).map(({ clusterId }) => clusterId!);
  const others = scopes.filter((scope) => !isNamed(scope)).map((scope) => scopeCondition(scope, table));
  const ids = named.length === 0 ? [] : [Prisma.sql`${table}id = ANY(${named}::text[])`];
  const parts = [...ids, ...others];
  return parts.length === 0 ? NONE : Prisma.sql`(${Prisma.join(parts, ' OR ')})`;
}

function isNamed({ clusterId, regionId, clusterSelector }: Scope): boolean {
  return clusterId !== undefined && regionId === undefined && !clusterSelector;
}

function scopeCondition({ regionId, clusterId, clusterSelector }: Scope, table: Prisma.Sql): Prisma.Sql {
  const requirements = clusterSelector ? requirementsOf(clusterSelector) : [];
  const parts = [
    regionId === undefined ? undefined : Prisma.sql`${table}region_id = ${regionId}`,
    clusterId === undefined ? undefined : Prisma.sql`${table}id = ${clusterId}`,
    ...requirements.map((requirement) => labelCondition(requirement, table)),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? Prisma.sql`true` : Prisma.sql`(${Prisma.join(parts, ' AND ')})`;
}

function labelCondition(
  { key, operator, values = [] }: LabelSelectorRequirement,
  table: Prisma.Sql,
): Prisma.Sql {
  const value = Prisma.sql`(${table}labels ->> ${key})`;
  switch (operator) {
    case 'In':
      return Prisma.sql`coalesce(${value} = ANY(${[...values]}::text[]), false)`;
    case 'NotIn':
      return Prisma.sql`coalesce(${value} <> ALL(${[...values]}::text[]), true)`;
    case 'Exists':
      return Prisma.sql`${value} IS NOT NULL`;
    case 'DoesNotExist':
      return Prisma.sql`${value} IS NULL`;
  }
}
