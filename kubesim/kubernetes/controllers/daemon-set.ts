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
import { keyOf } from '../store/cluster-store.js';
import {
  activePods,
  createPod,
  onOwnedPods,
  report,
  splitKey,
  untilApiError,
} from '../cluster/controlled-pods.js';
import { recordRevision, removeOldRevisions } from './controller-revisions.js';
import { scaledAmount } from './rollout.js';

const REVISION = 'controller-revision-hash';

/** Tolerations of all DaemonSet pods, which are not evicted from unhealthy nodes. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

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
  const eligibleNodes = [...cluster.store.all(nodes)].filter((node) => isEligible(node, template));
  const names = new Set(eligibleNodes.map((node) => node.metadata.name));
  const present = keptPods(cluster, set, names);
  for (const [node, pod] of outdatedPods(cluster, set, { names, revision, present })) {
    deleteObject(cluster, pods, pod);
    present.delete(node);
  }
  const leaving = new Set(
    [...cluster.store.ownedOf(pods, set.metadata.uid)]
      .filter((pod) => pod.metadata.deletionTimestamp)
      .map(targetOf),
  );
  const labels = { [REVISION]: revision };
  const apiError = untilApiError(() => {
    for (const nodeName of names)
      if (!present.has(nodeName) && !leaving.has(nodeName))
        present.set(nodeName, createPod(cluster, set, { template, nodeName, labels }));
  });
  replaceStatus(
    cluster,
    daemonSets,
    set,
    statusOf(cluster, set, { desired: names.size, own: [...present.values()], revision }),
  );
  removeOldRevisions(cluster, set, new Set([name]));
  const next = nextAvailability(cluster, [...present.values()], set.spec.minReadySeconds);
  if (next !== undefined) checkAt(next);
  if (apiError) throw apiError;
}

/** Deletes failed and surplus pods; returns the remaining pods by node. */
function keptPods(cluster: ClusterContext, set: DaemonSet, names: ReadonlySet<string>): Map<string, Pod> {
  const present = new Map<string, Pod>();
  for (const pod of cluster.store.ownedOf(pods, set.metadata.uid))
    if (hasEnded(pod)) replaceEnded(cluster, set, pod);
  for (const pod of activePods(cluster, set)) {
    const node = targetOf(pod);
    if (!names.has(node) || present.has(node)) deleteObject(cluster, pods, pod);
    else present.set(node, pod);
  }
  return present;
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

interface RolloutState {
  readonly names: ReadonlySet<string>;
  readonly revision: string;
  readonly present: ReadonlyMap<string, Pod>;
}

/** The pods with an old template to replace now: unavailable ones, and others within maxUnavailable. */
function outdatedPods(
  cluster: ClusterContext,
  set: DaemonSet,
  { names, revision, present }: RolloutState,
): (readonly [string, Pod])[] {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const isUnavailable = ([, pod]: readonly [string, Pod]) =>
    !isAvailable(cluster, pod, set.spec.minReadySeconds);
  const outdated = [...present].filter(([, pod]) => pod.metadata.labels?.[REVISION] !== revision);
  const missing = names.size - present.size;
  const unavailable = missing + [...present].filter(isUnavailable).length;
  const room = scaledAmount(rollingUpdate?.maxUnavailable ?? 1, names.size, Math.ceil) - unavailable;
  const serving = outdated.filter((entry) => !isUnavailable(entry));
  return [...outdated.filter(isUnavailable), ...serving.slice(0, Math.max(0, room))];
}

function withTolerations(template: PodTemplate): PodTemplate {
  return {
    ...template,
    spec: { ...template.spec, tolerations: [...(template.spec.tolerations ?? []), ...DAEMON_TOLERATIONS] },
  };
}

function isEligible(node: Node, { spec }: PodTemplate): boolean {
  return matchesNode(spec, node) && tolerates(spec.tolerations, node.spec.taints);
}

/** The node of a DaemonSet pod: where it runs, or the node of its affinity. */
function targetOf({ spec }: Pod): string {
  return spec.nodeName ?? namedNodes(spec)?.[0] ?? '';
}

function statusOf(
  cluster: ClusterContext,
  set: DaemonSet,
  { desired, own, revision }: { desired: number; own: readonly Pod[]; revision: string },
): DaemonSet['status'] {
  const ready = own.filter(isReady).length;
  const available = own.filter((pod) => isAvailable(cluster, pod, set.spec.minReadySeconds)).length;
  return {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: desired,
    currentNumberScheduled: own.length,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: available,
    numberUnavailable: Math.max(0, desired - available),
    updatedNumberScheduled: own.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length,
  };
}
