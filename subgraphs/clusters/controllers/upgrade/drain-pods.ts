import type { ReconcileContext } from '../../../../engine/contract.js';
import type { KubernetesClient, KubernetesObject } from '../../../../engine/kubernetes/client.js';
import { isConflict, isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import { objectPath } from '../../../../engine/kubernetes/paths.js';
import { evict } from '../../inspection/evictable-pods.js';
import {
  addReplicas,
  allReady,
  surgeReplicasFor,
  surgeReplicasOf,
  type SurgeReplicas,
  hasUnschedulablePod,
  isReplicated,
  readWorkload,
  removeSurgeReplicas,
  restartWait,
  withExtraReplicas,
  type Workload,
  type WorkloadRef,
} from './surge-replicas.js';
import { isTerminating, ownerOf, type Pod, type PodOwner } from '../../model/pod.js';

/** How long additional replicas are waited for before pods go all the same, one after the other. */
const DRAIN_TIMEOUT_MS = 300_000;

/** What draining works with. */
export interface PodDrain {
  readonly client: KubernetesClient;
  readonly operation: string;
  readonly scope: Pick<ReconcileContext, 'clock' | 'faults'>;
}

/**
 * One look at the pods of nodes that are to be empty; called again until there are none. The pods of a Deployment or of a
 * ReplicaSet go when as many others are ready in addition, so that it never has fewer ready ones than it asks for; where
 * there is no room for those, one pod after the other. Those of a StatefulSet are evicted one at a time with one additional replica, each when all
 * others are ready; where that one's disk would be left behind, without it. The pods of other owners go one at a time
 * each, those of Jobs at once. What a disruption budget does not allow stays for now.
 */
export async function drainPods(drain: PodDrain, pods: readonly Pod[]): Promise<void> {
  const owners = await groupByOwner(drain.client, pods);
  for (const { owner, members } of owners) {
    const staying = members.filter((pod) => !isTerminating(pod));
    if (staying.length === 0) continue;
    const { kind } = owner;
    if (isReplicated(kind)) await drainWorkload(drain, { ...owner, kind }, { staying, all: members });
    else if (kind === 'Job' || staying.length === members.length)
      await evictAll(drain, kind === 'Job' ? staying : staying.slice(0, 1));
  }
}

interface ReplacedMembers {
  readonly staying: readonly Pod[];
  readonly all: readonly Pod[];
}

async function drainWorkload(drain: PodDrain, ref: WorkloadRef, members: ReplacedMembers): Promise<void> {
  const { client, operation, scope } = drain;
  const { staying } = members;
  const workload = await readWorkload(client, ref);
  if (!workload) return evictAll(drain, staying);
  const note = surgeReplicasOf(workload);
  const at = scope.clock.now();
  if (!note) {
    const extra = surgeReplicasFor(workload, staying.length);
    if (await added(() => addReplicas(client, workload, { operation, extra, at })))
      await scope.faults.reach('upgrade.replicas-added');
    return;
  }
  const going = await canEvict(drain, workload, { ...members, note });
  if (going.length === 0) return;
  await evictAll(drain, going);
  if (workload.kind === 'StatefulSet') await added(() => restartWait(client, workload, at));
}

/** The pods of a workload that can go now. */
async function canEvict(
  { client, scope }: PodDrain,
  workload: Workload,
  { staying, all, note }: ReplacedMembers & { readonly note: SurgeReplicas },
): Promise<readonly Pod[]> {
  const ordered = workload.kind === 'StatefulSet';
  const ready = allReady(workload, note.replicas + note.extra);
  if (ready && !ordered) return staying;
  if (all.length > staying.length) return [];
  const waited = scope.clock.now().getTime() - Date.parse(note.since);
  const hopeless = waited > DRAIN_TIMEOUT_MS || (!ready && (await hasUnschedulablePod(client, workload)));
  return ready || hopeless ? staying.slice(0, 1) : [];
}

/** False when the workload had changed since it was read: the next look sees how. */
async function added(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

async function evictAll({ client, scope }: PodDrain, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) await evict(client, pod);
  await scope.faults.reach('upgrade.pods-evicted');
}

/**
 * Takes additional replicas back from workloads whose pods have left; `busy` are those whose pods have not. True when
 * none has any left.
 */
export async function restoreReplicas(drain: PodDrain, busy: ReadonlySet<string>): Promise<boolean> {
  const extended = await withExtraReplicas(drain.client, drain.operation);
  const idle = extended.filter((workload) => !busy.has(keyOf(workload.kind, workload.metadata)));
  const ready = idle.filter((workload) => canReduce(workload, drain));
  for (const workload of ready) await added(() => removeSurgeReplicas(drain.client, workload));
  if (ready.length > 0) await drain.scope.faults.reach('upgrade.replicas-restored');
  return extended.length === 0;
}

function canReduce(workload: Workload, { scope }: PodDrain): boolean {
  const note = surgeReplicasOf(workload);
  if (!note || allReady(workload, note.replicas)) return true;
  return scope.clock.now().getTime() - Date.parse(note.since) > DRAIN_TIMEOUT_MS;
}

/** The workloads among the owners of pods, as `restoreReplicas` wants them. */
export async function workloadsWithPodsLeft(
  client: KubernetesClient,
  pods: readonly Pod[],
): Promise<Set<string>> {
  const owners = await groupByOwner(client, pods);
  return new Set(owners.map(({ owner }) => keyOf(owner.kind, owner)));
}

function keyOf(kind: string, names: KubernetesObject['metadata']): string {
  return `${kind}/${names?.namespace ?? ''}/${names?.name ?? ''}`;
}

interface Group {
  readonly owner: PodOwner;
  readonly members: readonly Pod[];
}

/** Pods by who makes them anew: those of ReplicaSets by their Deployment. */
async function groupByOwner(client: KubernetesClient, pods: readonly Pod[]): Promise<Group[]> {
  const direct = Map.groupBy(pods, (pod) => JSON.stringify(ownerOf(pod)));
  const groups = new Map<string, { owner: PodOwner; members: Pod[] }>();
  for (const members of direct.values()) {
    const owner = ownerOf(members[0]!)!;
    const last = owner.kind === 'ReplicaSet' ? await deploymentOf(client, owner) : owner;
    const key = JSON.stringify(last);
    const group = groups.get(key) ?? { owner: last, members: [] };
    group.members.push(...members);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const REPLICA_SETS = { apiVersion: 'apps/v1', resource: 'replicasets' };

/** The Deployment of a ReplicaSet, or the set itself when it stands alone. */
async function deploymentOf(client: KubernetesClient, set: PodOwner): Promise<PodOwner> {
  try {
    const object = await client.get(objectPath(REPLICA_SETS, set.namespace, set.name));
    return ownerOf(object as Pod) ?? set;
  } catch (error) {
    if (isNotFound(error)) return set;
    throw error;
  }
}
