import { sameJson } from '../../../kernel/same-json.js';
import { isAvailable, nextAvailability } from '../cluster/availability.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { daemonSets } from '../kinds/apps.js';
import type { Node, Pod, PodTemplate, Toleration } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { hasEnded, isReady, pods } from '../kinds/pods.js';
import type { DaemonSet } from '../kinds/workloads.js';
import { matchesNode, namedNodes, tolerates } from '../scheduler/fit.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { activePods, createPod, onOwnedPods, report, untilApiError } from '../cluster/controlled-pods.js';
import { recordRevision, removeOldRevisions } from './controller-revisions.js';
import { endingTaints } from './taint-eviction.js';
import { allowsSurge, keptOf, type NodePods, planRollout, podsOn } from './daemon-set-rollout.js';

const REVISION = 'controller-revision-hash';

/** Tolerations of all DaemonSet pods, which are not evicted from unhealthy nodes. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
/** Toleration of DaemonSet pods in the network of the host, which may be what makes the node's network available. */
const NETWORK_TOLERATION: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** Runs one pod of each DaemonSet on every eligible node. */
export function daemonSetController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('daemonset', (key) => {
    const set = cluster.store.get(daemonSets, ...splitKey(key));
    if (set && !set.metadata.deletionTimestamp) reconcile(cluster, set, (at) => queue.addAt(key, at));
  });
  const all = () => {
    for (const set of cluster.store.all(daemonSets)) queue.add(keyOf(set));
  };
  return {
    start() {
      cluster.store.onChange(daemonSets, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(nodes, all);
      onOwnedPods(cluster, 'DaemonSet', (key) => queue.add(key));
      all();
    },
  };
}

function reconcile(cluster: ClusterContext, set: DaemonSet, checkAt: (time: number) => void): void {
  const template = withTolerations(set.spec.template);
  const { name } = recordRevision(cluster, set).metadata;
  const revision = name.slice(set.metadata.name.length + 1);
  const all = [...cluster.store.all(nodes)].filter((node) => matchesNode(template.spec, node));
  const names = namesOf(all.filter((node) => tolerates(template.spec.tolerations, node.spec.taints)));
  // Taints that only keep new pods away do not end those that run.
  const staying = namesOf(all.filter((node) => mayStay(template, node)));
  const present = keptPods(cluster, set, { revision, staying });
  const rollout = planRollout(set, {
    ...{ names, present },
    isAvailable: (pod) => isAvailable(cluster, pod, set.spec.minReadySeconds),
  });
  for (const { node, pod } of rollout.remove) {
    deleteObject(cluster, pods, pod);
    present.delete(node);
  }
  const leaving = leavingNodes(cluster, set);
  const labels = { [REVISION]: revision };
  const apiError = untilApiError(() => {
    for (const nodeName of names) {
      const known = present.get(nodeName);
      const isMissing = !known && (allowsSurge(set) || !leaving.has(nodeName));
      if (!isMissing && !rollout.surge.has(nodeName)) continue;
      const current = createPod(cluster, set, { template, nodeName, labels });
      present.set(nodeName, { ...known, current });
    }
  });
  replaceStatus(cluster, daemonSets, set, statusOf(cluster, set, { names, present }));
  removeOldRevisions(cluster, set, new Set([name]));
  const running = [...present.values()].flatMap(podsOn);
  const next = nextAvailability(cluster, running, set.spec.minReadySeconds);
  if (next !== undefined) checkAt(next);
  if (apiError) throw apiError;
}

function namesOf(list: readonly Node[]): ReadonlySet<string> {
  return new Set(list.map(({ metadata }) => metadata.name));
}

function mayStay({ spec }: PodTemplate, node: Node): boolean {
  return tolerates(spec.tolerations, endingTaints(node));
}

/** The nodes whose pods are being deleted. */
function leavingNodes({ store }: ClusterContext, { metadata }: DaemonSet): ReadonlySet<string> {
  const own = [...store.ownedOf(pods, metadata.uid)];
  return new Set(own.filter((pod) => pod.metadata.deletionTimestamp).map(targetOf));
}

interface Kept {
  readonly revision: string;
  /** The nodes on which pods may stay. */
  readonly staying: ReadonlySet<string>;
}

/** Deletes pods that have ended and surplus ones; returns the remaining pods by node. */
function keptPods(
  cluster: ClusterContext,
  set: DaemonSet,
  { revision, staying }: Kept,
): Map<string, NodePods> {
  for (const pod of cluster.store.ownedOf(pods, set.metadata.uid))
    if (hasEnded(pod)) replaceEnded(cluster, set, pod);
  const isCurrent = ({ metadata }: Pod) => metadata.labels?.[REVISION] === revision;
  const isAvailablePod = (pod: Pod) => isAvailable(cluster, pod, set.spec.minReadySeconds);
  const byNode = Map.groupBy(activePods(cluster, set).toSorted(oldestFirst), targetOf);
  const present = new Map<string, NodePods>();
  for (const [node, own] of byNode) {
    const kept = staying.has(node)
      ? keptOf(set, own, { isCurrent, isReady, isAvailable: isAvailablePod })
      : {};
    for (const pod of own) if (!podsOn(kept).includes(pod)) deleteObject(cluster, pods, pod);
    if (podsOn(kept).length > 0) present.set(node, kept);
  }
  return present;
}

function oldestFirst(a: Pod, b: Pod): number {
  return a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp);
}

/** Deletes a pod that has ended on its node, so that another one is created. */
function replaceEnded(cluster: ClusterContext, set: DaemonSet, pod: Pod): void {
  if (pod.metadata.deletionTimestamp) return;
  const { namespace = '', name } = pod.metadata;
  const { phase } = pod.status;
  const message = `Found ${phase.toLowerCase()} daemon pod ${namespace}/${name} on node ${targetOf(pod)}, will try to `;
  if (phase === 'Failed')
    report(cluster, set, { type: 'Warning', reason: 'FailedDaemonPod', message: `${message}kill it` });
  else report(cluster, set, { reason: 'SucceededDaemonPod', message: `${message}delete it` });
  deleteObject(cluster, pods, pod);
}

function withTolerations(template: PodTemplate): PodTemplate {
  const { tolerations = [], hostNetwork } = template.spec;
  const added = [...DAEMON_TOLERATIONS, ...(hostNetwork ? [NETWORK_TOLERATION] : [])];
  const missing = added.filter((each) => !tolerations.some((own) => sameJson(own, each)));
  return { ...template, spec: { ...template.spec, tolerations: [...tolerations, ...missing] } };
}

/** The node of a DaemonSet pod: where it runs, or the node of its affinity. */
function targetOf({ spec }: Pod): string {
  return spec.nodeName ?? namedNodes(spec)?.[0] ?? '';
}

function statusOf(
  cluster: ClusterContext,
  set: DaemonSet,
  { names, present }: { names: ReadonlySet<string>; present: ReadonlyMap<string, NodePods> },
): DaemonSet['status'] {
  const scheduled = [...present].filter(([node]) => names.has(node)).map(([, own]) => own);
  // Of two pods on a node the ready one counts.
  const counted = scheduled.map((own) => podsOn(own).find(isReady) ?? own.current ?? own.old);
  const count = (matches: (pod: Pod) => boolean) => counted.filter((pod) => pod && matches(pod)).length;
  const available = count((pod) => isAvailable(cluster, pod, set.spec.minReadySeconds));
  return {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: names.size,
    currentNumberScheduled: scheduled.length,
    numberMisscheduled: present.size - scheduled.length,
    numberReady: count(isReady),
    numberAvailable: available,
    numberUnavailable: Math.max(0, names.size - available),
    updatedNumberScheduled: scheduled.filter(({ current }, index) => current && counted[index] === current)
      .length,
  };
}
