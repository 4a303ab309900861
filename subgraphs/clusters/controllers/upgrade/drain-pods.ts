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

/** Milliseconds to wait for surge replicas before pods are evicted without them, one at a time. */
const DRAIN_TIMEOUT_MS = 300_000;

/** Dependencies of draining. */
export interface PodDrain {
  readonly client: KubernetesClient;
  readonly operation: string;
  readonly scope: Pick<ReconcileContext, 'clock' | 'faults'>;
}

/**
 * Performs one pass of draining; the caller repeats it until no pods are left. PodDisruptionBudgets apply.
 *
 * Pods of Deployments and ReplicaSets are evicted once as many surge replicas are ready, so the number of ready pods
 * never falls below the spec; if surge replicas cannot be scheduled, one pod at a time.
 *
 * Pods of StatefulSets are evicted one at a time with one surge replica, each when all others are ready; without a
 * surge replica if its volume would outlive it.
 *
 * Pods of other owners are evicted one at a time per owner, pods of Jobs all at once.
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

/** Returns the pods of a workload that can be evicted now. */
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
  const cannotSurge = waited > DRAIN_TIMEOUT_MS || (!ready && (await hasUnschedulablePod(client, workload)));
  return ready || cannotSurge ? staying.slice(0, 1) : [];
}

/** False if the workload changed since it was read; the next pass reads it again. */
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
 * Removes surge replicas from workloads whose pods have been evicted; `busy` are the workloads with pods left. True
 * if no workload has surge replicas.
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

/** Keys of the workloads that own these pods, for `restoreReplicas`. */
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

/** Groups pods by controller; pods of a ReplicaSet by its Deployment. */
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

/** The Deployment of a ReplicaSet, or the ReplicaSet itself if it has none. */
async function deploymentOf(client: KubernetesClient, set: PodOwner): Promise<PodOwner> {
  try {
    const object = await client.get(objectPath(REPLICA_SETS, set.namespace, set.name));
    return ownerOf(object as Pod) ?? set;
  } catch (error) {
    if (isNotFound(error)) return set;
    throw error;
  }
}
