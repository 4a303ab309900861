import type { NodeStatus } from '../../model/node.enums.js';
import {
  done,
  requeueAfter,
  type NewEvent,
  type Reconciler,
  type ReconcileContext,
} from '../../../../engine/contract.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { type NodeRow as Node, findNode } from '../../store/node.store.js';
import { isReady } from '../../inspection/kubernetes-nodes.js';
import { startRepair } from './start-repair.js';
import { kubernetesNodeOf } from './kubernetes-node.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { eventOf } from '../../model/cluster-events.js';
import { setNodeStatus } from '../../store/node-changes.store.js';

/** Milliseconds after which a node that is not Ready is checked again. */
const POLL_MS = 5_000;

/**
 * Updates the status of one node from Kubernetes. Pools create and remove nodes in batches; this reconciler handles a
 * single node that another reconciler or a schedule enqueues.
 */
export function createNodeReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'node',
    async reconcile(key, scope) {
      const node = await findNode(scope.database, key);
      if (!node) return done;
      if (node.state !== 'running') return wakePool(node, scope);
      const status = await statusOf(node, { scope, dependencies });
      if (status !== node.status) await record(node, status, scope);
      if (status === 'NotReady') await startRepair(node, scope);
      return status === 'Ready' ? done : requeueAfter(POLL_MS);
    },
  };
}

/** The node pool reconciler handles nodes that are not running. */
async function wakePool(node: Node, { database }: ReconcileContext) {
  if (node.nodePoolId !== null && node.state !== 'failed')
    await enqueue(database, 'node-pool', node.nodePoolId);
  return done;
}

async function statusOf(
  node: Node,
  { scope, dependencies }: { scope: ReconcileContext; dependencies: ReconcilerDependencies },
): Promise<NodeStatus> {
  const found = await kubernetesNodeOf(node, { scope, dependencies });
  if (!found) return 'Unknown';
  return isReady(found) ? 'Ready' : 'NotReady';
}

async function record(node: Node, status: NodeStatus, { database, clock }: ReconcileContext): Promise<void> {
  await eventTransaction(database, clock.now(), async (tx) => {
    if (await setNodeStatus(tx, node, status)) tx.emit(node.account, changed(node, status));
  });
}

function changed({ id, name, clusterId, nodePoolId }: Node, status: NodeStatus): NewEvent {
  const ready = status === 'Ready';
  return eventOf(
    { cluster: { id: clusterId }, ...(nodePoolId !== null && { pool: { id: nodePoolId } }) },
    ready ? 'NODE_READY' : 'NODE_NOT_READY',
    `The node ${name} is ${ready ? 'ready' : `not ready (${status})`}.`,
    { level: ready ? 'INFO' : 'WARNING', data: { nodeId: id, name, status } },
  );
}
