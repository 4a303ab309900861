import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { rejectPoolOfKind } from '../../model/pool-kind.guard.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { rejectLargeTypes } from '../../changes/instance-size.guard.js';
import { reservedNodes, rejectLargeGroup, reserveScaleUp } from '../../changes/quota.reservations.js';
import { validateName } from '../../model/name.rules.js';
import {
  autoscalingOf,
  type AutoscalingPlan,
  autoscalingProblems,
  instanceTypeProblems,
  type NodePoolPlan,
  planAutoscaling,
} from '../../model/node-pool.rules.js';
import type { UpdateNodePoolInput } from './pool-changes.input.js';
import { configOf, type InstanceSettings, planPoolConfig } from '../../model/pool-config.js';
import {
  defaultPoolProblems,
  imageFitProblems,
  validatePoolConfig,
  poolZoneProblems,
} from '../../model/pool-config.rules.js';
import type { InstanceConfigInput } from '../entities/pool-config.type.js';
import { placedConfig } from '../../changes/pool-network.js';
import {
  requireTransition,
  lockClusterAndPool,
  type LockedPool,
  enqueuePoolChange,
  target,
} from '../../changes/pool-spec.js';
import type { ClusterCatalog } from '../../model/catalog.js';
import { SETTINGS_STAGE } from '../../model/node-pool.plan.js';
import * as pools from '../../store/node-pool.store.js';

const PATH = ['input', 'id'];

/** Changes the settings of pools, except their size. */
export class UpdateNodePoolService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  async update(actor: Actor, input: UpdateNodePoolInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const catalog = await this.catalog.read();
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'updateNodePool', input, dryRun }, async (tx, at) => {
      const locked = await lockClusterAndPool(tx, account, input.id, PATH);
      const { cluster, pool } = locked;
      const state = await requireTransition(tx, pool, 'UPDATE', PATH);
      if (input.resourceVersion != null && input.resourceVersion !== pool.resourceVersion)
        throwProblem(
          'CONFLICT',
          `The node pool is at resourceVersion ${pool.resourceVersion}, not ${input.resourceVersion}.`,
          {
            path: ['input', 'resourceVersion'],
          },
        );
      const plan = await planUpdate(tx, locked, { input, catalog });
      const desiredSize = within(pool.desiredSize, plan.autoscaling);
      const reserved = await reservedNodes(tx, account, pool.id);
      const { instanceTypes, config } = plan;
      await rejectLargeTypes(tx, account, [{ instanceTypes, config, desiredSize, path: chargePath(input) }]);
      const growth = {
        id: pool.id,
        instanceTypes,
        config,
        desiredSize: Math.max(0, desiredSize - reserved),
        path: ['input', 'autoscaling'],
      };
      await reserveScaleUp(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
      if (input.autoscaling) await rejectLargeGroup(tx, account, { ...plan, id: pool.id, path: growth.path });
      const { labels, taints } = configOf(pool);
      const changes = {
        ...target(pool),
        type: 'UPDATE_NODE_POOL' as const,
        stages: [SETTINGS_STAGE, 'NODES'],
        input: {
          before: { labels, taints },
          fromSize: pool.desiredSize,
          toSize: desiredSize,
          trigger: 'UPDATE',
        },
      };
      const operation = await createOperation(tx, changes, at);
      await pools.updateNodePool(tx, pool.id, {
        name: plan.name,
        instanceTypes: [...plan.instanceTypes],
        ...(plan.autoscaling && { autoscaling: { ...plan.autoscaling } }),
        config: plan.config,
        desiredSize,
        state,
        generation: { increment: 1 },
        operationId: operation.id,
      });
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}

interface PoolUpdate {
  readonly input: UpdateNodePoolInput;
  readonly catalog: ClusterCatalog;
}

/** The updated pool. Rejects with every problem that can be found at once. */
async function planUpdate(tx: Transaction, locked: LockedPool, changes: PoolUpdate): Promise<NodePoolPlan> {
  const { cluster, pool } = locked;
  const { input, catalog } = changes;
  const before = configOf(pool);
  const instanceTypes = input.instanceTypes ?? pool.instanceTypes;
  const config = planPoolConfig({ ...input, instanceTypes }, before);
  const autoscaling = planAutoscaling(input.autoscaling, autoscalingOf(pool));
  const problems: Problem[] = [
    ...updateProblems(locked, changes),
    ...autoscalingProblems({ autoscaling }, ['input']),
    ...(await nameTaken(tx, cluster, { name: input.name, before: pool.name })),
  ];
  if (problems.length > 0) throw new ProblemError(problems);
  const { account } = pool;
  const plan: NodePoolPlan = {
    name: input.name ?? pool.name,
    instanceTypes,
    desiredSize: pool.desiredSize,
    autoscaling,
    config: await placedConfig(tx, config, {
      account,
      clusterId: cluster.id,
      path: ['input'],
      presentGroupId: before.instanceConfig.securityGroupId,
    }),
    runtime: pool.runtime as NodePoolPlan['runtime'],
    gpuSharing: pool.gpuSharing,
    edgeAutonomy: pool.edgeAutonomy,
  };
  rejectPoolOfKind(plan, cluster, catalog.instanceTypes);
  return plan;
}

function updateProblems({ cluster, pool }: LockedPool, { input, catalog }: PoolUpdate): Problem[] {
  const { instanceTypes: types, regions } = catalog;
  const instanceTypes = input.instanceTypes ?? pool.instanceTypes;
  const before = configOf(pool).instanceConfig;
  const instanceConfig = mergedInstanceConfig(input.instanceConfig, before);
  return [
    ...(input.name == null ? [] : validateName(input.name, ['input', 'name'])),
    ...instanceTypeProblems(instanceTypes, types, ['input', 'instanceTypes']),
    ...validatePoolConfig({ ...input, instanceConfig, instanceTypes }, types, ['input']),
    // The new instance types must run the unchanged image.
    ...(input.instanceTypes && input.instanceConfig?.imageId == null
      ? imageFitProblems({ ...before, instanceTypes }, types, ['input', 'instanceTypes'])
      : []),
    ...poolZoneProblems({ ...input, instanceTypes }, regions.get(cluster.regionId)?.zoneIds ?? [], ['input']),
    ...(pool.isDefault ? defaultPoolProblems(input, ['input']) : []),
  ];
}

/**
 * Omitted settings keep their values and are validated together with the new ones; a new charge type resets the spot
 * settings.
 */
function mergedInstanceConfig(input: InstanceConfigInput | null | undefined, before: InstanceSettings) {
  const anew = input?.chargeType != null;
  return {
    ...input,
    chargeType: input?.chargeType ?? before.chargeType,
    spotStrategy: input?.spotStrategy ?? (anew ? null : before.spotStrategy),
    spotPriceLimit: input?.spotPriceLimit ?? (anew ? null : before.spotPriceLimit),
  };
}

async function nameTaken(
  tx: Transaction,
  cluster: ClusterRow,
  { name, before }: { readonly name: string | null | undefined; readonly before: string },
): Promise<Problem[]> {
  if (name == null || name === before || !(await pools.isPoolNameTaken(tx, cluster.id, name))) return [];
  const message = `The cluster has a node pool named ${name} already. Choose another name.`;
  return [{ code: 'DUPLICATE_NAME', message, path: ['input', 'name'] }];
}

/** Path of the input that changes the price of the pool's instances. */
function chargePath({ instanceTypes, instanceConfig }: UpdateNodePoolInput): string[] {
  if (instanceTypes == null && instanceConfig?.chargeType != null)
    return ['input', 'instanceConfig', 'chargeType'];
  return ['input', 'instanceTypes'];
}

function within(size: number, autoscaling: AutoscalingPlan | null): number {
  if (!autoscaling?.enabled) return size;
  return Math.min(autoscaling.maxSize, Math.max(autoscaling.minSize, size));
}
