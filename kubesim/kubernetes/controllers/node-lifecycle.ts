import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { markDisrupted } from '../cluster/disruption.js';
import { hasNodeProblem } from '../cluster/node-conditions.js';
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
const NETWORK_UNAVAILABLE = 'node.kubernetes.io/network-unavailable';
const OWN_TAINTS = new Set([UNREACHABLE, NOT_READY, UNSCHEDULABLE, NETWORK_UNAVAILABLE]);

/**
 * Taints unready and cordoned nodes, sets the pods of unready ones to not ready, evicts pods without tolerations, and
 * removes the pods of deleted nodes.
 */
export function nodeLifecycleController(cluster: ClusterContext): Controller {
  const eviction = new TaintEviction(cluster);
  const queue = cluster.queue('node-lifecycle', (name) => {
    const node = cluster.store.get(nodes, '', name);
    if (node) {
      if (!isNodeReady(node) && !isAutonomous(node)) markPodsNotReady(cluster, name);
      eviction.evict(tainted(cluster, node), () => queue.add(name));
    } else for (const pod of podsOn(cluster, name)) removeOrphan(cluster, pod);
  });
  return {
    start() {
      cluster.store.onChange(nodes, ({ type, object }) => {
        if (type === 'DELETED') eviction.forget(object.metadata.name);
        queue.add(object.metadata.name);
      });
      cluster.store.onChange(pods, ({ object, previous }) => {
        const { nodeName } = (object as Pod).spec;
        if (!nodeName || (previous as Pod | undefined)?.spec.nodeName === nodeName) return;
        if (endingTaints(cluster.store.get(nodes, '', nodeName)).length > 0) queue.add(nodeName);
      });
      const names = new Set([...cluster.store.all(nodes)].map(({ metadata }) => metadata.name));
      for (const { spec } of cluster.store.all(pods)) if (spec.nodeName) names.add(spec.nodeName);
      for (const name of names) queue.add(name);
    },
  };
}

function podsOn(cluster: ClusterContext, name: string): Pod[] {
  return [...cluster.store.all(pods)].filter(({ spec }) => spec.nodeName === name);
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
  const reasons = [
    ...(node.spec.unschedulable ? [UNSCHEDULABLE] : []),
    ...(hasNodeProblem(node, 'NetworkUnavailable') ? [NETWORK_UNAVAILABLE] : []),
  ];
  const list: Taint[] = reasons.map((key) => ({ key, effect: 'NoSchedule', timeAdded }));
  if (isNodeReady(node)) return list;
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
  const key = ready?.status === 'Unknown' ? UNREACHABLE : NOT_READY;
  const unschedulable = { key, effect: 'NoSchedule', timeAdded };
  if (isAutonomous(node)) return [...list, unschedulable];
  return [...list, unschedulable, { key, effect: 'NoExecute', timeAdded }];
}
