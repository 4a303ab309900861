import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { markDisrupted } from '../cluster/disruption.js';
import { unknownConditions } from '../cluster/node-conditions.js';
import { replaceStatus } from '../cluster/write.js';
import type { Node, Pod, Taint } from '../kinds/core.js';
import { isNodeReady, nodes } from '../kinds/nodes.js';
import { timestamp, withCondition } from '../kinds/object.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { endingTaints, TaintEviction } from './taint-eviction.js';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
/** Annotation of edge nodes that keep their pods while they are unreachable. */
const AUTONOMY = 'node.beta.alibabacloud.com/autonomy';
/** Taint that clients give a node whose machine does not come back. */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
/** Taints of nodes with a condition that is true. */
const TAINTS_BY_CONDITION: Readonly<Record<string, string | undefined>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};
const OWN_TAINTS = new Set([UNREACHABLE, NOT_READY, UNSCHEDULABLE, ...Object.values(TAINTS_BY_CONDITION)]);
/** Simulated seconds for which the pods of a deleted node are kept: it may register again. */
const QUARANTINE_SECONDS = 40;

/**
 * Reports nodes whose kubelets have stopped as unknown, taints unready and cordoned nodes, sets the pods of unready ones to not ready,
 * evicts pods without tolerations, and removes the pods of deleted nodes.
 */
export function nodeLifecycleController(cluster: ClusterContext): Controller {
  const eviction = new TaintEviction(cluster);
  /** Until when the pods of deleted nodes are kept, in milliseconds. */
  const quarantine = new Map<string, number>();
  const queue = cluster.queue('node-lifecycle', (name) => {
    const node = cluster.store.get(nodes, '', name);
    const again = (at: number) => void cluster.timers.at(at, () => queue.add(name));
    if (!node) return removeOrphans(cluster, name, { quarantine, again });
    quarantine.delete(name);
    const monitored = monitor(cluster, node, again);
    if (isLost(monitored) && !isAutonomous(monitored)) markPodsNotReady(cluster, name);
    eviction.evict(tainted(cluster, monitored), again);
    if (isOutOfService(monitored)) endDeletedPods(cluster, name);
  });
  return {
    start() {
      cluster.store.onChange(nodes, ({ type, object }) => {
        const { name } = object.metadata;
        if (type === 'ADDED') report(cluster, object as Node, 'RegisteredNode', `Registered Node ${name} in`);
        if (type === 'DELETED') {
          report(cluster, object as Node, 'RemovingNode', `Removing Node ${name} from`);
          eviction.forget(name);
        }
        queue.add(name);
      });
      cluster.machines.onChange((name) => queue.add(name));
      cluster.store.onChange(pods, ({ object, previous }) => {
        const { nodeName } = (object as Pod).spec;
        const before = previous as Pod | undefined;
        if (!nodeName) return;
        const isDeleted = object.metadata.deletionTimestamp && !before?.metadata.deletionTimestamp;
        if (before?.spec.nodeName === nodeName && !isDeleted) return;
        const node = cluster.store.get(nodes, '', nodeName);
        if (!node || endingTaints(node).length > 0) queue.add(nodeName);
      });
      const names = new Set([...cluster.store.all(nodes)].map(({ metadata }) => metadata.name));
      for (const { spec } of cluster.store.all(pods)) if (spec.nodeName) names.add(spec.nodeName);
      for (const name of names) queue.add(name);
    },
  };
}

/** Whether the kubelet of a node was ready, or has said that it is not. Of a node without a kubelet nothing is known. */
function isLost(node: Node): boolean {
  return !isNodeReady(node) && !!node.status.conditions?.some(({ type }) => type === 'Ready');
}

function podsOn(cluster: ClusterContext, name: string): Pod[] {
  return [...cluster.store.all(pods)].filter(({ spec }) => spec.nodeName === name);
}

function report(
  { events }: ClusterContext,
  node: Node,
  reason: 'RegisteredNode' | 'RemovingNode',
  what: string,
): void {
  const message = `Node ${node.metadata.name} event: ${what} Controller`;
  events.record(node, { type: 'Normal', reason, message, component: 'node-controller' });
}

/** The node, as unknown if its kubelet has not renewed its lease in time; calls `again` with the end of that time. */
function monitor(cluster: ClusterContext, node: Node, again: (at: number) => void): Node {
  const { name } = node.metadata;
  const now = cluster.clock.now();
  const lostAt = cluster.machines.lostAt(name);
  if (lostAt === undefined || !isNodeReady(node)) return node;
  if (lostAt > now.getTime()) {
    again(lostAt);
    return node;
  }
  const conditions = unknownConditions(node, cluster.machines.renewedAt(name), now);
  const message = `Node ${name} status is now: NodeNotReady`;
  cluster.events.record(node, {
    type: 'Normal',
    reason: 'NodeNotReady',
    message,
    component: 'node-controller',
  });
  return replaceStatus(cluster, nodes, node, { ...node.status, conditions });
}

function isOutOfService(node: Node): boolean {
  return !isNodeReady(node) && endingTaints(node).some(({ key }) => key === OUT_OF_SERVICE);
}

/** Ends the deleted pods of a node that is out of service, for which their kubelet does not. */
function endDeletedPods(cluster: ClusterContext, nodeName: string): void {
  for (const pod of podsOn(cluster, nodeName)) {
    if (!pod.metadata.deletionTimestamp) continue;
    const ended = hasEnded(pod) ? pod : replaceStatus(cluster, pods, pod, { ...pod.status, phase: 'Failed' });
    deleteObject(cluster, pods, ended, { gracePeriodSeconds: 0 });
  }
}

/** Removes the pods of a deleted node after a while. */
function removeOrphans(
  cluster: ClusterContext,
  nodeName: string,
  { quarantine, again }: { readonly quarantine: Map<string, number>; again(at: number): void },
): void {
  const orphans = podsOn(cluster, nodeName);
  const now = cluster.clock.now().getTime();
  const until = quarantine.get(nodeName);
  if (orphans.length > 0 && until === undefined) {
    const end = now + cluster.scaled(QUARANTINE_SECONDS);
    quarantine.set(nodeName, end);
    again(end);
  } else if (until === undefined || until <= now) {
    quarantine.delete(nodeName);
    for (const pod of orphans) removeOrphan(cluster, pod);
  }
}

/** Removes a pod whose node is gone; its controller sees in its status that it has failed, and why. */
function removeOrphan(cluster: ClusterContext, pod: Pod): void {
  const message = 'PodGC: node no longer exists';
  const ended = hasEnded(pod)
    ? pod
    : markDisrupted(cluster, pod, { reason: 'DeletionByPodGC', message, failed: true });
  deleteObject(cluster, pods, ended, { gracePeriodSeconds: 0 });
}

/** Whether the node is an edge node whose pods keep running, and serving, while it is unreachable. */
function isAutonomous({ metadata }: Node): boolean {
  return metadata.annotations?.[AUTONOMY] === 'true';
}

/** Sets the condition Ready of the node's pods to False: their kubelet cannot; it sets it again when the node is back. */
function markPodsNotReady(cluster: ClusterContext, nodeName: string): void {
  const at = timestamp(cluster.clock.now());
  for (const pod of podsOn(cluster, nodeName)) {
    const ready = pod.status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') continue;
    const conditions = withCondition(pod.status.conditions, { ...ready, status: 'False' }, at);
    replaceStatus(cluster, pods, pod, { ...pod.status, conditions });
    const event = { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' } as const;
    cluster.events.record(pod, { ...event, component: 'node-controller' });
  }
}

/** The node with the taints of its state. */
function tainted(cluster: ClusterContext, node: Node): Node {
  const desired = desiredTaints(node, timestamp(cluster.clock.now()));
  const kept = (node.spec.taints ?? []).filter(({ key }) => !OWN_TAINTS.has(key));
  const old = (node.spec.taints ?? []).filter(({ key }) => OWN_TAINTS.has(key));
  if (desired.map(name).sort().join() === old.map(name).sort().join()) return node;
  const taints = [
    ...kept,
    ...desired.map((taint) => old.find((before) => name(before) === name(taint)) ?? taint),
  ];
  return cluster.store.put(nodes, {
    ...node,
    spec: { ...node.spec, taints: taints.length > 0 ? taints : undefined },
  });
}

function name({ key, effect }: Taint): string {
  return `${key}:${effect}`;
}

function desiredTaints(node: Node, timeAdded: string): Taint[] {
  const conditions = (node.status.conditions ?? []).filter(({ status }) => status === 'True');
  const reasons = [
    ...(node.spec.unschedulable ? [UNSCHEDULABLE] : []),
    ...conditions.flatMap(({ type }) => TAINTS_BY_CONDITION[type] ?? []),
  ];
  const list: Taint[] = reasons.map((key) => ({ key, effect: 'NoSchedule', timeAdded }));
  if (isNodeReady(node)) return list;
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
  const key = ready?.status === 'Unknown' ? UNREACHABLE : NOT_READY;
  const unschedulable = { key, effect: 'NoSchedule', timeAdded };
  if (isAutonomous(node)) return [...list, unschedulable];
  return [...list, unschedulable, { key, effect: 'NoExecute', timeAdded }];
}
