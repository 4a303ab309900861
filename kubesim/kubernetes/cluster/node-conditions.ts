import type { NodeHealth, NodeProblem } from '../../cluster-port.js';
import type { Node } from '../kinds/core.js';
import { isNodeReady } from '../kinds/nodes.js';
import { timestamp, type Condition } from '../kinds/object.js';

interface Wording {
  readonly broken: { readonly reason: string; readonly message: string };
  readonly fine: { readonly reason: string; readonly message: string };
}

/** What the conditions say that exist only since something was wrong. */
const WORDING: Readonly<Record<NodeProblem, Wording>> = {
  NetworkUnavailable: {
    broken: { reason: 'NetworkInterrupted', message: 'The network of the node is interrupted' },
    fine: { reason: 'RouteCreated', message: 'The node has its routes.' },
  },
  HealthChecksFailing: {
    broken: { reason: 'ConnectionsRefused', message: 'The health checks of pods on the node fail' },
    fine: { reason: 'ConnectionsReused', message: 'The health checks of pods reach them.' },
  },
};
const PROBLEMS = Object.keys(WORDING) as NodeProblem[];

/** Whether something of this kind is wrong with the node. */
export function hasNodeProblem({ status }: Node, problem: NodeProblem): boolean {
  return !!status.conditions?.some(({ type, status: is }) => type === problem && is === 'True');
}

/** The conditions of a node with this health; undefined when it has them. */
export function healthConditions(
  node: Node,
  { ready, problems }: NodeHealth,
  now: Date,
): Condition[] | undefined {
  const present = node.status.conditions ?? [];
  const before = present.filter(({ type }) => PROBLEMS.includes(type as NodeProblem));
  const wanted = PROBLEMS.flatMap((type) => problemCondition(type, { by: problems[type], before, now }));
  const same = isNodeReady(node) === ready;
  if (same && wanted.every((one) => before.includes(one))) return undefined;
  const rest = same ? present.filter((one) => !before.includes(one)) : nodeConditions(ready, now);
  return [...rest, ...wanted];
}

/** The condition of a problem; undefined while the node has never had it. */
function problemCondition(
  type: NodeProblem,
  { by, before, now }: { readonly by: string | undefined; readonly before: Condition[]; readonly now: Date },
): Condition[] {
  const known = before.find((one) => one.type === type);
  if (!known && by === undefined) return [];
  const at = timestamp(now);
  const { broken, fine } = WORDING[type];
  const wanted = by === undefined ? fine : { reason: broken.reason, message: `${broken.message} (${by}).` };
  if (known?.message === wanted.message) return [known];
  const status = by === undefined ? 'False' : 'True';
  return [{ type, status, ...wanted, lastHeartbeatTime: at, lastTransitionTime: at }];
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
