import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { daemonSets } from '../kinds/apps.js';
import type { Node, Pod, PodTemplate, Toleration } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { isReady, pods } from '../kinds/pods.js';
import { templateHash } from '../kinds/template-hash.js';
import type { DaemonSet } from '../kinds/workloads.js';
import { matchesNode, namedNodes, tolerates } from '../scheduler/fit.js';
import { keyOf } from '../store/cluster-store.js';
import { activePods, createPod, onOwnedPods, splitKey, untilApiError } from '../cluster/controlled-pods.js';

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
    if (set && !set.metadata.deletionTimestamp) reconcile(cluster, set);
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

function reconcile(cluster: ClusterContext, set: DaemonSet): void {
  const template = withTolerations(set.spec.template);
  const revision = templateHash(set.spec.template);
  const eligibleNodes = [...cluster.store.all(nodes)].filter((node) => isEligible(node, template));
  const names = new Set(eligibleNodes.map((node) => node.metadata.name));
  const present = keptPods(cluster, set, { names, revision });
  const leaving = new Set(
    [...cluster.store.ownedOf(pods, set.metadata.uid)]
      .filter((pod) => pod.metadata.deletionTimestamp)
      .map(targetOf),
  );
  const labels = { [REVISION]: revision };
  const refused = untilApiError(() => {
    for (const nodeName of names)
      if (!present.has(nodeName) && !leaving.has(nodeName))
        present.set(nodeName, createPod(cluster, set, { template, nodeName, labels }));
  });
  replaceStatus(
    cluster,
    daemonSets,
    set,
    statusOf(set, { desired: names.size, own: [...present.values()], revision }),
  );
  if (refused) throw refused;
}

interface DesiredPods {
  readonly names: ReadonlySet<string>;
  readonly revision: string;
}

/** Deletes surplus pods, and one pod with an old template at a time; returns the remaining pods by node. */
function keptPods(
  cluster: ClusterContext,
  set: DaemonSet,
  { names, revision }: DesiredPods,
): Map<string, Pod> {
  const present = new Map<string, Pod>();
  let renewing = set.spec.updateStrategy?.type === 'OnDelete';
  for (const pod of activePods(cluster, set)) {
    const node = targetOf(pod);
    const surplus = !names.has(node) || present.has(node);
    const renewed = !surplus && !renewing && pod.metadata.labels?.[REVISION] !== revision;
    renewing ||= renewed;
    if (surplus || renewed) deleteObject(cluster, pods, pod);
    else present.set(node, pod);
  }
  return present;
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
  set: DaemonSet,
  { desired, own, revision }: { desired: number; own: readonly Pod[]; revision: string },
): DaemonSet['status'] {
  const ready = own.filter(isReady).length;
  return {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: desired,
    currentNumberScheduled: own.length,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: Math.max(0, desired - ready),
    updatedNumberScheduled: own.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length,
  };
}
