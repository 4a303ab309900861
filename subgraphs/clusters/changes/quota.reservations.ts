import type { Product } from '../../../kernel/product.js';
import { readQuotaUsage, reserveAll } from '../../../engine/ledger/ledger.js';
import { quotaExceeded } from '../../../engine/ledger/quota-exceeded.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { ProblemError } from '../../../kernel/result.js';
import { isServerless } from '../model/product.rules.js';
import { rejectLargeTypes, type SizedPool } from './instance-size.guard.js';

const GROUP = 'instances-per-scaling-group';
/** A pool whose nodes count against quotas. */
export interface CountedPool extends SizedPool {
  readonly id: string;
  readonly autoscaling?: { readonly enabled: boolean; readonly maxSize: number } | null;
}

/** The quotas that count a node pool in its cluster: one pool and one scaling group. */
export function poolResources(product: Product): string[] {
  return [`${product}/nodePoolsPerCluster`, `${product}/scalingGroupsPerCluster`];
}

/** Node pools that use quotas of their cluster. */
export interface PoolReservation {
  readonly account: string;
  readonly clusterId: string;
  readonly product: Product;
  readonly pools: readonly CountedPool[];
  /** Path of the pools in the input. */
  readonly path: readonly string[];
}

/** Reserves the quotas of new node pools. Rejects with `QUOTA_EXCEEDED`. */
export async function reservePools(tx: Transaction, request: PoolReservation): Promise<void> {
  const { account, clusterId, product, pools, path } = request;
  const nodes = pools.reduce((sum, pool) => sum + pool.desiredSize, 0);
  const counted = { scope: clusterId, path };
  await rejectLargeTypes(tx, account, pools);
  await reserveAll(tx, account, [
    ...poolResources(product).map((resource) => ({ ...counted, resource, amount: pools.length })),
    { ...counted, resource: `${product}/nodesPerCluster`, amount: nodes },
    // The metering of container instances counts the pods; this creates the quota with usage 0.
    ...(isServerless(product) ? [{ ...counted, resource: `${product}/podsPerCluster`, amount: 0 }] : []),
    ...pools.map(groupReservation),
  ]);
  for (const pool of pools) await rejectLargeGroup(tx, account, pool);
}

/**
 * Reserves the account-wide quotas of a new cluster. Rejects with `QUOTA_EXCEEDED`. Call it late in the transaction:
 * all requests of the account lock these rows and wait until the transaction ends.
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

/**
 * Reserves the quotas of a scale-up: `desiredSize` is the number of additional nodes. Rejects with `QUOTA_EXCEEDED`.
 */
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
  await rejectLargeTypes(tx, account, [growth]);
  const { desiredSize: amount, path } = growth;
  await reserveAll(tx, account, [
    { resource: `${product}/nodesPerCluster`, scope: clusterId, amount, path },
    groupReservation(growth),
  ]);
}

/** Number of nodes that the quotas permit in addition; null: unlimited. */
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

/** Number of nodes reserved for a pool: existing ones and, during a change, those to be created. */
export async function reservedNodes(tx: Transaction, account: string, nodePoolId: string): Promise<number> {
  const [group] = await readQuotaUsage(tx, account, [{ resource: GROUP, scope: nodePoolId }]);
  return group?.used ?? 0;
}

/** Maximum number of instances in the pool's scaling group; null: unlimited. */
export async function groupLimit(
  database: Database | Transaction,
  account: string,
  nodePoolId: string,
): Promise<number | null> {
  const [group] = await readQuotaUsage(database, account, [{ resource: GROUP, scope: nodePoolId }]);
  return group?.limit ?? null;
}

/** Rejects an enabled autoscaling whose maximum exceeds the limit of the scaling group, with `QUOTA_EXCEEDED`. */
export async function rejectLargeGroup(
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

/** The reservation in the scaling group of a pool. */
function groupReservation({ id: scope, desiredSize: amount, path }: CountedPool) {
  return { resource: GROUP, scope, amount, path };
}
