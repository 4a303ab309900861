import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import type { RemovalOptions } from '../../store/node-changes.store.js';
import type { Node } from '../../store/reconcile.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { drainNode } from './drain-node.js';
import { batches, type PoolStep } from '../steps/node-pool-step.js';

/** Milliseconds of draining after which a node is deleted with its remaining pods. */
const DRAIN_TIMEOUT_MS = 10 * 60_000;
/** Nodes drained concurrently. */
const AT_ONCE = 10;

/** Drains nodes that are being removed; returns the nodes that are drained or whose timeout has passed. */
export async function drainNodes(step: PoolStep, nodes: readonly Node[]): Promise<Node[]> {
  const { cluster, scope, dependencies } = step;
  const now = scope.clock.now().getTime();
  const waiting = nodes.filter((node) => cluster.state !== 'DELETING' && mustDrain(node, now));
  if (waiting.length === 0) return [...nodes];
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  if (!client) return [...nodes];
  const busy = new Set<string>();
  for (const batch of batches(waiting, AT_ONCE)) {
    scope.signal.throwIfAborted();
    for (const id of await nodesWithPods(client, batch)) busy.add(id);
  }
  return nodes.filter(({ id }) => !busy.has(id));
}

function mustDrain({ removalOptions }: Node, now: number): boolean {
  const how = removalOptions as RemovalOptions | null;
  return how !== null && how.drain && now - Date.parse(how.since) < DRAIN_TIMEOUT_MS;
}

/** Returns the ids of the nodes that still have pods. */
async function nodesWithPods(client: KubernetesClient, nodes: readonly Node[]): Promise<string[]> {
  const remaining = await Promise.all(nodes.map(({ name }) => drainNode(client, name)));
  return nodes.flatMap(({ id }, index) => ((remaining[index] ?? 0) > 0 ? [id] : []));
}
