import type { NewEvent, ReconcileContext } from '../../../../engine/contract.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { ProblemError } from '../../../../kernel/result.js';
import { updateCluster } from '../../store/cluster.store.js';
import { remainingNodeQuota, reservedNodes, reserveScaleUp } from '../../changes/quota.reservations.js';
import { updateNodePool } from '../../store/node-pool.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { recordPoolDrift } from '../pool-drift/pool-drift.js';
import { configOf } from '../../model/pool-config.js';
import { nextPoolState } from '../../model/pool-states.js';
import { MUTABLE_CLUSTER_STATES, target } from '../../changes/pool-spec.js';
import { unfinishedOperations } from '../../store/operation.store.js';
import { eventOf } from '../../model/cluster-events.js';
import type { Cluster, Node, NodePool } from '../../store/reconcile.store.js';
import type { ClusterSnapshot } from './cluster-snapshot.js';

/** A cluster whose pools may be resized. */
export interface AutoscaledCluster {
  readonly cluster: Cluster;
  /** Pools with autoscaling. */
  readonly pools: readonly NodePool[];
  /** Node rows of the whole cluster. */
  readonly nodes: readonly Node[];
  readonly snapshot: ClusterSnapshot;
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
}

/** The trigger in the input of operations that autoscaling creates. */
export const AUTOSCALING = 'AUTOSCALING';

/** Running nodes of a pool. Resizing starts from their number, because the desired size may not have been reached. */
export function workingNodes({ nodes }: AutoscaledCluster, poolId: string): readonly Node[] {
  return nodes.filter(({ nodePoolId, state }) => nodePoolId === poolId && state === 'running');
}

/** A requested change of a pool's size. */
export interface PoolResize {
  readonly from: number;
  readonly to: number;
  /** Number of new nodes per zone; the remaining nodes are spread over the zones. */
  readonly zones?: Readonly<Record<string, number>>;
  /** Work in the same transaction, e.g. selecting the nodes to remove. */
  readonly also?: (tx: Transaction, at: Date) => Promise<void>;
  /** Why (human-readable). */
  readonly why: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Changes the desired size within the node quotas, as scaleNodePool does. False if the pool has changed concurrently,
 * if a quota rejects its instances, or if the size stays the same.
 */
export async function resizePool(
  view: AutoscaledCluster,
  pool: NodePool,
  resizing: PoolResize,
): Promise<boolean> {
  try {
    return await requestSize(view, pool, resizing);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    view.scope.log.warn(
      { nodePoolId: pool.id, problems: error.problems },
      'a node pool cannot be scaled automatically',
    );
    return false;
  }
}

async function requestSize(
  { cluster, scope, dependencies }: AutoscaledCluster,
  pool: NodePool,
  resizing: PoolResize,
): Promise<boolean> {
  const state = nextPoolState(pool.state, 'SCALE');
  if (!state) return false;
  let resized = false;
  // Another pool that grew in the same poll has set the cluster to SCALING.
  const check = { cluster, pool, nodes: [], scope, dependencies, states: MUTABLE_CLUSTER_STATES };
  await recordPoolDrift(check, async (tx, at) => {
    if ((await unfinishedOperations(tx, { targetId: pool.id })).length > 0) return [];
    const { from } = resizing;
    const to = await withinQuota(tx, { cluster, pool, targetSize: resizing.to, from });
    if (to === from) return [];
    await resizing.also?.(tx, at);
    const operation = await createOperation(
      tx,
      {
        ...target(pool),
        type: 'SCALE_NODE_POOL',
        stages: ['NODES'],
        requested: Math.max(0, to - from),
        input: { fromSize: from, toSize: to, trigger: AUTOSCALING, zones: { ...resizing.zones } },
        cancelable: to > from,
      },
      at,
    );
    const changes = { desiredSize: to, state, generation: { increment: 1 }, operationId: operation.id };
    await updateNodePool(tx, pool.id, changes);
    await updateCluster(tx, cluster.id, { state: 'SCALING' });
    await enqueue(tx, 'node-pool', pool.id);
    resized = true;
    return [autoscaled({ cluster, pool, operationId: operation.id }, { ...resizing, to })];
  });
  return resized;
}

/** Reserves node quota for the additional nodes; returns the size that the quotas allow. */
async function withinQuota(
  tx: Transaction,
  {
    cluster,
    pool,
    targetSize,
    from,
  }: {
    readonly cluster: Cluster;
    readonly pool: NodePool;
    readonly targetSize: number;
    readonly from: number;
  },
): Promise<number> {
  if (targetSize <= from) return targetSize;
  const { account } = pool;
  const of = { account, clusterId: cluster.id, product: cluster.product };
  const reserved = await reservedNodes(tx, account, pool.id);
  const room = await remainingNodeQuota(tx, { ...of, id: pool.id });
  const to = Math.max(from, room === null ? targetSize : Math.min(targetSize, reserved + room));
  const { id, instanceTypes } = pool;
  const growth = {
    id,
    instanceTypes,
    config: configOf(pool),
    desiredSize: Math.max(0, to - reserved),
    path: [],
  };
  await reserveScaleUp(tx, { ...of, growth });
  return to;
}

function autoscaled(
  subject: { readonly cluster: Cluster; readonly pool: NodePool; readonly operationId: string },
  { from, to, why, data }: PoolResize,
): NewEvent {
  const text = `Autoscaling changes the node pool ${subject.pool.name} from ${from} to ${to} nodes: ${why}`;
  return eventOf(subject, 'NODE_POOL_AUTOSCALED', text, {
    category: 'SCALING',
    data: { ...data, targetKind: 'NodePool', targetId: subject.pool.id, fromSize: from, toSize: to },
  });
}
