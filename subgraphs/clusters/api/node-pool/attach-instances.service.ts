import type { Failure } from '../../../../engine/contract.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import type { UnattachedInstance } from '../../../../engine/providers/node-pool-provider.js';
import { containsId, type IdFilter } from '../../../../access/model/cluster-filter.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { largestInstance, largeTypeProblem } from '../../changes/instance-size.guard.js';
import { reservedNodes, reserveScaleUp } from '../../changes/quota.reservations.js';
import { kindOfRow } from '../../model/kind-of-row.js';
import { type AttachTarget, attachProblem } from '../../model/attach.rules.js';
import { imageOf } from '../../model/node-image.js';
import { reserveNodeNetwork } from '../../changes/node-network.js';
import { releaseInstanceQuota } from '../../changes/quota-usage.js';
import { reserveInstances } from '../../changes/reserve-instances.js';
import type { InstanceTypeValue } from '../../model/version.rules.js';
import { ATTACH_INSTANCES, ATTACHED } from '../../model/node-pool.plan.js';
import { desiredBounds } from '../../changes/scaling-group-bounds.js';
import type { AttachInstancesInput } from './pool-changes.input.js';
import { configOf } from '../../model/pool-config.js';
import {
  requireTransition,
  lockClusterAndPool,
  type LockedPool,
  enqueuePoolChange,
  rejectScalingByHand,
  target,
} from '../../changes/pool-spec.js';
import { pendingNode } from '../../changes/pending-node.js';
import { addressesOf } from '../../changes/pool-network.js';
import type { ContainerRuntime } from '../entities/cluster-kind.enums.js';
import { vcpuResource } from '../../model/instance-quota.js';
import * as pools from '../../store/node-pool.store.js';
import { instancesInUse } from '../../store/node.store.js';
import { type NewNode, deleteNodeOfInstance, insertAttachedNode } from '../../store/node-changes.store.js';

const MAX_INSTANCES = 100;
/** The system disk. The platform does not know the other disks of an existing instance. */
const DISKS_PER_INSTANCE = 1;

export interface AttachOptions {
  readonly dryRun?: boolean | null | undefined;
  /** Regions in which the actor may see instances: others are not found. */
  readonly regions: IdFilter;
}

/** Attaches existing instances that belong to no cluster as nodes. */
export class AttachInstancesService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /**
   * Instances that cannot be attached are reported in the operation with their reasons. Rejects when none can be
   * attached.
   */
  async attach(
    actor: Actor,
    input: AttachInstancesInput,
    { dryRun, regions }: AttachOptions,
  ): Promise<ChangeOutcome> {
    const ids = [...new Set(input.instanceIds)];
    checkInput(input, ids.length);
    const { account } = actor;
    const { instanceTypes } = await this.catalog.read();
    const found = await this.platform.provider.unattachedInstances(account, { ids });
    const visible = found.filter(({ regionId }) => containsId(regions, regionId));
    const instances = new Map(visible.map((one) => [one.id, one]));
    return change(this.platform, { actor, mutation: 'attachInstances', input, dryRun }, async (tx, at) => {
      const path = ['input', 'nodePoolId'];
      const locked = await lockClusterAndPool(tx, account, input.nodePoolId, path);
      const state = await requireTransition(tx, locked.pool, 'ATTACH', path);
      const { cluster, pool } = locked;
      rejectScalingByHand(pool, input.acknowledgeRisk);
      const working = await pools.countWorkingNodes(tx, pool.id);
      await pools.keepFailedNodes(tx, pool);
      const attempt: Attempt = { locked, input, ids, instances, types: instanceTypes, working, at };
      const { joined, rejected } = await join(tx, attempt);
      if (joined.length === 0) throw new ProblemError(rejected);
      const desiredSize = sizeAfterAttaching(attempt, joined.length);
      const operation = await createOperation(
        tx,
        {
          ...target(pool),
          type: ATTACH_INSTANCES,
          stages: ['NODES'],
          requested: ids.length,
          input: { fromSize: working, toSize: working + joined.length, trigger: 'ATTACH', rejected },
        },
        at,
      );
      const generation = { increment: 1 };
      await pools.updateNodePool(tx, pool.id, { desiredSize, generation, state, operationId: operation.id });
      await enqueuePoolChange(tx, cluster, pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}

function checkInput({ mode, acknowledgeDataLoss }: AttachInstancesInput, count: number): void {
  if (count < 1 || count > MAX_INSTANCES) {
    const message = `1 to ${MAX_INSTANCES} instances at once, not ${count}.`;
    throwProblem('INVALID_INPUT', message, { path: ['input', 'instanceIds'] });
  }
  if (mode === 'AUTO' && !acknowledgeDataLoss) {
    const message =
      'AUTO replaces the system disks; what is on them is lost. Back it up, then set acknowledgeDataLoss.';
    throwProblem('DATA_LOSS_NOT_ACKNOWLEDGED', message, { path: ['input', 'acknowledgeDataLoss'] });
  }
}

interface Attempt {
  readonly locked: LockedPool;
  readonly input: AttachInstancesInput;
  readonly ids: readonly string[];
  readonly instances: ReadonlyMap<string, UnattachedInstance>;
  readonly types: ReadonlyMap<string, InstanceTypeValue>;
  /** Number of the pool's nodes except failed ones. */
  readonly working: number;
  readonly at: Date;
}

/** The desired size with the attached instances: they first replace nodes that the pool lacks. */
function sizeAfterAttaching(
  { locked, working }: Pick<Attempt, 'locked' | 'working'>,
  joined: number,
): number {
  return Math.max(locked.pool.desiredSize, working + joined);
}

interface Joined {
  readonly joined: readonly string[];
  readonly rejected: Failure[];
}

/**
 * Creates the rows of the nodes. Each instance is checked individually, and against the quotas of pool and account.
 */
async function join(tx: Transaction, attempt: Attempt): Promise<Joined> {
  const { locked, ids, instances, working } = attempt;
  const { cluster, pool } = locked;
  const joined: string[] = [];
  const rejected: Failure[] = [];
  const room = (await desiredBounds(tx, pool)).maxSize - working;
  const used = await instancesInUse(tx, pool.account, ids);
  const largest = await largestInstance(tx, pool.account);
  const home = await targetPool(tx, attempt);
  for (const [index, id] of ids.entries()) {
    const place = ['input', 'instanceIds', String(index)];
    const full = joined.length >= room;
    const failure = full
      ? ({
          code: 'SCALING_GROUP_FULL',
          message: `${id}: the pool has as many nodes as it may have.`,
        } as const)
      : ((used.has(id) ? inUseFailure(id) : undefined) ??
        attachProblem({ id, instance: instances.get(id), home, mode: attempt.input.mode }) ??
        (await take(tx, { ...attempt, largest, instance: instances.get(id)! })));
    if (failure) rejected.push({ ...failure, path: place });
    else joined.push(id);
  }
  const reserved = await reservedNodes(tx, pool.account, pool.id);
  const growth = {
    id: pool.id,
    // `take` has checked the type of each instance.
    instanceTypes: [],
    config: configOf(pool),
    desiredSize: Math.max(0, sizeAfterAttaching(attempt, joined.length) - reserved),
    path: ['input', 'instanceIds'],
  };
  const { account } = pool;
  await reserveScaleUp(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
  return { joined, rejected };
}

/** The fields of the pool and its cluster that the checks of instances read. */
async function targetPool(
  tx: Transaction,
  { locked: { cluster, pool }, types }: Pick<Attempt, 'locked' | 'types'>,
): Promise<AttachTarget> {
  const { instanceTypes, gpuSharing, edgeAutonomy } = pool;
  const { imageId } = configOf(pool).instanceConfig;
  const runtime = pool.runtime as ContainerRuntime;
  return {
    types,
    kind: kindOfRow(cluster).name,
    version: cluster.version,
    regionId: cluster.regionId,
    network: await addressesOf(tx, pool),
    pool: { instanceTypes, runtime, gpuSharing, edgeAutonomy, imageId },
  };
}

function inUseFailure(id: string): Failure {
  return {
    code: 'INSTANCE_IN_USE',
    message: `The instance ${id} belongs to a cluster already. Remove it there first.`,
  };
}

/**
 * Inserts the node of the instance and reserves its vCPUs and disk; returns why not, e.g. when a concurrent request
 * attached it.
 */
async function take(
  tx: Transaction,
  attempt: Attempt & { readonly instance: UnattachedInstance; readonly largest: number },
): Promise<Failure | undefined> {
  const { instance, types, largest } = attempt;
  const { account } = attempt.locked.pool;
  const vcpus = types.get(instance.instanceType)?.vcpus ?? 0;
  const { instanceType: type, chargeType } = instance;
  const tooLarge = largeTypeProblem({ type, chargeType, vcpus }, largest);
  if (tooLarge) return { code: tooLarge.code, message: `${instance.id}: ${tooLarge.message}` };
  if (!(await insertAttachedNode(tx, nodeOf(attempt, vcpus)))) return inUseFailure(instance.id);
  const request = { account, chargeType, count: 1, vcpus, disks: DISKS_PER_INSTANCE };
  const { granted, shortage } = await reserveInstances(tx, request);
  if (granted === 1) return connect(tx, { attempt, instance, vcpus });
  await deleteNodeOfInstance(tx, instance.id);
  const why = shortage?.message ?? `The ${vcpuResource(chargeType)?.resource} quota has no room for it.`;
  return { code: 'QUOTA_EXCEEDED', message: `${instance.id}: ${why}` };
}

/** Reserves the instance's usage of the cluster's network; without room, deletes the node again and returns why. */
async function connect(
  tx: Transaction,
  {
    attempt,
    instance,
    vcpus,
  }: { readonly attempt: Attempt; readonly instance: UnattachedInstance; readonly vcpus: number },
): Promise<Failure | undefined> {
  const { cluster, pool } = attempt.locked;
  const { account } = pool;
  const { securityGroupId } = configOf(pool).instanceConfig;
  const instanceTypes = [instance.instanceType];
  const request = { account, clusterId: cluster.id, instanceTypes, count: 1, securityGroupId };
  const { shortage } = await reserveNodeNetwork(tx, request);
  if (!shortage) return undefined;
  await deleteNodeOfInstance(tx, instance.id);
  const { chargeType } = instance;
  const unused = { state: 'pending', vcpus, chargeType, disks: DISKS_PER_INSTANCE } as const;
  await releaseInstanceQuota(tx, account, [unused]);
  return { code: shortage.code, message: `${instance.id}: ${shortage.message}` };
}

function nodeOf(attempt: Attempt & { instance: UnattachedInstance }, vcpus: number): NewNode {
  const { locked, instance, types, input, at } = attempt;
  const { cluster, pool } = locked;
  const { architecture } = types.get(instance.instanceType) ?? {};
  const imageId = imageOf(configOf(pool).instanceConfig, architecture);
  return {
    ...pendingNode(pool, cluster, at),
    generation: pool.generation + 1,
    instanceId: instance.id,
    chargeType: instance.chargeType,
    origin: ATTACHED,
    // In MANUAL mode the instance keeps its system disk and operating system.
    attachOptions: { mode: input.mode, ...(input.mode === 'AUTO' && { imageId }) },
    zoneId: instance.zoneId,
    instanceType: instance.instanceType,
    vcpus,
    disks: DISKS_PER_INSTANCE,
  };
}
