import { appendEvents } from '../../../engine/events.js';
import { createOperation, finishOperation } from '../../../engine/operations.js';
import type { Platform } from '../../../engine/platform.js';
import { enqueue } from '../../../engine/queue.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Transaction } from '../../../kernel/database.js';
import { newId } from '../../../kernel/ids.js';
import { refuse, Refused } from '../../../kernel/result.js';
import type { CatalogueStore } from '../catalogue/catalogue.store.js';
import { change, type ChangeOutcome } from '../change.js';
import { type ClusterRow, lockCluster, updateCluster } from '../cluster/cluster.store.js';
import { noSuchCluster } from '../cluster/create-cluster.service.js';
import type { CreateNodePoolInput, DeleteNodePoolInput, ScaleNodePoolInput } from './node-pool.input.js';
import { nodePoolProblems, planNodePool, sizeProblems } from './node-pool.rules.js';
import * as pools from './node-pool.store.js';
import { unfinishedOperations } from '../operation/operation.store.js';
import { hasNodePools } from '../cluster/product.rules.js';
import { heldPlaces, reserveGrowth, reservePools } from '../cluster/quota.reservations.js';

const CHANGEABLE = ['RUNNING', 'SCALING'];

/** Changes of node pools. */
export class NodePoolService {
  constructor(
    private readonly platform: Platform,
    private readonly catalogue: CatalogueStore,
  ) {}

  /** Adds a node pool to a running cluster. */
  async create(actor: Actor, input: CreateNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { instanceTypes } = await this.catalogue.catalogue();
    const problems = nodePoolProblems(input, instanceTypes, ['input']);
    if (problems.length > 0) throw new Refused(problems);
    const { account } = actor;
    const plan = planNodePool(input);
    return change(this.platform, { actor, mutation: 'createNodePool', input, dryRun }, async (tx, at) => {
      const cluster = await changeableCluster(tx, account, input.clusterId, ['input', 'clusterId']);
      if (!hasNodePools(cluster.product)) {
        refuse('INVALID_INPUT', `A cluster of ${cluster.product} has no node pools.`, {
          path: ['input', 'clusterId'],
        });
      }
      if (await pools.isPoolNameTaken(tx, cluster.id, plan.name)) {
        refuse('DUPLICATE_NAME', `The cluster has a node pool named ${plan.name}.`, {
          path: ['input', 'name'],
        });
      }
      const id = newId('nodePool');
      const counted = { id, desiredSize: plan.desiredSize, path: ['input', 'desiredSize'] };
      const { product, id: clusterId } = cluster;
      await reservePools(tx, { account, clusterId, product, pools: [counted], path: ['input'] });
      const { autoscaling, ...fields } = plan;
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
      await set(tx, cluster, id, at);
      return { clusterId, nodePoolId: id, operationId: operation.id };
    });
  }

  /** Changes how many nodes a pool shall have; the same number again tries for those that could not be made. */
  async scale(actor: Actor, input: ScaleNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const problems = sizeProblems(input.desiredSize, ['input', 'desiredSize']);
    if (problems.length > 0) throw new Refused(problems);
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'scaleNodePool', input, dryRun }, async (tx, at) => {
      const { cluster, pool } = await lockBoth(tx, account, input.nodePoolId, ['input', 'nodePoolId']);
      await checkScalable(tx, pool);
      const toSize = input.desiredSize;
      const held = await heldPlaces(tx, account, pool.id);
      const growth = { id: pool.id, desiredSize: Math.max(0, toSize - held), path: ['input', 'desiredSize'] };
      await reserveGrowth(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
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
        state: 'SCALING',
        operationId: operation.id,
      });
      await set(tx, cluster, pool.id, at);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }

  /** Deletes a pool with its nodes; what was being done to it is cancelled. */
  async delete(actor: Actor, input: DeleteNodePoolInput): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'deleteNodePool', input }, async (tx, at) => {
      const { cluster, pool } = await lockBoth(tx, account, input.id, ['input', 'id']);
      if (pool.state === 'DELETING')
        refuse('INVALID_STATE', 'The node pool is being deleted.', { path: ['input', 'id'] });
      const error = { code: 'OPERATION_CANCELED', message: 'The node pool is being deleted.' } as const;
      for (const id of await unfinishedOperations(tx, { targetId: pool.id })) {
        await finishOperation(tx, id, { state: 'CANCELED', error }, at);
      }
      const wish = { ...target(pool), type: 'DELETE_NODE_POOL', stages: ['NODES', 'RELEASE'] };
      const operation = await createOperation(tx, wish, at);
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, { state: 'DELETING', generation, operationId: operation.id });
      await set(tx, cluster, pool.id, at);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}

function target({ id, account, clusterId }: { id: string; account: string; clusterId: string }) {
  return { account, targetKind: 'NodePool', targetId: id, clusterId } as const;
}

/** Ends the recording of a wish on a pool: its cluster is changing, the engine is to look, the events are written. */
async function set(tx: Transaction, cluster: ClusterRow, nodePoolId: string, at: Date): Promise<void> {
  await updateCluster(tx, cluster.id, { state: 'SCALING' });
  await enqueue(tx, 'node-pool', nodePoolId);
  await appendEvents(tx, cluster.account, at, []);
}

/** Locks the pool's cluster, then the pool: always in this order. */
async function lockBoth(tx: Transaction, account: string, nodePoolId: string, path: readonly string[]) {
  const clusterId = await pools.clusterOfPool(tx, account, nodePoolId);
  if (clusterId === null) refuse('NOT_FOUND', 'There is no such node pool.', { path });
  const cluster = await changeableCluster(tx, account, clusterId, path);
  const pool = await pools.lockNodePool(tx, account, nodePoolId);
  if (!pool) refuse('NOT_FOUND', 'There is no such node pool.', { path });
  return { cluster, pool };
}

async function changeableCluster(
  tx: Transaction,
  account: string,
  id: string,
  path: readonly string[],
): Promise<ClusterRow> {
  const cluster = await lockCluster(tx, account, id);
  if (!cluster) return noSuchCluster(path);
  if (!CHANGEABLE.includes(cluster.state)) {
    refuse('INVALID_STATE', `The cluster is ${cluster.state}; it must be ${CHANGEABLE.join(' or ')}.`, {
      path,
    });
  }
  return cluster;
}

async function checkScalable(tx: Transaction, pool: pools.NodePoolRow): Promise<void> {
  const path = ['input', 'nodePoolId'];
  const autoscaling = pool.autoscaling as { enabled: boolean } | null;
  if (autoscaling?.enabled)
    refuse('INVALID_STATE', 'The node pool scales by itself; it is not scaled by hand.', { path });
  if (pool.state === 'DELETING') refuse('INVALID_STATE', 'The node pool is being deleted.', { path });
  if ((await unfinishedOperations(tx, { targetId: pool.id })).length > 0) {
    refuse('INVALID_STATE', 'Another operation on the node pool has not ended.', { path });
  }
}
