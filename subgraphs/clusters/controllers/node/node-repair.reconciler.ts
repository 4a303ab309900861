import {
  done,
  requeueAfter,
  type ReconcileResult,
  type Reconciler,
  type ReconcileContext,
} from '../../../../engine/contract.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { configOf } from '../../model/pool-config.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { isReady } from '../../inspection/kubernetes-nodes.js';
import { eventOf } from '../../model/cluster-events.js';
import { kubernetesNodeOf } from './kubernetes-node.js';
import { type RepairState } from '../../model/node-repair-states.js';
import { type NodeRepairRow, findRepair, updateRepair } from '../../store/node-repair.store.js';
import { type NodeRow, findNode, notReadyNodes } from '../../store/node.store.js';
import { findNodePool } from '../../store/node-pool.store.js';

/** Milliseconds that Kubernetes may take to report a restarted node as Ready. */
const GRACE_MS = 2_000;
const MIN_POLL_MS = 100;
const MAX_POLL_MS = 15_000;

interface Step {
  readonly repair: NodeRepairRow;
  readonly node: NodeRow;
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
}

/** Repairs a node: restarts it; if it is still not Ready and the pool allows it, resets its system disk. */
export function createNodeRepairReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'node-repair',
    async reconcile(key, scope) {
      const repair = await findRepair(scope.database, key);
      if (!repair || repair.finishedAt) return done;
      const node = await findNode(scope.database, repair.nodeId);
      if (node?.state !== 'running')
        return finishRepair(
          { repair, scope },
          { state: 'FAILED', message: `The node ${repair.nodeName} was deleted.` },
        );
      return next({ repair, node, scope, dependencies });
    },
  };
}

function next(step: Step): Promise<ReconcileResult> {
  switch (step.repair.state) {
    case 'RESTART_REQUESTED':
      return act(step, 'RESTART');
    case 'RESET_REQUESTED':
      return act(step, 'RESET');
    default:
      return pollRepair(step);
  }
}

async function act(step: Step, action: 'RESTART' | 'RESET'): Promise<ReconcileResult> {
  const { node, scope, dependencies } = step;
  const { readyAt } = await dependencies.provider.repairInstance(node.clusterId, node.id, action);
  await scope.faults.reach('node-repair.requested');
  if (action === 'RESET') await move(step, 'RESETTING', { systemDiskReset: true });
  else await move(step, 'RESTARTING');
  return requeueAfter(until(readyAt, scope));
}

/** Moves the repair to a state if the transition is allowed. */
async function move(
  { repair, scope }: Step,
  state: RepairState,
  more: { readonly systemDiskReset?: boolean; readonly message?: string } = {},
): Promise<void> {
  await updateRepair(scope.database, repair.id, { state, ...more });
}

async function pollRepair(step: Step): Promise<ReconcileResult> {
  const { repair, node, scope, dependencies } = step;
  const instances = await dependencies.provider.instances(node.clusterId, repair.nodePoolId);
  const instance = instances.find(({ id }) => id === node.id);
  if (!instance)
    return finishRepair(step, {
      state: 'FAILED',
      message: `The instance of the node ${node.name} was deleted.`,
    });
  if (instance.state !== 'RUNNING') return requeueAfter(until(instance.readyAt, scope));
  const found = await kubernetesNodeOf(node, { scope, dependencies });
  if (found && isReady(found)) return succeed(step);
  const waited = scope.clock.now().getTime() - instance.readyAt.getTime();
  if (waited < GRACE_MS) return requeueAfter(Math.max(MIN_POLL_MS, GRACE_MS - waited));
  return escalateRepair(step);
}

function succeed(step: Step): Promise<ReconcileResult> {
  const { systemDiskReset } = step.repair;
  const how = systemDiskReset ? 'a new system disk; what was on the old one is lost' : 'a restart';
  return finishRepair(step, {
    state: 'SUCCEEDED',
    message: `The node ${step.node.name} is ready again after ${how}.`,
  });
}

async function escalateRepair(step: Step): Promise<ReconcileResult> {
  const { repair, node, scope } = step;
  if (repair.state === 'RESETTING')
    return finishRepair(step, {
      state: 'FAILED',
      message: `The node ${node.name} is not ready, with a new system disk too.`,
    });
  const pool = await findNodePool(scope.database, repair.nodePoolId);
  if (!pool || !configOf(pool).management.allowSystemDiskReset) {
    const message = `The node ${node.name} is not ready after a restart, and the pool does not allow a new system disk.`;
    return finishRepair(step, { state: 'FAILED', message });
  }
  const message = `The node ${node.name} is not ready after a restart; it gets a new system disk.`;
  await move(step, 'RESET_REQUESTED', { message });
  return requeueAfter(0);
}

async function finishRepair(
  { repair, scope }: Pick<Step, 'repair' | 'scope'>,
  { state, message }: { readonly state: 'SUCCEEDED' | 'FAILED'; readonly message: string },
): Promise<ReconcileResult> {
  const at = scope.clock.now();
  await eventTransaction(scope.database, at, async (tx) => {
    const moved = await updateRepair(tx, repair.id, { state, message, finishedAt: at });
    const done = state === 'SUCCEEDED';
    const data = {
      nodeId: repair.nodeId,
      name: repair.nodeName,
      repairId: repair.id,
      systemDiskReset: repair.systemDiskReset,
    };
    const subject = { cluster: { id: repair.clusterId }, pool: { id: repair.nodePoolId } };
    const type = done ? 'NODE_REPAIRED' : 'NODE_REPAIR_FAILED';
    const event = eventOf(subject, type, message, { level: done ? 'INFO' : 'ERROR', data });
    if (moved) tx.emit(repair.account, event);
    // Checks the node's status again; the repair of another node may start.
    const others = await notReadyNodes(tx, repair.nodePoolId);
    await enqueueAll(tx, 'node', [repair.nodeId, ...others]);
  });
  return done;
}

function until(time: Date, { clock }: ReconcileContext): number {
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, time.getTime() - clock.now().getTime()));
}
