import type { ClusterContext, Controller } from '../cluster/context.js';
import type { Node, Pod } from '../kinds/core.js';
import { withTopologyLabels } from '../cluster/topology-labels.js';
import { namespaces, nodes } from '../kinds/nodes.js';
import { timestamp, withCondition } from '../kinds/object.js';
import { hasEnded, isActive, pods } from '../kinds/pods.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { type Amounts, namedNodes, requestsOf, shortages } from './fit.js';
import { hasCard, withCard } from './gpu-share.js';
import type { NodeInfo } from './node-info.js';
import { NodeInfoCache } from './node-info-cache.js';
import { explain, nodeReason } from './node-reasons.js';
import { type NodeCheck, podAffinityChecks, type Placement } from './pod-affinity.js';
import { PodCounts } from './pod-counts.js';
import { preempt } from './preemption.js';
import { bestOf } from './score.js';
import { topologySpreadChecks } from './topology-spread.js';

/** Number of feasible nodes that are scored. */
const MAX_CANDIDATES = 50;

/** The scheduler of pods that name no other. */
const SCHEDULER_NAME = 'default-scheduler';

/** The pods and nodes of a cluster, as the scheduler reads them. */
interface SchedulerCache extends Placement {
  readonly nodeInfos: NodeInfoCache;
}

/** Schedules pods on feasible nodes, the best first; makes room for important ones. */
export function scheduler(cluster: ClusterContext): Controller {
  const nodeInfos = new NodeInfoCache();
  const labelsOf = (name: string) => cluster.store.get(namespaces, '', name)?.metadata.labels;
  const counts = new PodCounts(labelsOf);
  const cache: SchedulerCache = {
    ...{ nodeInfos, labelsOf, counts },
    node: (name) => nodeInfos.entry(name),
    entries: () => nodeInfos.entries(),
  };
  const waiting = new Set<string>();
  /** Waiting pods whose affinity another pod can satisfy. */
  const waitingForPods = new Set<string>();
  let turn = 0;
  const queue = cluster.queue('scheduler', (key) => {
    const pod = cluster.store.get(pods, ...splitKey(key));
    if (!pod || pod.spec.nodeName || !isActive(pod) || !isScheduled(pod)) return;
    const { chosen, checks } = choose(cache, pod, (turn += 1));
    if (chosen) return bind(cluster, withCard(pod, chosen, requestsOf(pod)), chosen.node.metadata.name);
    waiting.add(key);
    if (dependsOnPods(pod)) waitingForPods.add(key);
    const nominated = preempt(cluster, nodeInfos, pod, (entry) => isShortOnly(entry, pod, checks));
    const message = explain(nodeInfos, pod, { checks, isNominated: nominated !== undefined });
    markUnschedulable(cluster, nominated ?? pod, message);
  });
  const retry = (keys: Set<string>) => {
    const all = [...keys];
    keys.clear();
    for (const key of all) queue.add(key);
  };
  const observe = (pod: Pod, deleted: boolean) => {
    const key = keyOf(pod);
    const isPlaced = !deleted && !!pod.spec.nodeName && !hasEnded(pod);
    if (!isPlaced) counts.remove(pod.metadata.uid);
    else if (counts.has(pod)) counts.update(pod);
    else {
      counts.add(pod);
      retry(waitingForPods);
    }
    if (nodeInfos.setPod(pod, deleted)) retry(waiting);
    if (deleted) {
      waiting.delete(key);
      waitingForPods.delete(key);
    }
  };
  return {
    start() {
      for (const node of cluster.store.all(nodes)) nodeInfos.setNode(node);
      for (const pod of cluster.store.all(pods)) observe(pod, false);
      cluster.store.onChange(nodes, ({ type, object }) => {
        if (type === 'DELETED') nodeInfos.removeNode(object.metadata.name);
        else nodeInfos.setNode(object as Node);
        retry(waiting);
      });
      cluster.store.onChange(namespaces, () => counts.namespacesChanged());
      cluster.store.onChange(pods, ({ type, object }) => {
        const pod = object as Pod;
        observe(pod, type === 'DELETED');
        // A waiting pod changes when its gates are removed.
        if (type !== 'DELETED' && !pod.spec.nodeName && !waiting.has(keyOf(pod))) queue.add(keyOf(pod));
      });
      for (const pod of cluster.store.all(pods)) if (!pod.spec.nodeName) queue.add(keyOf(pod));
    },
  };
}

/** Whether this scheduler schedules the pod, now. */
function isScheduled({ spec: { schedulerName = SCHEDULER_NAME, schedulingGates = [] } }: Pod): boolean {
  return schedulerName === SCHEDULER_NAME && schedulingGates.length === 0;
}

function dependsOnPods({ spec: { affinity, topologySpreadConstraints = [] } }: Pod): boolean {
  return !!affinity?.podAffinity || topologySpreadConstraints.length > 0;
}

/** The node for a pod, and the checks that depend on other pods. */
interface Choice {
  readonly chosen?: NodeInfo;
  readonly checks: readonly NodeCheck[];
}

function choose(cache: SchedulerCache, pod: Pod, turn: number): Choice {
  const { nodeInfos } = cache;
  const request = { pod, requests: requestsOf(pod) };
  const checks = [...podAffinityChecks(pod, cache), ...topologySpreadChecks(pod, cache)];
  const entries = namedNodes(pod.spec)?.map((name) => nodeInfos.entry(name)) ?? nodeInfos.entries();
  const fits = (entry: NodeInfo) =>
    nodeReason(entry, pod) === undefined && !isShort(nodeInfos, entry, request) && passes(entry, checks);
  // A pod that others made room for gets that node.
  const nominated = pod.status.nominatedNodeName && nodeInfos.entry(pod.status.nominatedNodeName);
  if (nominated && fits(nominated)) return { chosen: nominated, checks };
  const candidates: NodeInfo[] = [];
  for (let step = 0; step < entries.length && candidates.length < MAX_CANDIDATES; step += 1) {
    const entry = entries[(turn + step) % entries.length];
    if (entry && fits(entry)) candidates.push(entry);
  }
  return { chosen: bestOf(candidates, pod, cache), checks };
}

function passes({ node }: NodeInfo, checks: readonly NodeCheck[]): boolean {
  return checks.every((check) => check(node) === undefined);
}

/** Whether nothing but resources, which other pods use, keeps the pod from the node. */
function isShortOnly(entry: NodeInfo, pod: Pod, checks: readonly NodeCheck[]): boolean {
  return nodeReason(entry, pod) === undefined && passes(entry, checks);
}

/** A pod with the resources that it requests, which are added up once for all nodes. */
interface PodRequest {
  readonly pod: Pod;
  readonly requests: Amounts;
}

function isShort(nodeInfos: NodeInfoCache, entry: NodeInfo, { pod, requests }: PodRequest): boolean {
  const short = shortages(requests, entry.allocatable, nodeInfos.usedFor(pod, entry));
  return short.length > 0 || !hasCard(entry, requests);
}

function bind(cluster: ClusterContext, pod: Pod, nodeName: string): void {
  assign(cluster, pod, nodeName);
  const message = `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${nodeName}`;
  cluster.events.record(pod, {
    type: 'Normal',
    reason: 'Scheduled',
    message,
    component: SCHEDULER_NAME,
    action: 'Binding',
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
  const bound: Pod = {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...withoutNomination(pod.status), conditions },
  };
  return cluster.store.put(pods, withTopologyLabels(cluster, bound));
}

function withoutNomination({ nominatedNodeName: _, ...status }: Pod['status']): Pod['status'] {
  return status;
}

function markUnschedulable(cluster: ClusterContext, pod: Pod, message: string): void {
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
    component: SCHEDULER_NAME,
    action: 'Scheduling',
  });
}
