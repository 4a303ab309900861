import { requeueAfter } from '../../../../engine/contract.js';
import type { ErrorCode } from '../../../../kernel/errors.js';
import { inCluster, clusterEvent, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { failCluster } from './complete-cluster.js';
import { observedState } from '../node-pool/observe-nodes.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { isReady, readNode } from '../../inspection/kubernetes-nodes.js';
import { type NodeChange, recordNodes } from '../../store/node-changes.store.js';
import type { Node } from '../../store/reconcile.store.js';
import { mastersOf } from '../../store/node.store.js';

const POLL_MS = 500;

/** Waits until the masters of a dedicated cluster are Ready in Kubernetes. */
export const waitForMasters: Step = async (step) => {
  const { cluster, scope, dependencies } = step;
  if (cluster.type !== 'KUBERNETES') return undefined;
  const waiting = (await mastersOf(scope.database, cluster.id)).filter(({ state }) => state !== 'running');
  if (waiting.length === 0) return undefined;
  const instances = new Map(
    (await dependencies.provider.instances(cluster.id)).map((instance) => [instance.id, instance]),
  );
  const ready = await readyNames(step, waiting);
  const now = scope.clock.now().getTime();
  const changes = waiting.flatMap((node) => {
    const change = observedState(node, {
      instance: instances.get(node.id),
      ready: ready.has(node.name),
      now,
    });
    return change ? [change] : [];
  });
  const failed = changes.find(({ state }) => state === 'failed');
  // One failed master fails the creation: the control plane would lack the requested redundancy.
  if (failed) return failCluster(step, problemOf(failed));
  if (changes.length > 0) await record(step, changes);
  return changes.length === waiting.length ? 'again' : requeueAfter(POLL_MS);
};

function problemOf({ error }: NodeChange) {
  const code: ErrorCode = error?.code ?? 'INSTANCE_START_FAILED';
  return { code, message: `A master could not be made: ${error?.message ?? 'it did not start.'}` };
}

async function readyNames(
  { cluster, scope, dependencies }: ClusterStep,
  nodes: readonly Node[],
): Promise<Set<string>> {
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  if (!client) return new Set();
  const found = await Promise.all(nodes.map(({ name }) => readNode(client, name)));
  return new Set(found.flatMap((node) => (node && isReady(node) ? [node.metadata?.name ?? ''] : [])));
}

async function record(step: ClusterStep, changes: readonly NodeChange[]): Promise<void> {
  await inCluster(step, async (tx) => {
    const recorded = await recordNodes(tx, changes);
    return changes
      .filter(({ id }) => recorded.has(id))
      .map(({ id, zoneId, instanceType }) =>
        clusterEvent(step, 'NODE_READY', `A master is ready in ${zoneId}.`, {
          data: { nodeId: id, role: 'MASTER', zoneId, instanceType },
        }),
      );
  });
}
