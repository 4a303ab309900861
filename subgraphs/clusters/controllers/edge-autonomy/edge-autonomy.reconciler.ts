import { edgeAutonomyInput } from '../../store/operation-input.js';
import { type KubernetesClient, MERGE_PATCH } from '../../../../engine/kubernetes/client.js';
import { done, type Reconciler, type ReconcileContext } from '../../../../engine/contract.js';
import { finishOperation, finishStage, startStage } from '../../../../engine/operations/operations.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { unfinishedOperations, findOperation } from '../../store/operation.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { type ListedNode, NODES_PATH, nodePath } from '../../inspection/kubernetes-nodes.js';
import { eventOf } from '../../model/cluster-events.js';
import type { NodePool } from '../../store/reconcile.store.js';
import { EDGE_AUTONOMY } from '../../model/edge-autonomy.js';
import { findNodePool } from '../../store/node-pool.store.js';

/** A node with this annotation keeps its pods while the control plane cannot reach it. */
const ANNOTATION = 'node.beta.alibabacloud.com/autonomy';
const POOL_LABEL = 'alibabacloud.com/nodepool-id';

/**
 * Annotates the nodes of an edge pool as `edgeAutonomy` requires; keys are pool ids. Enqueued again after nodes have
 * joined.
 */
export function createEdgeAutonomyReconciler({
  kubernetes,
}: Pick<ReconcilerDependencies, 'kubernetes'>): Reconciler {
  return {
    kind: 'edge-autonomy',
    async reconcile(key, scope) {
      const pool = await findNodePool(scope.database, key);
      if (!pool || pool.deletedAt) return done;
      const client = await clientOf(pool.clusterId, { scope, kubernetes });
      if (!client) return done;
      const changed = await annotate(client, pool);
      await scope.faults.reach('edge-autonomy.annotated');
      await record(pool, changed, scope);
      return done;
    },
  };
}

/** Returns the number of nodes whose annotation was corrected. */
async function annotate(client: KubernetesClient, pool: NodePool): Promise<number> {
  const nodes = await client.all<ListedNode>(NODES_PATH);
  const required = pool.edgeAutonomy ? 'true' : 'false';
  const mine = nodes.filter(({ metadata }) => metadata?.labels?.[POOL_LABEL] === pool.id);
  const wrong = mine.filter((node) => (annotationOf(node) ?? 'false') !== required);
  const patch = { metadata: { annotations: { [ANNOTATION]: required } } };
  for (const node of wrong) await client.patch(nodePath(node.metadata?.name ?? ''), patch, MERGE_PATCH);
  return wrong.length;
}

function annotationOf({ metadata }: ListedNode): string | undefined {
  return metadata?.annotations?.[ANNOTATION];
}

async function record(pool: NodePool, changed: number, { database, clock }: ReconcileContext): Promise<void> {
  const at = clock.now();
  await eventTransaction(database, at, async (tx) => {
    for (const id of await unfinishedOperations(tx, { targetId: pool.id })) {
      const operation = await findOperation(tx, id);
      // A change during this run enqueued the key again.
      if (operation?.type !== EDGE_AUTONOMY) continue;
      if (edgeAutonomyInput(operation).enabled !== pool.edgeAutonomy) continue;
      await startStage(tx, id, 'NODES', at);
      await finishStage(tx, id, 'NODES', at);
      await finishOperation(tx, id, { state: 'SUCCEEDED' }, at);
    }
    const text = `${changed} nodes of ${pool.name} ${pool.edgeAutonomy ? 'keep' : 'give up'} their pods while they are offline.`;
    const subject = { cluster: { id: pool.clusterId }, pool };
    const data = { enabled: pool.edgeAutonomy, nodes: changed };
    const events = changed > 0 ? [eventOf(subject, 'EDGE_AUTONOMY_SET', text, { data })] : [];
    tx.emit(pool.account, ...events);
  });
}
