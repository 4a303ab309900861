import { throwNotFound } from '../../../../engine/not-found.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { rejectNodesOn } from '../../model/kind.guard.js';
import { rejectPoolOfKind } from '../../model/pool-kind.guard.js';
import { rejectLargeTypes, type SizedPool } from '../../changes/instance-size.guard.js';
import { type ClusterRow, lockCluster, updateCluster } from '../../store/cluster.store.js';
import { isVirtual } from '../../model/instance-category.js';
import { fitsNode } from '../../model/node-pool.rules.js';
import { configOf } from '../../model/pool-config.js';
import { architectureProblems, imageFitProblems } from '../../model/pool-config.rules.js';
import type { NodePool } from '../../store/reconcile.store.js';
import { planInWindow, rejectSecondChange } from '../../changes/scheduled-change.js';
import { MAX_BATCH } from '../../model/upgrade.rules.js';
import type { InstanceTypeValue } from '../../model/version.rules.js';
import { poolsWithGroup, rejectStuckPools } from './scalable-pools.js';
import { SCALE_VERTICALLY, type VerticalScalingInput } from '../../model/vertical-scaling.rules.js';
import { nodesToReplace } from '../../store/vertical-scaling.store.js';
import type { ScaleClusterVerticallyInput } from './vertical-scaling.type.js';
import type { ContainerRuntime } from '../entities/cluster-kind.enums.js';
import { poolsOfCluster } from '../../store/node-pool.store.js';

const MAX_TYPES = 20;

/** Starts vertical scaling, which replaces nodes with nodes of other instance types. */
export class VerticalScalingService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /**
   * Rejects unknown, too small and too large types, types that cannot run a pool's image or runtime, unknown pools,
   * pools that cannot get nodes (`SCALING_GROUP_MISSING`), and with `INVALID_STATE` while the cluster is not RUNNING,
   * one of the pools is changing or another vertical scaling is scheduled.
   */
  async scale(
    actor: Actor,
    input: ScaleClusterVerticallyInput,
    dryRun?: boolean | null,
  ): Promise<ChangeOutcome> {
    const { instanceTypes } = await this.catalog.read();
    const problems = [...typeProblems(input.instanceTypes, instanceTypes), ...batchProblems(input.batchSize)];
    if (problems.length > 0) throw new ProblemError(problems);
    const { account } = actor;
    const withGroup = await poolsWithGroup(this.platform, account, input.id);
    return change(
      this.platform,
      { actor, mutation: 'scaleClusterVertically', input, dryRun },
      async (tx, at) => {
        const cluster = await runningCluster(tx, account, input.id);
        const pools = await chosenPools(tx, cluster, input.nodePoolIds);
        rejectStuckPools(pools, withGroup, input.nodePoolIds);
        for (const pool of pools)
          rejectUnfit(pool, cluster, { requestedTypes: input.instanceTypes, instanceTypes });
        await rejectLargeTypes(tx, account, pools.map(withTypes(input.instanceTypes)));
        await rejectSecondChange(tx, cluster, { type: SCALE_VERTICALLY });
        const requested = await nodesToReplace(tx, pools, input.instanceTypes);
        const scaling: VerticalScalingInput = {
          instanceTypes: [...new Set(input.instanceTypes)],
          batchSize: input.batchSize ?? null,
          pools: pools.map(({ id, desiredSize }) => ({ id, baseSize: desiredSize })),
        };
        const stages = pools.map(({ name }) => `POOL ${name}`);
        const request = { type: SCALE_VERTICALLY, stages, input: { ...scaling }, requested };
        const planned = await planInWindow(tx, cluster, { ...request, timing: input.timing, at });
        if (planned) return { clusterId: cluster.id, operationId: planned.id };
        const { id } = cluster;
        const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
        const operation = await createOperation(tx, { ...target, ...request }, at);
        await updateCluster(tx, cluster.id, { state: 'UPDATING', operationId: operation.id });
        await enqueue(tx, 'cluster', cluster.id);
        return { clusterId: cluster.id, operationId: operation.id };
      },
    );
  }
}

function typeProblems(
  requestedTypes: readonly string[],
  types: ReadonlyMap<string, InstanceTypeValue>,
): Problem[] {
  const path = ['input', 'instanceTypes'];
  if (requestedTypes.length < 1 || requestedTypes.length > MAX_TYPES)
    return [{ code: 'INVALID_INPUT', message: `1 to ${MAX_TYPES} instance types.`, path }];
  return requestedTypes.flatMap((id, index): Problem[] => {
    const itemPath = [...path, String(index)];
    const type = types.get(id);
    if (!type)
      return [
        {
          code: 'UNKNOWN_INSTANCE_TYPE',
          message: `There is no instance type ${id.slice(0, 60)}. Query.instanceTypes lists them.`,
          path: itemPath,
        },
      ];
    if (fitsNode(type)) return [];
    return [{ code: 'INSTANCE_TYPE_TOO_SMALL', message: `${id} is too small for a node.`, path: itemPath }];
  });
}

/** The pool with the new instance types. */
const withTypes =
  (instanceTypes: readonly string[]) =>
  (pool: NodePool): SizedPool => ({
    desiredSize: pool.desiredSize,
    instanceTypes: [...new Set(instanceTypes)],
    config: configOf(pool),
    path: ['input', 'instanceTypes'],
  });

/** The new types must support the pool's image and runtime, and the rules of its cluster's kind. */
function rejectUnfit(
  pool: NodePool,
  cluster: ClusterRow,
  types: {
    readonly requestedTypes: readonly string[];
    readonly instanceTypes: ReadonlyMap<string, InstanceTypeValue>;
  },
): void {
  const path = ['input', 'instanceTypes'];
  const { requestedTypes, instanceTypes } = types;
  const { imageId } = configOf(pool).instanceConfig;
  const problems = [
    ...architectureProblems(requestedTypes, instanceTypes, path),
    ...imageFitProblems({ imageId, instanceTypes: requestedTypes }, instanceTypes, path),
  ];
  if (problems.length > 0) throw new ProblemError(problems);
  const runtime = pool.runtime as ContainerRuntime;
  rejectPoolOfKind({ ...pool, runtime, instanceTypes: requestedTypes }, cluster, instanceTypes);
}

function batchProblems(size: number | null | undefined): Problem[] {
  if (size == null || (size >= 1 && size <= MAX_BATCH)) return [];
  return [
    { code: 'INVALID_INPUT', message: `batchSize is 1 to ${MAX_BATCH}.`, path: ['input', 'batchSize'] },
  ];
}

async function runningCluster(tx: Transaction, account: string, id: string): Promise<ClusterRow> {
  const path = ['input', 'id'];
  const cluster = await lockCluster(tx, account, id);
  if (!cluster) return throwNotFound('CLUSTER', id, path);
  rejectNodesOn(cluster, path);
  if (cluster.state === 'RUNNING') return cluster;
  return throwProblem('INVALID_STATE', `The cluster ${id} is ${cluster.state}; it must be RUNNING.`, {
    path,
  });
}

async function chosenPools(tx: Transaction, { id }: ClusterRow, ids: readonly string[] | null | undefined) {
  const pools = await poolsOfCluster(tx, { clusterId: id });
  const path = ['input', 'nodePoolIds'];
  for (const [index, poolId] of (ids ?? []).entries())
    if (!pools.some((pool) => pool.id === poolId))
      throwProblem(
        'NOT_FOUND',
        `The cluster ${id} has no node pool ${poolId.slice(0, 60)}. Cluster.nodePools lists them.`,
        { path: [...path, String(index)] },
      );
  for (const [index, poolId] of (ids ?? []).entries())
    if (pools.some((pool) => pool.id === poolId && pool.instanceTypes.some(isVirtual)))
      throwProblem('INVALID_INPUT', `The nodes of ${poolId} are virtual and have no size.`, {
        path: [...path, String(index)],
      });
  const chosen = pools.filter((pool) => (ids ? ids.includes(pool.id) : !pool.instanceTypes.some(isVirtual)));
  if (chosen.length === 0)
    throwProblem(
      'INVALID_INPUT',
      `The cluster ${id} has no node pools whose nodes have a size. Create one first.`,
      { path },
    );
  return chosen;
}
