import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { products } from '../../../kernel/product.js';
import { conditionsSchema, stringMapSchema } from './json-schemas.js';
import type { AccountKey } from '../../../engine/jobs/queue.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import {
  createdAtColumn,
  nameColumn,
  type SortedPageRequest,
  type Sorting,
} from '../../../kernel/sorting.js';
import { type Cluster, Prisma } from '../../../prisma/generated/client.js';
import { countChildren, type ChildTable, selectChildPages } from './child-pages.js';
import { CLUSTER_COLUMNS } from './cluster-columns.js';
import {
  CLUSTER_PROFILES,
  CLUSTER_SPECS,
  CLUSTER_STATES,
  CLUSTER_TYPES,
  type ClusterState,
} from '../model/cluster.enums.js';
import {
  AUTHENTICATION_MODES,
  CLUSTER_CAPABILITIES,
  NETWORK_PLUGINS,
  STORAGE_PLUGINS,
} from '../model/cluster-kind.enums.js';
import { type ClusterFilter, filterLabels } from '../model/cluster-filter.js';
import { whereTransitionAllowed } from '../model/cluster-states.js';
import type { ClusterFilter as VisibleClusters } from '../../../access/model/cluster-filter.js';
import { andClusters } from '../../runtime/store/cluster-condition.js';
import type { Children } from './children.js';

const checks = {
  state: oneOf(CLUSTER_STATES),
  type: oneOf(CLUSTER_TYPES),
  profile: oneOf(CLUSTER_PROFILES),
  spec: oneOf(CLUSTER_SPECS).nullable(),
  product: oneOf(products),
  capability: oneOf(CLUSTER_CAPABILITIES).nullable(),
  networkPlugin: oneOf(NETWORK_PLUGINS),
  storagePlugin: oneOf(STORAGE_PLUGINS),
  authenticationMode: oneOf(AUTHENTICATION_MODES),
  labels: stringMapSchema,
  conditions: conditionsSchema,
};

export type ClusterRow = CheckedRow<Cluster, typeof checks>;

/** Validates the enum and JSON columns of cluster rows. */
export const checkClusters = checkedColumns('clusters.cluster', 'id', checks);

export type ClusterOrderField = 'CREATED_AT' | 'NAME';

export const clusterSorting: Sorting<ClusterRow, ClusterOrderField> = {
  byId: 'ASC',
  columns: { CREATED_AT: createdAtColumn, NAME: nameColumn },
};

/** A validated list request. */
export interface ClusterPageQuery extends SortedPageRequest<ClusterRow> {
  readonly account: string;
  readonly filter: ClusterFilter;
  /** Clusters that the caller may see. */
  readonly visible: VisibleClusters;
}

const byRegion: ChildTable = {
  table: 'clusters.cluster',
  columns: CLUSTER_COLUMNS,
  parent: 'region_id',
  where: 'deleted_at IS NULL',
};

/** Reads clusters. */
export class ClusterStore {
  constructor(private readonly database: Database | Transaction) {}

  /** Includes deleted clusters. */
  readonly byIds = (account: string, ids: readonly string[]): Promise<ClusterRow[]> =>
    this.database.cluster.findMany({ where: { account, id: { in: [...ids] } } }).then(checkClusters);

  /** Clusters of regions that are not deleted and that the caller may see; the same for each region of a request. */
  ofRegions(visible: VisibleClusters): Children<ClusterRow, ClusterOrderField> {
    const known = typeof visible === 'string' ? undefined : this.byVisible.get(visible);
    if (visible === 'all') return this.everywhere;
    if (known) return known;
    const children = this.childrenOfRegions({ ...byRegion, condition: andClusters(visible) });
    if (typeof visible !== 'string') this.byVisible.set(visible, children);
    return children;
  }

  private readonly byVisible = new WeakMap<object, Children<ClusterRow, ClusterOrderField>>();
  private readonly everywhere = this.childrenOfRegions(byRegion);

  private childrenOfRegions(table: ChildTable): Children<ClusterRow, ClusterOrderField> {
    return {
      byIds: this.byIds,
      sorting: clusterSorting,
      pages: (query) => selectChildPages<ClusterRow>(this.database, table, query).then(checkClusters),
      totals: (account, regions) => countChildren(this.database, table, account, regions),
      parentOf: (cluster) => cluster.regionId,
    };
  }

  page({ account, filter, visible, limit, sort, key }: ClusterPageQuery): Promise<ClusterRow[]> {
    const { afterKey: beyond, order } = keyset(sort, key);
    return this.database.$queryRaw<ClusterRow[]>`
      SELECT ${Prisma.raw(CLUSTER_COLUMNS)} FROM clusters.cluster
      WHERE ${restriction(account, filter)} ${andClusters(visible)} ${beyond} ORDER BY ${order} LIMIT ${limit}`.then(
      checkClusters,
    );
  }

  /** A page ordered by id, for reading the whole list. */
  pageById(query: {
    account: string;
    filter: ClusterFilter;
    visible: VisibleClusters;
    after: string;
    limit: number;
  }): Promise<ClusterRow[]> {
    return this.database.$queryRaw<ClusterRow[]>`
      SELECT ${Prisma.raw(CLUSTER_COLUMNS)} FROM clusters.cluster
      WHERE ${restriction(query.account, query.filter)} ${andClusters(query.visible)} AND id > ${query.after} ORDER BY id LIMIT ${query.limit}`.then(
      checkClusters,
    );
  }

  async count(account: string, filter: ClusterFilter, visible: VisibleClusters): Promise<number> {
    const rows = await this.database.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM clusters.cluster WHERE ${restriction(account, filter)} ${andClusters(visible)}`;
    return rows[0]?.total ?? 0;
  }
}

/** The WHERE clause of a filter; must agree with `matchesFilter`, which evaluates the filter on a row. */
function restriction(account: string, filter: ClusterFilter): Prisma.Sql {
  const { ids, states, regionId, product, nameContains } = filter;
  const labels = filterLabels(filter);
  const parts = [
    Prisma.sql`account = ${account}`,
    states ? Prisma.sql`state = ANY(${[...states]}::text[])` : Prisma.sql`deleted_at IS NULL`,
    ids ? Prisma.sql`id = ANY(${[...ids]}::text[])` : undefined,
    regionId == null ? undefined : Prisma.sql`region_id = ${regionId}`,
    product == null ? undefined : Prisma.sql`product = ${product}`,
    nameContains == null ? undefined : Prisma.sql`strpos(lower(name), lower(${nameContains})) > 0`,
    labels.size === 0
      ? undefined
      : Prisma.sql`labels @> ${JSON.stringify(Object.fromEntries(labels))}::jsonb`,
  ];
  return Prisma.join(
    parts.filter((part) => part !== undefined),
    ' AND ',
  );
}

/** Locks and reads the account's cluster; null if it does not exist. */
export async function lockCluster(tx: Transaction, account: string, id: string): Promise<ClusterRow | null> {
  const rows = await tx.$queryRaw<ClusterRow[]>`
    SELECT ${Prisma.raw(CLUSTER_COLUMNS)} FROM clusters.cluster WHERE id = ${id} AND account = ${account} FOR UPDATE`.then(
    checkClusters,
  );
  return rows[0] ?? null;
}

/** Whether a cluster of the account other than `except` that is not deleted has the name. */
export async function isNameTaken(
  db: Database | Transaction,
  account: string,
  name: string,
  except = '',
): Promise<boolean> {
  const twin = await db.cluster.findFirst({
    where: { account, name, deletedAt: null, id: { not: except } },
    select: { id: true },
  });
  return twin !== null;
}

/** Serializes transactions that give a cluster of the account this name. */
export async function lockClusterName(tx: Transaction, account: string, name: string): Promise<void> {
  const key = JSON.stringify(['cluster-name', account, name]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

/** Columns of an insert; the others have defaults. */
export type NewCluster = Omit<
  Prisma.ClusterUncheckedCreateInput,
  'resourceVersion' | 'deletedAt' | 'conditions'
>;

export async function insertCluster(tx: Transaction, cluster: NewCluster): Promise<void> {
  await tx.cluster.create({ data: cluster });
}

/** Columns to update; omitted columns keep their value. */
export interface ClusterChange extends Omit<Prisma.ClusterUncheckedUpdateInput, 'state'> {
  readonly state?: ClusterState;
}

/** Updates a locked cluster and increments its resourceVersion. Throws if the state transition is not allowed. */
export async function updateCluster(tx: Transaction, id: string, data: ClusterChange): Promise<void> {
  await tx.cluster.update({
    where: { id, ...whereTransitionAllowed(data) },
    data: { ...data, resourceVersion: { increment: 1 } },
  });
}

/** Reads a cluster of any account by id; includes deleted clusters. */
export function findCluster(db: Database | Transaction, id: string): Promise<ClusterRow | null> {
  return db.cluster.findUnique({ where: { id } }).then(checkClusters);
}

/** Reads a cluster that the transaction has locked. */
export function readLockedCluster(tx: Transaction, id: string): Promise<ClusterRow> {
  return tx.cluster.findUniqueOrThrow({ where: { id } }).then(checkClusters);
}

/** Whether any cluster exists. */
export async function hasClusters(db: Database): Promise<boolean> {
  return (await db.cluster.findFirst({ where: { deletedAt: null }, select: { id: true } })) !== null;
}

/** Ids of the clusters that run one of the Kubernetes versions. */
export async function clustersOfVersions(tx: Transaction, versions: readonly string[]): Promise<string[]> {
  const rows = await tx.cluster.findMany({
    where: { version: { in: [...versions] }, deletedAt: null },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** The expected condition about a cluster's Kubernetes version. */
export interface VersionSupportQuery {
  readonly condition: string;
  /** Versions that need no condition. */
  readonly supported: readonly string[];
  /** Versions with the reason `patchExpired`; other versions have `minorExpired`. */
  readonly old: readonly string[];
  readonly patchExpired: string;
  readonly minorExpired: string;
  readonly take: number;
}

/** Reads clusters whose condition about their Kubernetes version is outdated, after an id. */
export function clustersWithStaleSupport(
  database: Database,
  query: VersionSupportQuery,
): (after: string) => Promise<AccountKey[]> {
  const { condition, supported, old, patchExpired, minorExpired, take } = query;
  return (after) => database.$queryRaw<AccountKey[]>`
    SELECT id, account FROM clusters.cluster
    WHERE deleted_at IS NULL AND id > ${after} AND version <> ALL (${[...supported]})
      AND NOT conditions @> jsonb_build_array(jsonb_build_object('type', ${condition}::text, 'reason',
        CASE WHEN version = ANY (${[...old]}) THEN ${patchExpired} ELSE ${minorExpired} END))
    ORDER BY id LIMIT ${take}`;
}
