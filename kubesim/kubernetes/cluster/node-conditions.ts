import type { NodeHealth, NodeProblem } from '../../cluster-port.js';
import type { Node } from '../kinds/core.js';
import { isNodeReady } from '../kinds/nodes.js';
import { timestamp, type Condition } from '../kinds/object.js';

interface ConditionTexts {
  readonly broken: { readonly reason: string; readonly message: string };
  readonly fine: { readonly reason: string; readonly message: string };
}

/** Texts of the conditions that exist only after a problem. */
const CONDITION_TEXTS: Readonly<Record<NodeProblem, ConditionTexts>> = {
  NetworkUnavailable: {
    broken: { reason: 'NetworkInterrupted', message: 'The network of the node is interrupted' },
    fine: { reason: 'RouteCreated', message: 'The node has its routes.' },
  },
  HealthChecksFailing: {
    broken: { reason: 'ConnectionsRefused', message: 'The health checks of pods on the node fail' },
    fine: { reason: 'ConnectionsReused', message: 'The health checks of pods reach them.' },
  },
};
const PROBLEMS = Object.keys(CONDITION_TEXTS) as NodeProblem[];

/** Whether the node has the problem. */
export function hasNodeProblem({ status }: Node, problem: NodeProblem): boolean {
  return !!status.conditions?.some(({ type, status: is }) => type === problem && is === 'True');
}

/** The conditions of a node by its health; undefined if nothing changes. */
export function healthConditions(
  node: Node,
  { ready, problems }: NodeHealth,
  now: Date,
): Condition[] | undefined {
  const present = node.status.conditions ?? [];
  const before = present.filter(({ type }) => PROBLEMS.includes(type as NodeProblem));
  const conditions = PROBLEMS.flatMap((type) => problemCondition(type, { by: problems[type], before, now }));
  const same = isNodeReady(node) === ready;
  if (same && conditions.every((condition) => before.includes(condition))) return undefined;
  const rest = same ? present.filter((condition) => !before.includes(condition)) : nodeConditions(now);
  return [...rest, ...conditions];
}

/** The condition of a problem; undefined if the node has never had it. */
function problemCondition(
  type: NodeProblem,
  { by, before, now }: { readonly by: string | undefined; readonly before: Condition[]; readonly now: Date },
): Condition[] {
  const previous = before.find((condition) => condition.type === type);
  if (!previous && by === undefined) return [];
  const at = timestamp(now);
  const { broken, fine } = CONDITION_TEXTS[type];
  const desired = by === undefined ? fine : { reason: broken.reason, message: `${broken.message} (${by}).` };
  if (previous?.message === desired.message) return [previous];
  const status = by === undefined ? 'False' : 'True';
  return [{ type, status, ...desired, lastHeartbeatTime: at, lastTransitionTime: at }];
}

/** When the kubelet of a node posted its status last, in milliseconds; undefined if it never did. */
export function heartbeatOf({ status }: Node): number | undefined {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.lastHeartbeatTime === undefined ? undefined : Date.parse(ready.lastHeartbeatTime);
}

const REPORTED_BY_KUBELET = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']);

/** The conditions of a node whose kubelet has stopped after its last heartbeat. */
export function unknownConditions({ status }: Node, heartbeat: Date, now: Date): Condition[] {
  const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  const times = { lastHeartbeatTime: timestamp(heartbeat), lastTransitionTime: timestamp(now) };
  return (status.conditions ?? []).map((condition) =>
    REPORTED_BY_KUBELET.has(condition.type)
      ? { type: condition.type, status: 'Unknown', ...why, ...times }
      : condition,
  );
}

/** The conditions that a kubelet reports. */
export function nodeConditions(now: Date): Condition[] {
  const at = timestamp(now);
  const times = { lastHeartbeatTime: at, lastTransitionTime: at };
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
  ].map((condition) => ({ ...condition, ...times }));
}

function condition(type: string, status: string, reason: string, message: string): Condition {
  return { type, status, reason, message };
}
