import type { ClusterContext, Controller } from '../cluster/context.js';
import type { Node, Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { timestamp, withCondition } from '../kinds/object.js';
import { isActive, pods } from '../kinds/pods.js';
import { keyOf } from '../store/cluster-store.js';
import { splitKey } from '../cluster/controlled-pods.js';
import {
  matchesNode,
  namedNodes,
  requestsOf,
  shortages,
  tolerates,
  untolerated,
  type Amounts,
} from './fit.js';
import { GPU_MEMORY } from '../kinds/gpu-resources.js';
import { hasCard, withCard } from './gpu-share.js';
import type { NodeInfo } from './node-info.js';
import { NodeInfoCache } from './node-info-cache.js';

/** Number of feasible nodes that are scored. */
const MAX_CANDIDATES = 50;

/** Schedules pods on feasible nodes, the least loaded first. */
export function scheduler(cluster: ClusterContext): Controller {
  const ledger = new NodeInfoCache();
  const waiting = new Set<string>();
  let turn = 0;
  const queue = cluster.queue('scheduler', (key) => {
    const pod = cluster.store.get(pods, ...splitKey(key));
    if (!pod || pod.spec.nodeName || !isActive(pod)) return;
    const chosen = choose(ledger, pod, (turn += 1));
    if (chosen) bind(cluster, withCard(pod, chosen, requestsOf(pod)), chosen.node.metadata.name);
    else {
      waiting.add(key);
      markUnschedulable(cluster, pod, ledger);
    }
  });
  const retry = () => {
    for (const key of waiting) queue.add(key);
    waiting.clear();
  };
  return {
    start() {
      for (const node of cluster.store.all(nodes)) ledger.setNode(node);
      for (const pod of cluster.store.all(pods)) ledger.setPod(pod, false);
      cluster.store.onChange(nodes, ({ type, object }) => {
        if (type === 'DELETED') ledger.removeNode(object.metadata.name);
        else ledger.setNode(object as Node);
        retry();
      });
      cluster.store.onChange(pods, ({ type, object }) => {
        const pod = object as Pod;
        if (ledger.setPod(pod, type === 'DELETED')) retry();
        if (type === 'ADDED' && !pod.spec.nodeName) queue.add(keyOf(pod));
        if (type === 'DELETED') waiting.delete(keyOf(pod));
      });
      for (const pod of cluster.store.all(pods)) if (!pod.spec.nodeName) queue.add(keyOf(pod));
    },
  };
}

function choose(ledger: NodeInfoCache, pod: Pod, turn: number): NodeInfo | undefined {
  const requests = requestsOf(pod);
  const entries = namedNodes(pod.spec)?.map((name) => ledger.entry(name)) ?? ledger.entries();
  let best: { readonly entry: NodeInfo; readonly load: number } | undefined;
  let found = 0;
  for (let step = 0; step < entries.length && found < MAX_CANDIDATES; step += 1) {
    const entry = entries[(turn + step) % entries.length];
    if (!entry || !fitsNode(entry, pod, requests)) continue;
    found += 1;
    const load = loadOf(entry);
    if (!best || load < best.load) best = { entry, load };
  }
  return best?.entry;
}

function fitsNode(entry: NodeInfo, { spec }: Pod, requests: Amounts): boolean {
  const { node, allocatable, used } = entry;
  if (!matchesNode(spec, node) || !tolerates(spec.tolerations, taintsOf(node))) return false;
  return shortages(requests, allocatable, used).length === 0 && hasCard(entry, requests);
}

function taintsOf({ spec }: Node): Node['spec']['taints'] {
  if (!spec.unschedulable) return spec.taints;
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  return [...(spec.taints ?? []).filter(({ key }) => key !== cordon.key), cordon];
}

/** Load of a node: the mean of CPU, memory and pods. */
function loadOf({ allocatable, used }: NodeInfo): number {
  const part = (name: string) => (used[name] ?? 0) / Math.max(allocatable[name] ?? 0, 1e-9);
  return (part('cpu') + part('memory') + part('pods')) / 3;
}

function bind(cluster: ClusterContext, pod: Pod, nodeName: string): void {
  assign(cluster, pod, nodeName);
  const message = `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${nodeName}`;
  cluster.events.record(pod, {
    type: 'Normal',
    reason: 'Scheduled',
    message,
    component: 'default-scheduler',
  });
}

/** Binds a pod to a node; used by the scheduler and the binding subresource. */
export function assign(cluster: ClusterContext, pod: Pod, nodeName: string): Pod {
  const at = timestamp(cluster.clock.now());
  const conditions = withCondition(
    pod.status.conditions,
    { type: 'PodScheduled', status: 'True', lastProbeTime: null },
    at,
  );
  return cluster.store.put(pods, {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions },
  });
}

function markUnschedulable(cluster: ClusterContext, pod: Pod, ledger: NodeInfoCache): void {
  const message = explain(ledger, pod);
  const at = timestamp(cluster.clock.now());
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastProbeTime: null,
  };
  const before = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (before?.message === message) return;
  const conditions = withCondition(pod.status.conditions, condition, at);
  cluster.store.put(pods, { ...pod, status: { ...pod.status, conditions } });
  cluster.events.record(pod, {
    type: 'Warning',
    reason: 'FailedScheduling',
    message,
    component: 'default-scheduler',
  });
}

/** Why no node is feasible, with the message of kube-scheduler. */
function explain(ledger: NodeInfoCache, pod: Pod): string {
  if (ledger.size === 0) return 'no nodes available to schedule pods';
  const requests = requestsOf(pod);
  const reasons = new Map<string, number>();
  for (const entry of ledger.entries()) {
    for (const reason of reasonsOf(entry, pod, requests)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const list = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${ledger.size} nodes are available: ${list.join(', ')}.`;
}

function reasonsOf(entry: NodeInfo, { spec }: Pod, requests: Amounts): string[] {
  const { node, allocatable, used } = entry;
  if (node.spec.unschedulable) return ['node(s) were unschedulable'];
  const taint = untolerated(spec.tolerations, node.spec.taints);
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
  if (!matchesNode(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const short = shortages(requests, allocatable, used);
  // The node has enough memory, but none of its cards has.
  if (short.length === 0 && !hasCard(entry, requests)) short.push(GPU_MEMORY);
  return short.map((name) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`));
}
