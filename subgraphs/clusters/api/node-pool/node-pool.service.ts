import { createOperation, finishOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Actor } from '../../../../kernel/actor.js';
import { newId } from '../../../../kernel/ids.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import type { CreateNodePoolInput, DeleteNodePoolInput, ScaleNodePoolInput } from './node-pool.input.js';
import { hasInstances, validateNodePool, planNodePool, sizeProblems } from '../../model/node-pool.rules.js';
import * as pools from '../../store/node-pool.store.js';
import { reassignDefaultPool } from './default-pool.js';
import { configOf } from '../../model/pool-config.js';
import { defaultPoolProblems, poolZoneProblems } from '../../model/pool-config.rules.js';
import { placedConfig } from '../../changes/pool-network.js';
import {
  requireTransition,
  changeableCluster,
  lockClusterAndPool,
  enqueuePoolChange,
  hasAutoscaling,
  target,
} from '../../changes/pool-spec.js';
import { unfinishedOperations } from '../../store/operation.store.js';
import { rejectPoolOfKind } from '../../model/pool-kind.guard.js';
import { reservedNodes, reserveScaleUp, reservePools } from '../../changes/quota.reservations.js';

export class NodePoolService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /** Adds a node pool to a running cluster. */
  async create(actor: Actor, input: CreateNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { instanceTypes, regions } = await this.catalog.read();
    const problems = validateNodePool(input, instanceTypes, ['input']);
    if (problems.length > 0) throw new ProblemError(problems);
    const { account } = actor;
    const plan = planNodePool(input);
    return change(this.platform, { actor, mutation: 'createNodePool', input, dryRun }, async (tx, at) => {
      const cluster = await changeableCluster(tx, account, input.clusterId, ['input', 'clusterId']);
      rejectPoolOfKind(plan, cluster, instanceTypes);
      const isDefault = hasInstances(plan) && !(await pools.hasDefaultPool(tx, cluster.id));
      const placing = [
        ...poolZoneProblems(input, regions.get(cluster.regionId)?.zoneIds ?? [], ['input']),
        ...(isDefault ? defaultPoolProblems(input, ['input']) : []),
      ];
      if (placing.length > 0) throw new ProblemError(placing);
      if (await pools.isPoolNameTaken(tx, cluster.id, plan.name)) {
        throwProblem(
          'DUPLICATE_NAME',
          `The cluster has a node pool named ${plan.name} already. Choose another name.`,
          {
            path: ['input', 'name'],
          },
        );
      }
      const id = newId('nodePool');
      const counted = { ...plan, id, path: ['input', 'desiredSize'] };
      const { product, id: clusterId } = cluster;
      await reservePools(tx, { account, clusterId, product, pools: [counted], path: ['input'] });
      const { autoscaling, ...fields } = plan;
      const config = await placedConfig(tx, plan.config, { account, clusterId, path: ['input'] });
      const operation = await createOperation(
        tx,
        {
          ...target({ id, account, clusterId }),
          type: 'CREATE_NODE_POOL',
          stages: ['NODES'],
          requested: plan.desiredSize,
          cancelable: true,
        },
        at,
      );
      await pools.insertNodePools(tx, [
        {
          ...fields,
          isDefault,
          config,
          id,
          account,
          clusterId,
          state: 'INITIAL',
          instanceTypes: [...plan.instanceTypes],
          ...(autoscaling && { autoscaling: { ...autoscaling } }),
          finalizers: ['nodes', 'ledger'],
          operationId: operation.id,
          createdAt: at,
        },
      ]);
      await enqueuePoolChange(tx, cluster, id);
      return { clusterId, nodePoolId: id, operationId: operation.id };
    });
  }

  /** Sets the desired size of a pool; the same size again retries nodes that could not be created. */
  async scale(actor: Actor, input: ScaleNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const problems = sizeProblems(input.desiredSize, ['input', 'desiredSize']);
    if (problems.length > 0) throw new ProblemError(problems);
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'scaleNodePool', input, dryRun }, async (tx, at) => {
      const { cluster, pool } = await lockClusterAndPool(tx, account, input.nodePoolId, [
        'input',
        'nodePoolId',
      ]);
      const path = ['input', 'nodePoolId'];
      if (hasAutoscaling(pool))
        throwProblem(
          'INVALID_STATE',
          `The node pool ${pool.id} is scaled by autoscaling. Change autoscaling with updateNodePool, or turn it off first.`,
          { path },
        );
      const state = await requireTransition(tx, pool, 'SCALE', path);
      const toSize = input.desiredSize;
      const reserved = await reservedNodes(tx, account, pool.id);
      const growth = {
        id: pool.id,
        instanceTypes: pool.instanceTypes,
        config: configOf(pool),
        desiredSize: Math.max(0, toSize - reserved),
        path: ['input', 'desiredSize'],
      };
      await reserveScaleUp(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
      const working = await pools.countWorkingNodes(tx, pool.id);
      const operation = await createOperation(
        tx,
        {
          ...target(pool),
          type: 'SCALE_NODE_POOL',
          stages: ['NODES'],
          requested: Math.max(0, toSize - working),
          input: { fromSize: working, toSize, trigger: 'MANUAL' },
          cancelable: true,
        },
        at,
      );
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, {
        desiredSize: toSize,
        generation,
        state,
        operationId: operation.id,
      });
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }

  /** Deletes a pool with its nodes; cancels its unfinished operations. */
  async delete(actor: Actor, input: DeleteNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'deleteNodePool', input, dryRun }, async (tx, at) => {
      const { cluster, pool } = await lockClusterAndPool(tx, account, input.id, ['input', 'id']);
      await requireTransition(tx, pool, 'DELETE', ['input', 'id']);
      const error = {
        code: 'OPERATION_CANCELED',
        message: `The node pool ${pool.id} is being deleted.`,
      } as const;
      for (const id of await unfinishedOperations(tx, { targetId: pool.id })) {
        await finishOperation(tx, id, { state: 'CANCELED', error }, at);
      }
      const fields = { ...target(pool), type: 'DELETE_NODE_POOL', stages: ['NODES', 'RELEASE'] } as const;
      const operation = await createOperation(tx, fields, at);
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, { state: 'DELETING', generation, operationId: operation.id });
      if (pool.isDefault) await reassignDefaultPool(tx, pool, input.acknowledgeRisk);
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}
