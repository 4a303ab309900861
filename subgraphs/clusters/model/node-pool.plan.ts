import type { NodeOrigin, NodeStatus } from './node.enums.js';
import type { NodeState } from './node-states.js';
import type { Failure } from '../../../engine/contract.js';
import { configOf } from './pool-config.js';
import { vcpuResource } from './instance-quota.js';

/** The fields of a node that decide whether it is kept or removed. */
export interface PlannedNode {
  readonly id: string;
  readonly name: string;
  readonly state: NodeState;
  readonly status: NodeStatus;
  readonly generation: number;
  readonly origin: NodeOrigin;
  readonly error: unknown;
}

interface PlannedPool {
  readonly desiredSize: number;
  readonly generation: number;
}

/** The changes that bring a pool to its desired size. */
export interface PoolPlan<Node extends PlannedNode = PlannedNode> {
  /** All nodes except those to remove. */
  readonly kept: readonly Node[];
  /** Nodes to remove, those that are already being removed included. */
  readonly leaving: readonly Node[];
  /** Number of nodes to create. */
  readonly missing: number;
}

const READINESS: Readonly<Record<NodeState, number>> = {
  removing: 0,
  failed: 0,
  pending: 1,
  starting: 2,
  running: 3,
};

/** Sorts by removal order: failed nodes first, then nodes that are not ready, then the newest. */
export function removalOrder<Node extends PlannedNode>(nodes: readonly Node[]): Node[] {
  const rank = (node: Node) =>
    node.state === 'running' && node.status !== 'Ready' ? 2.5 : READINESS[node.state];
  return [...nodes].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? 1 : -1));
}

/**
 * Compares the nodes with the desired size. A node that failed in an earlier generation is removed and created again.
 * A node that failed in the current generation stays and counts, so each generation tries once.
 */
export function planPool<Node extends PlannedNode>(
  pool: PlannedPool,
  nodes: readonly Node[],
): PoolPlan<Node> {
  const stale = (node: Node) =>
    node.state === 'removing' || (node.state === 'failed' && node.generation < pool.generation);
  const candidates = nodes.filter((node) => !stale(node));
  const surplus = removalOrder(candidates).slice(0, Math.max(0, candidates.length - pool.desiredSize));
  const leavingIds = new Set(surplus.map(({ id }) => id));
  return {
    kept: candidates.filter(({ id }) => !leavingIds.has(id)),
    leaving: nodes.filter((node) => stale(node) || leavingIds.has(node.id)),
    missing: Math.max(0, pool.desiredSize - candidates.length),
  };
}

/** Type of the operation that attaches instances to a pool, and the origin of the resulting nodes. */
export const ATTACH_INSTANCES = 'ATTACH_INSTANCES';
export const ATTACHED = 'ATTACHED';
/** Stage of a pool operation that sets labels and taints on its nodes. */
export const SETTINGS_STAGE = 'SETTINGS';
/** Type of the operation that removes chosen nodes from a pool. */
export const REMOVE_NODES = 'REMOVE_NODES';

/**
 * Whether an operation creates the instances that a pool lacks. Attaching or removing given instances does not: what
 * the pool lacked before remains missing until the pool is scaled or synchronized.
 */
export function createsInstances(operation: { readonly type: string } | null | undefined): boolean {
  return operation?.type !== ATTACH_INSTANCES && operation?.type !== REMOVE_NODES;
}

/** Result of a generation. */
export interface PoolResult {
  readonly created: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
}

interface Cancelable {
  readonly cancelRequestedAt: Date | null;
}

const MAX_FAILURES = 100;

/**
 * Counts the result of the pool's current generation. Nodes that were not tried are missing because the network quota
 * (the pool's `capacityError`) or else the account's vCPU quota was exhausted; a canceled change has no missing
 * nodes. For an operation that creates no instances only its own instances count.
 */
export function resultOf(
  pool: PlannedPool & {
    readonly name: string;
    readonly capacityError?: unknown;
    readonly config?: unknown;
  },
  nodes: readonly PlannedNode[],
  operation?: (Cancelable & { readonly type: string }) | null,
): PoolResult {
  const buying = createsInstances(operation);
  const mine = nodes
    .filter((node) => node.generation === pool.generation)
    .filter(({ origin }) => buying || origin === ATTACHED);
  const failures = mine.flatMap((node) => (node.state === 'failed' ? [failureOf(node)] : []));
  const shortage = !buying || operation?.cancelRequestedAt ? 0 : planPool(pool, nodes).missing;
  const quota: Failure = (pool.capacityError as Failure | null | undefined) ?? {
    code: 'QUOTA_EXCEEDED',
    message: `The ${quotaOf(pool)} quota has no room for another node of the pool ${pool.name}. Ask for more with requestQuotaIncrease.`,
  };
  return {
    created: mine.filter(({ state }) => state === 'running').length,
    failed: failures.length + shortage,
    failures: [...failures, ...Array.from({ length: Math.min(shortage, MAX_FAILURES) }, () => quota)].slice(
      0,
      MAX_FAILURES,
    ),
  };
}

function quotaOf({ config }: { readonly config?: unknown }): string {
  return vcpuResource(configOf({ config }).instanceConfig.chargeType)?.resource ?? 'payg-vcpu';
}

/** The result including the nodes that were rejected before the change started. */
export function withRejected(result: PoolResult, rejected: readonly Failure[]): PoolResult {
  if (rejected.length === 0) return result;
  return {
    ...result,
    failed: result.failed + rejected.length,
    failures: [...rejected, ...result.failures].slice(0, MAX_FAILURES),
  };
}

function failureOf(node: PlannedNode): Failure {
  const error = node.error as Failure | null;
  return error ?? { code: 'INSTANCE_START_FAILED', message: `The node ${node.name} could not be started.` };
}

/** Final state of an operation that created nodes. */
export function endState(
  { created, failed }: Pick<PoolResult, 'created' | 'failed'>,
  operation: Cancelable | null,
): 'SUCCEEDED' | 'PARTIAL' | 'FAILED' | 'CANCELED' {
  if (operation?.cancelRequestedAt) return 'CANCELED';
  if (failed === 0) return 'SUCCEEDED';
  return created > 0 ? 'PARTIAL' : 'FAILED';
}
