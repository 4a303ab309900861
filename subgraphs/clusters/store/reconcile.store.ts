import type { NewEvent, ReconcileContext } from '../../../engine/contract.js';
import type { AccountKey } from '../../../engine/jobs/queue.js';
import { type EventTransaction, eventTransaction } from '../../../engine/events/event-transaction.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { isFinished } from '../../../engine/operations/operation.rules.js';
import { checkNodes, type NodeRow as Node } from './node.store.js';
import { checkClusters, type ClusterRow as Cluster } from './cluster.store.js';
import { checkNodePools, type NodePoolRow as NodePool } from './node-pool.store.js';
import { checkOperations, type OperationRow as Operation } from '../../../engine/operations/operation-row.js';

export type { Cluster, Node, NodePool, Operation };
export type { InstanceType } from '../../../prisma/generated/client.js';

/** The row has changed since it was read; the reconciliation restarts. */
export class Superseded extends Error {
  constructor() {
    super('the generation has changed');
    this.name = 'Superseded';
  }
}

/** A pool with its cluster and current operation. */
export interface PoolView {
  readonly pool: NodePool;
  readonly cluster: Cluster;
  /** Unfinished operation of the pool or, while a cluster is being created, of the cluster. */
  readonly operation: Operation | null;
}

export async function readPool(database: Database, id: string): Promise<PoolView | null> {
  const pool = await database.nodePool.findUnique({ where: { id } }).then(checkNodePools);
  if (!pool || pool.deletedAt) return null;
  const [cluster, operation] = await Promise.all([
    database.cluster.findUnique({ where: { id: pool.clusterId } }).then(checkClusters),
    readOperation(database, pool.operationId),
  ]);
  return cluster && { pool, cluster, operation };
}

/** Reads an unfinished operation; null otherwise. */
export async function readOperation(database: Database, id: string | null): Promise<Operation | null> {
  if (id === null) return null;
  const operation = await database.operation.findUnique({ where: { id } }).then(checkOperations);
  return operation && !isFinished(operation.state) ? operation : null;
}

export function readNodes(db: Database | Transaction, nodePoolId: string): Promise<Node[]> {
  return db.node.findMany({ where: { nodePoolId }, orderBy: { id: 'asc' } }).then(checkNodes);
}

/** Reads the nodes of pools in one statement; the returned function returns an empty list for a pool without nodes. */
export async function readNodesByPool(
  database: Database,
  pools: readonly { readonly id: string }[],
): Promise<(pool: { readonly id: string }) => readonly Node[]> {
  const ids = pools.map(({ id }) => id);
  const nodes = await database.node
    .findMany({ where: { nodePoolId: { in: ids } }, orderBy: { id: 'asc' } })
    .then(checkNodes);
  const byPool = Map.groupBy(nodes, ({ nodePoolId }) => nodePoolId);
  return ({ id }) => byPool.get(id) ?? [];
}

/** A cluster with its pools that are not deleted and its current operation. */
export interface ClusterView {
  readonly cluster: Cluster;
  readonly pools: readonly NodePool[];
  readonly operation: Operation | null;
}

export async function readCluster(database: Database, id: string): Promise<ClusterView | null> {
  const cluster = await database.cluster.findUnique({ where: { id } }).then(checkClusters);
  if (!cluster || cluster.deletedAt) return null;
  const [pools, operation] = await Promise.all([
    database.nodePool
      .findMany({ where: { clusterId: id, deletedAt: null }, orderBy: { id: 'asc' } })
      .then(checkNodePools),
    readOperation(database, cluster.operationId),
  ]);
  return { cluster, pools, operation };
}

type Work = (tx: EventTransaction, at: Date) => Promise<readonly NewEvent[]>;

/**
 * Changes a pool in one transaction: locks the row, throws `Superseded` if the generation has changed since it was
 * read, runs `work`, and emits the events that it returns.
 */
export function changePool(
  scope: ReconcileContext,
  { id, account, generation }: NodePool,
  work: Work,
): Promise<void> {
  const at = scope.clock.now();
  return eventTransaction(scope.database, at, async (tx) => {
    const rows = await tx.$queryRaw<{ generation: number }[]>`
      SELECT generation FROM clusters.node_pool WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`;
    if (rows[0]?.generation !== generation) throw new Superseded();
    tx.emit(account, ...(await work(tx, at)));
  });
}

/** Like `changePool`, for a cluster: throws `Superseded` if its state or operation has changed. */
export function changeCluster(scope: ReconcileContext, cluster: Cluster, work: Work): Promise<void> {
  const at = scope.clock.now();
  return eventTransaction(scope.database, at, async (tx) => {
    const rows = await tx.$queryRaw<{ state: string; operation: string | null }[]>`
      SELECT state, operation_id AS operation FROM clusters.cluster
      WHERE id = ${cluster.id} AND deleted_at IS NULL FOR UPDATE`;
    const row = rows[0];
    if (!row || row.state !== cluster.state || row.operation !== cluster.operationId) throw new Superseded();
    tx.emit(cluster.account, ...(await work(tx, at)));
  });
}

/** Reads ids and accounts of clusters in one of the states, after an id; at most `take`. */
export function clustersAfter(
  database: Database,
  { states, take }: { readonly states: readonly string[]; readonly take: number },
): (after: string) => Promise<AccountKey[]> {
  return (after) =>
    database.cluster.findMany({
      where: { state: { in: [...states] }, id: { gt: after } },
      select: { id: true, account: true },
      orderBy: { id: 'asc' },
      take,
    });
}

/**
 * Reads ids and accounts of clusters in one of the states with a pool that is not deleted and whose columns, as JSON,
 * contain one of `pools`; after an id, at most `take`.
 */
export function clustersWithPools(
  database: Database,
  {
    states,
    pools,
    take,
  }: { readonly states: readonly string[]; readonly pools: readonly object[]; readonly take: number },
): (after: string) => Promise<AccountKey[]> {
  const contents = pools.map((pool) => JSON.stringify(pool));
  return (after) => database.$queryRaw`
    SELECT id, account FROM clusters.cluster
    WHERE state = ANY(${[...states]}::text[]) AND id > ${after} AND EXISTS (
      SELECT FROM clusters.node_pool AS pool
      WHERE pool.cluster_id = cluster.id AND pool.deleted_at IS NULL
        AND to_jsonb(pool) @> ANY(${contents}::text[]::jsonb[]))
    ORDER BY id LIMIT ${take}`;
}
