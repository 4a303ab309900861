import { poolOperationInput } from '../../store/operation-input.js';
import { type NewEvent, requeueAfter } from '../../../../engine/contract.js';
import { startStage } from '../../../../engine/operations/operations.js';
import type { Instance } from '../../../../engine/providers/instance.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import type { Problem } from '../../../../kernel/result.js';
import { type Node, type NodePool, readNodes } from '../../store/reconcile.store.js';
import { releaseInstanceQuota, releaseQuotaUsage } from '../../changes/quota-usage.js';
import { type InstanceReservation, reserveInstances } from '../../changes/reserve-instances.js';
import { reserveNodeQuota } from '../../changes/reserve-node-quota.js';
import { attachRequest, attachOptionsOf, nodeRequest, zonesOf } from './node-request.js';
import { configOf } from '../../model/pool-config.js';
import { releaseNodeNetwork, reserveNodeNetwork } from '../../changes/node-network.js';
import { nextPollDelay } from '../../model/poll-schedule.js';
import { createsInstances, planPool } from '../../model/node-pool.plan.js';
import { batches, inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import {
  insertNodes,
  type NodeChange,
  recordNodes,
  vcpusOf,
  recordCapacityError,
} from '../../store/node-changes.store.js';
import { recordProgress } from '../steps/progress.js';
import { eventOf } from '../../model/cluster-events.js';
import { pendingNode } from '../../changes/pending-node.js';
import { vSwitchesOf } from '../../changes/pool-network.js';
import { sameJson } from '../../../../kernel/same-json.js';
import { type InstanceQuotaUsage, instanceQuotaUsage } from '../../model/instance-quota.js';

/**
 * Inserts rows for missing nodes, as many as the account's quotas for vCPUs and disks allow. The provider identifies
 * instances by these ids, so repeated requests are idempotent.
 */
export async function insertNodeRows(step: PoolStep): Promise<StepOutcome | undefined> {
  const { pool, cluster, operation, scope } = step;
  if (operation?.cancelRequestedAt || !createsInstances(operation)) return undefined;
  if (planPool(pool, step.nodes).missing === 0) return undefined;
  let made = 0;
  let noted = false;
  await inPool(step, async (tx, at) => {
    // Count again under the pool's lock, so that a concurrent run does not create the same nodes.
    const nodes = await readNodes(tx, pool.id);
    const { missing } = planPool(pool, nodes);
    const sizes = await vcpusOf(tx, pool.instanceTypes);
    // Reserve for the largest acceptable type, because the provider chooses the type.
    const each = Math.max(0, ...sizes.values());
    const existing = nodes.filter(({ state }) => state !== 'failed').length;
    const places = await reserveNodeQuota(tx, { cluster, pool, existing, missing });
    const request = { ...instanceSettingsOf(pool), count: places.granted, vcpus: each };
    const { granted, shortage } = await reserveInstances(tx, request);
    const taken = { granted, shortage: shortage ?? places.shortage };
    const network = await connectNodes(tx, step, { taken, vcpus: each });
    made = network.granted;
    noted = network.noted;
    if (made === 0) return [];
    const instanceType = pool.instanceTypes[0] ?? '';
    const zones = zonesLeft(step, nodes);
    const newNodes = Array.from({ length: made }, (_, index) =>
      newNode(step, { instanceType, vcpus: each, at, zoneId: zones[index] }),
    );
    await insertNodes(tx, newNodes);
    if (operation?.targetId === pool.id) await startStage(tx, operation.id, 'NODES', at);
    const text = `The node pool ${pool.name} gets ${made} more nodes.`;
    return [
      eventOf({ cluster, pool, operationId: operation?.id }, 'NODES_REQUESTED', text, {
        data: { nodes: made },
      }),
    ];
  });
  await scope.faults.reach('node-pool.rows-made');
  // Only the nodes have changed since the step was read.
  if (made > 0) return createInstances({ ...step, nodes: await readNodes(scope.database, pool.id) });
  return noted ? 'again' : undefined;
}

/** Charge type of the pool's instances and number of disks of each. */
function instanceSettingsOf(pool: Pick<NodePool, 'account' | 'config'>) {
  const { chargeType, dataDisks } = configOf(pool).instanceConfig;
  return { account: pool.account, chargeType, disks: 1 + dataDisks.length };
}

/**
 * Reserves network addresses for the nodes, releases the quota of nodes without one, and records the shortage on the
 * pool.
 */
async function connectNodes(
  tx: Transaction,
  { pool, cluster }: PoolStep,
  { taken, vcpus }: { readonly taken: InstanceReservation; readonly vcpus: number },
): Promise<{ readonly granted: number; readonly noted: boolean }> {
  const { account, instanceTypes } = pool;
  const { securityGroupId } = configOf(pool).instanceConfig;
  const request = { account, clusterId: cluster.id, instanceTypes, count: taken.granted, securityGroupId };
  const { granted, shortage: unconnected } = await reserveNodeNetwork(tx, request);
  const shortage = unconnected ?? taken.shortage;
  const instance = { ...instanceSettingsOf(pool), state: 'pending', vcpus } as const;
  const unused = Array.from({ length: taken.granted - granted }, () => instance);
  await releaseInstanceQuota(tx, account, unused);
  const noted = !sameJson(shortage, pool.capacityError);
  if (noted) await recordCapacityError(tx, pool.id, shortage);
  return { granted, noted };
}

/** Zones that still need nodes, repeated once per missing node. */
function zonesLeft({ pool, operation }: PoolStep, nodes: readonly Node[]): string[] {
  if (operation?.targetId !== pool.id) return [];
  const { zones = {} } = poolOperationInput(operation);
  const mine = nodes.filter(({ generation }) => generation === pool.generation).map(attachOptionsOf);
  return Object.entries(zones).flatMap(([zoneId, count]) => {
    const made = mine.filter((node) => node.zoneId === zoneId).length;
    return Array.from({ length: Math.max(0, count - made) }, () => zoneId);
  });
}

interface NewNode {
  readonly instanceType: string;
  readonly vcpus: number;
  readonly at: Date;
  /** undefined: any zone of the pool. */
  readonly zoneId: string | undefined;
}

function newNode({ pool, cluster }: PoolStep, { at, zoneId, ...fields }: NewNode) {
  const { chargeType, disks } = instanceSettingsOf(pool);
  return {
    ...fields,
    ...pendingNode(pool, cluster, at),
    generation: pool.generation,
    chargeType,
    disks: fields.vcpus === 0 ? 0 : disks,
    zoneId: zoneId ?? zonesOf(pool, cluster)[0] ?? '',
    ...(zoneId !== undefined && { attachOptions: { zoneId } }),
  };
}

/** Requests the instances of pending nodes from the provider in batches, and records the results. */
export async function createInstances(step: PoolStep): Promise<StepOutcome | undefined> {
  const { pool, cluster, scope, dependencies } = step;
  const pending = planPool(pool, step.nodes).kept.filter(({ state }) => state === 'pending');
  if (pending.length === 0) return undefined;
  const vSwitches = await vSwitchesOf(scope.database, pool);
  const made: Instance[] = [];
  for (const batch of batches(pending)) {
    scope.signal.throwIfAborted();
    const attached = batch.filter(({ instanceId }) => instanceId !== null);
    const fresh = batch.filter(({ instanceId }) => instanceId === null);
    const requests = fresh.map((node, index) => {
      const { zoneId } = attachOptionsOf(node);
      // Spread over the zones: each node prefers the next zone.
      const zoneIds = zoneId === undefined ? rotate(zonesOf(pool, cluster), index) : [zoneId];
      return nodeRequest(pool, node, { zoneIds, vSwitches });
    });
    const instances = [
      ...(await dependencies.provider.ensureInstances(cluster.id, requests)),
      ...(await dependencies.provider.attachInstances(
        cluster.id,
        attached.map((node) => attachRequest(pool, node, vSwitches)),
      )),
    ];
    await scope.faults.reach('node-pool.instances-made');
    await recordInstances(step, [...fresh, ...attached], instances);
    await scope.faults.reach('node-pool.instances-recorded');
    made.push(...instances);
  }
  const starting = made.every(({ state }) => state === 'STARTING');
  return starting ? requeueAfter(nextPollDelay(made, scope.clock.now())) : 'again';
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

async function recordInstances(
  step: PoolStep,
  batch: readonly Node[],
  instances: readonly Instance[],
): Promise<void> {
  await inPool(step, async (tx) => {
    const sizes = await vcpusOf(
      tx,
      instances.map(({ instanceType }) => instanceType),
    );
    const changes = batch.flatMap((node, index) => {
      const instance = instances[index];
      return instance ? [startedAs(node, instance, sizes)] : [];
    });
    return recordChanges(step, { tx, changes });
  });
}

/**
 * The change of a node for the returned instance; a running instance is `starting` until its Kubernetes node is
 * Ready.
 */
function startedAs(node: Node, instance: Instance, sizes: ReadonlyMap<string, number>): NodeChange {
  const failed = instance.state === 'FAILED';
  return {
    id: node.id,
    state: failed ? 'failed' : 'starting',
    status: failed ? 'Unknown' : 'NotReady',
    zoneId: instance.zoneId || node.zoneId,
    instanceType: instance.instanceType || node.instanceType,
    vcpus: Math.min(node.vcpus, sizes.get(instance.instanceType) ?? node.vcpus),
    instanceId: instance.providerId,
    vSwitchId: instance.vSwitchId,
    address: instance.address,
    version: instance.version || node.version,
    error: failed ? failureOf(node, instance) : null,
  };
}

/** Fails the nodes that have no instance yet. */
export async function failPending(step: PoolStep, error: Problem): Promise<void> {
  const pending = step.nodes.filter(({ state }) => state === 'pending');
  await inPool(step, async (tx) => {
    const changes = pending.map((node): NodeChange => ({
      ...node,
      state: 'failed',
      error,
      instanceId: undefined,
      vSwitchId: undefined,
      address: undefined,
    }));
    await enqueue(tx, 'node-pool', step.pool.id);
    return recordChanges(step, { tx, changes });
  });
}

/** Why the provider could not create an instance. */
export function failureOf(node: Pick<Node, 'name'>, { failure }: Pick<Instance, 'failure'>) {
  const code = failure?.code ?? 'INSTANCE_START_FAILED';
  return { code, message: `${node.name}: ${failure?.message ?? 'the instance could not be started.'}` };
}

export interface NodeRecord {
  readonly tx: EventTransaction;
  readonly changes: readonly NodeChange[];
}

/**
 * Records changes of the step's nodes, releases quotas that they no longer need, records progress, and returns the
 * events.
 */
export async function recordChanges(step: PoolStep, { tx, changes }: NodeRecord): Promise<NewEvent[]> {
  const recorded = await recordNodes(tx, changes);
  const before = new Map(step.nodes.map((node) => [node.id, node]));
  const done = changes.filter(({ id }) => recorded.has(id));
  await releaseQuotaUsage(
    tx,
    step.pool.account,
    done.flatMap((now) => releasedUsage(now, before.get(now.id))),
  );
  const smaller = (now: NodeChange) => isSmaller(step, now, before.get(now.id));
  if (done.some((now) => now.state === 'failed' || smaller(now)))
    await releaseNodeNetwork(tx, step.cluster.id);
  if (done.some(({ state }) => state !== 'starting')) await recordProgress(tx, step);
  return done.map((change) => nodeEvent(step, before.get(change.id)?.name ?? change.id, change));
}

/**
 * Whether an instance may need fewer network addresses than reserved; the reservation is for the largest acceptable
 * type.
 */
function isSmaller({ pool }: PoolStep, now: NodeChange, before: Node | undefined): boolean {
  if (before?.state !== 'pending') return false;
  return pool.instanceTypes.length > 1 || now.instanceType !== before.instanceType;
}

/** Quota usage that a change of the node releases. */
function releasedUsage(now: NodeChange, before: Node | undefined): InstanceQuotaUsage[] {
  if (!before) return [];
  const { chargeType, disks } = before;
  const [old, left] = [instanceQuotaUsage(before), instanceQuotaUsage({ ...now, chargeType, disks })];
  const freed = { vcpus: old.vcpus - left.vcpus, disks: old.disks - left.disks };
  return [{ chargeType, ...freed, instances: old.instances - left.instances }];
}

function nodeEvent({ pool, cluster, operation }: PoolStep, name: string, node: NodeChange): NewEvent {
  const subject = { cluster, pool, operationId: operation?.id };
  const data = { nodeId: node.id, name, zoneId: node.zoneId, instanceType: node.instanceType };
  if (node.state === 'failed') {
    const { code, message } = node.error ?? { code: 'INSTANCE_START_FAILED', message: 'The node failed.' };
    return eventOf(subject, 'NODE_FAILED', message, { level: 'WARNING', data: { ...data, code } });
  }
  if (node.state === 'running') return eventOf(subject, 'NODE_READY', `The node ${name} is ready.`, { data });
  return eventOf(
    subject,
    'NODE_STARTING',
    `The node ${name} (${node.instanceType}) starts in ${node.zoneId}.`,
    { data },
  );
}
