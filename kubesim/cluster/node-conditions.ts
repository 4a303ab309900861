import type { Node } from '../kinds/core.js';
import { isNodeReady } from '../kinds/nodes.js';
import { timestamp, type Condition } from '../kinds/object.js';

/** How the node of an instance is. */
export interface NodeHealth {
  /** Whether its kubelet is heard. */
  readonly ready: boolean;
  /** The operation that has interrupted its network. */
  readonly interruptedBy: string | undefined;
}

const NETWORK = 'NetworkUnavailable';

/** The conditions of a node with this health; undefined when it has them. */
export function healthConditions(
  node: Node,
  { ready, interruptedBy }: NodeHealth,
  now: Date,
): Condition[] | undefined {
  const present = node.status.conditions ?? [];
  const before = present.filter(({ type }) => type === NETWORK);
  const network = networkConditions(before, interruptedBy, now);
  const sameReady = isNodeReady(node) === ready;
  if (sameReady && network === before) return undefined;
  const rest = sameReady ? present.filter(({ type }) => type !== NETWORK) : nodeConditions(ready, now);
  return [...rest, ...network];
}

/** What the node says of its network: nothing as long as that was never interrupted. */
function networkConditions(before: Condition[], interruptedBy: string | undefined, now: Date): Condition[] {
  if (before.length === 0 && interruptedBy === undefined) return before;
  const wanted = networkCondition(interruptedBy, now);
  return before[0]?.message === wanted.message ? before : [wanted];
}

/** Says that a node's network does not work, or that it does. */
function networkCondition(why: string | undefined, now: Date): Condition {
  const at = timestamp(now);
  const broken = why !== undefined;
  return {
    type: 'NetworkUnavailable',
    status: broken ? 'True' : 'False',
    reason: broken ? 'NetworkInterrupted' : 'RouteCreated',
    message: broken ? `The network of the node is interrupted (${why}).` : 'The node has its routes.',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  };
}

/** The conditions that a kubelet reports, or those of a node whose kubelet has fallen silent. */
export function nodeConditions(ready: boolean, now: Date): Condition[] {
  const at = timestamp(now);
  const times = { lastHeartbeatTime: at, lastTransitionTime: at };
  if (!ready) {
    const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    return ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
      type,
      status: 'Unknown',
      ...why,
      ...times,
    }));
  }
  return [
    condition(
      'MemoryPressure',
      'False',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ].map((one) => ({ ...one, ...times }));
}

function condition(type: string, status: string, reason: string, message: string): Condition {
  return { type, status, reason, message };
}
