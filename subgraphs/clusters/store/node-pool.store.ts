import {
  checkedColumns,
  type CheckedRow,
  oneOf,
  problemSchema,
} from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import { conditionsSchema, stringMapSchema, taintsSchema } from './json-schemas.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { createdAtColumn, nameColumn, type Sorting } from '../../../kernel/sorting.js';
import { type NodePool, Prisma } from '../../../prisma/generated/client.js';
import { CLUSTER_STATES, type ClusterState } from '../model/cluster.enums.js';
import { CONTAINER_RUNTIMES, type ContainerRuntime } from '../model/cluster-kind.enums.js';
import type { Condition } from '../model/conditions.js';
import type { PoolNodeDrift } from '../model/node-drift.js';
import { NODE_POOL_STATES, type NodePoolState } from '../model/node-pool.enums.js';
import type { PoolConfig } from '../model/pool-config.js';
import type { ObservedScalingGroup } from '../model/scaling-group.js';
import { NO_JSON, toJson } from './json-column.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

const diskSchema = z.looseObject({ category: z.string(), sizeGiB: z.number() });

/** Older releases may not have written every setting; `configOf` adds the missing ones. */
const configSchema = z.looseObject({
  labels: stringMapSchema.optional(),
  taints: taintsSchema.optional(),
  instanceConfig: z
    .looseObject({
      imageId: z.string(),
      zoneIds: z.array(z.string()),
      vSwitchIds: z.array(z.string()),
      securityGroupId: z.string().nullable(),
      systemDisk: diskSchema,
      dataDisks: z.array(diskSchema),
      chargeType: z.string(),
      spotStrategy: z.string().nullable(),
      spotPriceLimit: z.number().nullable(),
      userData: z.string(),
    })
    .partial()
    .optional(),
  management: z
    .looseObject({
      autoRepair: z.boolean(),
      allowSystemDiskReset: z.boolean(),
      autoUpgrade: z.boolean(),
      autoVulFix: z.boolean(),
      maxUnavailable: z.number(),
    })
    .partial()
    .optional(),
});

const autoscalingSchema = z.looseObject({
  enabled: z.boolean(),
  minSize: z.number(),
  maxSize: z.number(),
});

const scalingGroupSchema = z.looseObject({
  id: z.string(),
  state: z.enum(['ACTIVE', 'DELETED']),
  minSize: z.number(),
  maxSize: z.number(),
  desiredSize: z.number(),
  checkedAt: z.string(),
});

const driftSchema = z.looseObject({
  missingInKubernetes: z.array(z.string()),
  missingInScalingGroup: z.array(z.string()).optional(),
  observedAt: z.string(),
});

const checks = {
  state: oneOf(NODE_POOL_STATES),
  runtime: oneOf(CONTAINER_RUNTIMES),
  config: configSchema,
  autoscaling: autoscalingSchema.nullish(),
  scalingGroup: scalingGroupSchema.nullish(),
  drift: driftSchema.nullish(),
  capacityError: problemSchema.nullish(),
  conditions: conditionsSchema,
};

export type NodePoolRow = CheckedRow<NodePool, typeof checks>;

/** Validates the enum and JSON columns of node pool rows. */
export const checkNodePools = checkedColumns('clusters.node_pool', 'id', checks);

export type NodePoolOrderField = 'CREATED_AT' | 'NAME';

const nodePoolSorting: Sorting<NodePoolRow, NodePoolOrderField> = {
  byId: 'ASC',
  columns: { CREATED_AT: createdAtColumn, NAME: nameColumn },
};

/** Number of a pool's nodes by state. */
export interface NodeCounts {
  /** Excludes failed nodes. */
  readonly total: number;
  /** Nodes of `total` that are being removed. */
  readonly removing: number;
  readonly serving: number;
  readonly healthy: number;
  readonly failed: number;
}

const NODE_POOL_COLUMNS = `id, account, cluster_id AS "clusterId", name, state, instance_types AS "instanceTypes",
  desired_size AS "desiredSize", autoscaling, is_default AS "isDefault", config, scaling_group AS "scalingGroup",
  drift, runtime, gpu_sharing AS "gpuSharing",
  edge_autonomy AS "edgeAutonomy", finalizers, resource_version AS "resourceVersion", generation,
  observed_generation AS "observedGeneration", operation_id AS "operationId", conditions, created_at AS "createdAt",
  deleted_at AS "deletedAt"`;

const byCluster: ChildTable = {
  table: 'clusters.node_pool',
  columns: NODE_POOL_COLUMNS,
  parent: 'cluster_id',
  where: 'deleted_at IS NULL',
};

/** Reads node pools that are not deleted. */
export class NodePoolStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<NodePoolRow[]> =>
    this.database.nodePool
      .findMany({ where: { account, id: { in: [...ids] }, deletedAt: null } })
      .then(checkNodePools);

  /** Reads pools by the cloud's ids of their scaling groups. */
  ofScalingGroups(account: string, groups: readonly string[]): Promise<NodePoolRow[]> {
    return this.database.$queryRaw<NodePoolRow[]>`
      SELECT ${Prisma.raw(NODE_POOL_COLUMNS)} FROM clusters.node_pool
      WHERE account = ${account} AND deleted_at IS NULL AND scaling_group->>'id' = ANY(${[...groups]}::text[])`.then(
      checkNodePools,
    );
  }

  readonly ofClusters: Children<NodePoolRow, NodePoolOrderField> = {
    byIds: this.byIds,
    sorting: nodePoolSorting,
    pages: (query) => selectChildPages<NodePoolRow>(this.database, byCluster, query).then(checkNodePools),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (pool) => pool.clusterId,
  };

  /** Node counts of pools, in one grouped statement. */
  readonly nodeCounts = async (
    account: string,
    pools: readonly string[],
  ): Promise<Map<string, NodeCounts>> => {
    const rows = await this.database.$queryRaw<({ pool: string } & NodeCounts)[]>`
      SELECT node_pool_id AS pool, count(*) FILTER (WHERE state <> 'failed')::int AS total,
        count(*) FILTER (WHERE state = 'removing')::int AS removing,
        count(*) FILTER (WHERE state = 'running')::int AS serving,
        count(*) FILTER (WHERE state = 'running' AND status = 'Ready')::int AS healthy,
        count(*) FILTER (WHERE state = 'failed')::int AS failed
      FROM clusters.node WHERE node_pool_id = ANY(${[...pools]}::text[]) AND account = ${account}
      GROUP BY node_pool_id`;
    return new Map(rows.map(({ pool, ...counts }) => [pool, counts]));
  };
}

/** Locks and reads the account's node pool; null if it does not exist or is deleted. */
export async function lockNodePool(
  tx: Transaction,
  account: string,
  id: string,
): Promise<NodePoolRow | null> {
  const rows = await tx.$queryRaw<NodePoolRow[]>`
    SELECT ${Prisma.raw(NODE_POOL_COLUMNS)} FROM clusters.node_pool
    WHERE id = ${id} AND account = ${account} AND deleted_at IS NULL FOR UPDATE`.then(checkNodePools);
  return rows[0] ?? null;
}

/** The cluster of the account's node pool; null if the pool does not exist or is deleted. Takes no lock. */
export async function clusterOfPool(tx: Transaction, account: string, id: string): Promise<string | null> {
  const pool = await tx.nodePool.findFirst({
    where: { id, account, deletedAt: null },
    select: { clusterId: true },
  });
  return pool?.clusterId ?? null;
}

/** Whether a pool of the cluster that is not deleted has the name. */
export async function isPoolNameTaken(tx: Transaction, clusterId: string, name: string): Promise<boolean> {
  return (await tx.nodePool.count({ where: { clusterId, name, deletedAt: null } })) > 0;
}

/** Whether the cluster has a pool for system components that is not being deleted. */
export async function hasDefaultPool(tx: Transaction, clusterId: string): Promise<boolean> {
  const where = { clusterId, deletedAt: null, isDefault: true, state: { not: 'DELETING' } };
  return (await tx.nodePool.count({ where })) > 0;
}

/** Other pools of the cluster that could run the system components, oldest first. */
export function otherPools(
  tx: Transaction,
  { id, clusterId }: Pick<NodePoolRow, 'id' | 'clusterId'>,
): Promise<NodePoolRow[]> {
  return tx.nodePool
    .findMany({
      where: { clusterId, deletedAt: null, id: { not: id }, state: { not: 'DELETING' } },
      orderBy: { id: 'asc' },
    })
    .then(checkNodePools);
}

/** Counts the nodes of a pool that have not failed. */
export function countWorkingNodes(tx: Transaction, nodePoolId: string): Promise<number> {
  return tx.node.count({ where: { nodePoolId, state: { not: 'failed' } } });
}

/** Moves the failed nodes of a locked pool to its next generation, which therefore does not retry them. */
export async function keepFailedNodes(
  tx: Transaction,
  { id, generation }: Pick<NodePoolRow, 'id' | 'generation'>,
): Promise<void> {
  await tx.node.updateMany({
    where: { nodePoolId: id, state: 'failed' },
    data: { generation: generation + 1 },
  });
}

export type NewNodePool = Omit<
  Prisma.NodePoolCreateManyInput,
  'state' | 'runtime' | 'resourceVersion' | 'deletedAt' | 'conditions' | 'scalingGroup' | 'drift' | 'config'
> & {
  readonly config: PoolConfig;
  readonly state: NodePoolState;
  readonly runtime?: ContainerRuntime;
};

export async function insertNodePools(tx: Transaction, pools: readonly NewNodePool[]): Promise<void> {
  const data = pools.map((pool) => ({ ...pool, config: toJson(pool.config) }));
  if (pools.length > 0) await tx.nodePool.createMany({ data });
}

/** Columns to update; omitted columns keep their value. */
export interface NodePoolChange extends Omit<
  Prisma.NodePoolUncheckedUpdateInput,
  'state' | 'config' | 'drift' | 'scalingGroup' | 'conditions'
> {
  readonly state?: NodePoolState;
  readonly config?: PoolConfig;
  readonly drift?: PoolNodeDrift | null;
  readonly scalingGroup?: ObservedScalingGroup;
  readonly conditions?: readonly Condition[];
}

function changeData(change: NodePoolChange): Prisma.NodePoolUncheckedUpdateInput {
  const { config, drift, scalingGroup, conditions, ...fields } = change;
  return {
    ...fields,
    ...(config && { config: toJson(config) }),
    ...(drift !== undefined && { drift: drift === null ? NO_JSON : toJson(drift) }),
    ...(scalingGroup && { scalingGroup: toJson(scalingGroup) }),
    ...(conditions && { conditions: toJson(conditions) }),
  };
}

/** Updates a locked pool and increments its resourceVersion. */
export async function updateNodePool(tx: Transaction, id: string, change: NodePoolChange): Promise<void> {
  const data = { ...changeData(change), resourceVersion: { increment: 1 } };
  await tx.nodePool.update({ where: { id }, data });
}

/** Reads a node pool of any account by id; includes deleted pools. */
export function findNodePool(db: Database | Transaction, id: string): Promise<NodePoolRow | null> {
  return db.nodePool.findUnique({ where: { id } }).then(checkNodePools);
}

/** Reads a node pool that the transaction has locked. */
export function readLockedNodePool(tx: Transaction, id: string): Promise<NodePoolRow> {
  return tx.nodePool.findUniqueOrThrow({ where: { id } }).then(checkNodePools);
}

/** The pools of a cluster that are not deleted. */
export function poolsOfCluster(
  db: Database | Transaction,
  where: { readonly clusterId: string; readonly account?: string },
): Promise<NodePoolRow[]> {
  return db.nodePool
    .findMany({ where: { ...where, deletedAt: null }, orderBy: { id: 'asc' } })
    .then(checkNodePools);
}

/** Reads those of the pools that are not deleted. */
export function loadUndeletedPools(tx: Transaction, ids: readonly string[]): Promise<NodePoolRow[]> {
  return tx.nodePool
    .findMany({
      where: { id: { in: [...ids] }, deletedAt: null },
      orderBy: { id: 'asc' },
    })
    .then(checkNodePools);
}

/** Updates the status of a pool; its resourceVersion does not change. */
export async function saveNodePoolStatus(
  tx: Transaction,
  id: string,
  change: Pick<NodePoolChange, 'desiredSize' | 'drift' | 'scalingGroup' | 'conditions' | 'finalizers'>,
): Promise<void> {
  await tx.nodePool.update({ where: { id }, data: changeData(change) });
}

export async function setPoolInstanceTypes(
  tx: Transaction,
  ids: readonly string[],
  instanceTypes: readonly string[],
): Promise<void> {
  await tx.nodePool.updateMany({
    where: { id: { in: [...ids] } },
    data: { instanceTypes: [...instanceTypes] },
  });
}

/** Starts the deletion of pools. */
export async function setPoolsDeleting(
  tx: Transaction,
  ids: readonly string[],
  operationId: string | null,
): Promise<void> {
  await tx.nodePool.updateMany({
    where: { id: { in: [...ids] } },
    data: {
      state: 'DELETING',
      generation: { increment: 1 },
      resourceVersion: { increment: 1 },
      operationId,
    },
  });
}

/** Increments both generations of a cluster's pools: changes that read the former generation are superseded. */
export async function supersedePools(tx: Transaction, clusterId: string): Promise<void> {
  await tx.nodePool.updateMany({
    where: { clusterId, deletedAt: null },
    data: { generation: { increment: 1 }, observedGeneration: { increment: 1 } },
  });
}

const checkState = checkedColumns('clusters.cluster', 'id', { state: oneOf(CLUSTER_STATES) });

/** State of a pool and its cluster, locked in the order cluster, pool. */
export interface LockedPoolState {
  readonly clusterState: ClusterState | undefined;
  /** resourceVersion of the pool; undefined if it is deleted. */
  readonly resourceVersion: bigint | undefined;
}

export async function lockPoolState(
  tx: Transaction,
  { id, clusterId }: Pick<NodePoolRow, 'id' | 'clusterId'>,
): Promise<LockedPoolState> {
  const clusters = await tx.$queryRaw<{ id: string; state: string }[]>`
    SELECT id, state FROM clusters.cluster WHERE id = ${clusterId} FOR UPDATE`.then(checkState);
  const pools = await tx.$queryRaw<{ resourceVersion: bigint }[]>`
    SELECT resource_version AS "resourceVersion" FROM clusters.node_pool
    WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`;
  return { clusterState: clusters[0]?.state, resourceVersion: pools[0]?.resourceVersion };
}
