import type { Product } from '../../../kernel/product.js';
import { readQuotaUsage, reserveAll } from '../../../engine/ledger/ledger.js';
import { quotaExceeded } from '../../../engine/ledger/quota-exceeded.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { ProblemError } from '../../../kernel/result.js';
import { isServerless } from '../model/product.rules.js';
import { refuseLargeTypes, type SizedPool } from './instance-size.guard.js';

const GROUP = 'instances-per-scaling-group';
/** A pool whose nodes are to be counted. */
export interface CountedPool extends SizedPool {
  readonly id: string;
  readonly autoscaling?: { readonly enabled: boolean; readonly maxSize: number } | null;
}

/**
 * What a node pool counts as in its cluster: one pool, and the scaling group behind it. However many pools a cluster may
 * have, there must be groups for them.
 */
export function poolResources(product: Product): string[] {
  return [`${product}/nodePoolsPerCluster`, `${product}/scalingGroupsPerCluster`];
}

/** What node pools take of their cluster's quotas. */
export interface PoolReservation {
  readonly account: string;
  readonly clusterId: string;
  readonly product: Product;
  readonly pools: readonly CountedPool[];
  /** Where the pools stand in the input. */
  readonly path: readonly string[];
}

/** Takes what new node pools of a cluster need. Refuses `QUOTA_EXCEEDED`. */
export async function reservePools(tx: Transaction, request: PoolReservation): Promise<void> {
  const { account, clusterId, product, pools, path } = request;
  const nodes = pools.reduce((sum, pool) => sum + pool.desiredSize, 0);
  const counted = { scope: clusterId, path };
  await refuseLargeTypes(tx, account, pools);
  await reserveAll(tx, account, [
    ...poolResources(product).map((resource) => ({ ...counted, resource, amount: pools.length })),
    { ...counted, resource: `${product}/nodesPerCluster`, amount: nodes },
    // Its pods are counted from the first on (see the metering of container instances).
    ...(isServerless(product) ? [{ ...counted, resource: `${product}/podsPerCluster`, amount: 0 }] : []),
    ...pools.map(groupReservation),
  ]);
  for (const pool of pools) await refuseLargeGroup(tx, account, pool);
}

/**
 * Takes what a new cluster needs of the whole account. Refuses `QUOTA_EXCEEDED`. These rows are everybody's: take
 * them late, because the account's other requests wait until the transaction ends.
 */
export async function reserveCluster(
  tx: Transaction,
  request: { readonly account: string; readonly product: Product; readonly loadBalancers: 0 | 1 },
): Promise<void> {
  const { account, product, loadBalancers } = request;
  const counted = { scope: '', path: ['input'] };
  await reserveAll(tx, account, [
    { ...counted, resource: `${product}/clustersPerAccount`, amount: 1 },
    { ...counted, resource: 'load-balancers', amount: loadBalancers },
  ]);
}

/** Takes what a growing pool needs more: `desiredSize` is the growth, of the given instances. Refuses `QUOTA_EXCEEDED`. */
export async function reserveScaleUp(
  tx: Transaction,
  request: {
    readonly account: string;
    readonly clusterId: string;
    readonly product: Product;
    readonly growth: CountedPool;
  },
): Promise<void> {
  const { account, clusterId, product, growth } = request;
  await refuseLargeTypes(tx, account, [growth]);
  const { desiredSize: amount, path } = growth;
  await reserveAll(tx, account, [
    { resource: `${product}/nodesPerCluster`, scope: clusterId, amount, path },
    groupReservation(growth),
  ]);
}

/** How many nodes more the cluster and the pool may have by their quotas; null: any number. */
export async function remainingNodeQuota(
  tx: Transaction,
  of: {
    readonly account: string;
    readonly clusterId: string;
    readonly product: Product;
    readonly id: string;
  },
): Promise<number | null> {
  const rows = await readQuotaUsage(tx, of.account, [
    { resource: `${of.product}/nodesPerCluster`, scope: of.clusterId },
    { resource: GROUP, scope: of.id },
  ]);
  const rooms = rows.flatMap(({ limit, used }) => (limit === null ? [] : [Math.max(0, limit - used)]));
  return rooms.length === 0 ? null : Math.min(...rooms);
}

/** How many nodes places are held for in a pool: those that exist and, while a change is carried out, are to be made. */
export async function reservedNodes(tx: Transaction, account: string, nodePoolId: string): Promise<number> {
  const [group] = await readQuotaUsage(tx, account, [{ resource: GROUP, scope: nodePoolId }]);
  return group?.used ?? 0;
}

/** How many instances one scaling group, that of the pool, may have; null: any number. */
export async function groupLimit(
  database: Database | Transaction,
  account: string,
  nodePoolId: string,
): Promise<number | null> {
  const [group] = await readQuotaUsage(database, account, [{ resource: GROUP, scope: nodePoolId }]);
  return group?.limit ?? null;
}

/** A pool with autoscaling enabled may not grow beyond the limit of its scaling group. Refuses `QUOTA_EXCEEDED`. */
export async function refuseLargeGroup(
  tx: Transaction,
  account: string,
  { id: scope, autoscaling, path }: Pick<CountedPool, 'id' | 'autoscaling' | 'path'>,
): Promise<void> {
  if (!autoscaling?.enabled) return;
  const { maxSize } = autoscaling;
  const [{ limit = null, used = 0 } = {}] = await readQuotaUsage(tx, account, [{ resource: GROUP, scope }]);
  if (limit === null || maxSize <= limit) return;
  const message =
    `${GROUP}: a pool of at most ${maxSize} nodes does not fit, the limit is ${limit}. ` +
    'Choose a lower maxSize, or ask for a higher limit with requestQuotaIncrease.';
  const at = [...path.slice(0, -1), 'autoscaling', 'maxSize'];
  const excess = { resource: GROUP, scope, limit, used, requested: maxSize - used };
  throw new ProblemError([quotaExceeded(excess, { path: at, message })]);
}

/** The places that a pool's scaling group has to have. */
function groupReservation({ id: scope, desiredSize: amount, path }: CountedPool) {
  return { resource: GROUP, scope, amount, path };
}
