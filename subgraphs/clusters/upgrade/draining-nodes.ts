import type { ReconcileScope } from '../../../engine/contract.js';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { objectPath } from '../../../engine/kubernetes/paths.js';
import { evict, isLeaving, ownerOf, type Pod, type PodOwner } from './evictable-pods.js';
import {
  addReplicas,
  allReady,
  type Deployment,
  extraOf,
  findsNoRoom,
  readDeployment,
  takeReplicasBack,
  withExtraReplicas,
} from './extra-replicas.js';

/** How long additional replicas are waited for before pods go all the same, one after the other. */
const PATIENCE_MS = 300_000;

/** What draining works with. */
export interface Drain {
  readonly client: KubernetesClient;
  readonly operation: string;
  readonly scope: Pick<ReconcileScope, 'clock' | 'faults'>;
}

/**
 * One look at the pods of nodes that are to be empty; called again until there are none. The pods of a Deployment go
 * when as many others are ready in addition, so that it never has fewer ready ones than it asks for; where there is no
 * room for those, one pod after the other. The pods of other owners go one at a time each, those of Jobs at once.
 */
export async function drainPods(drain: Drain, pods: readonly Pod[]): Promise<void> {
  const owners = await groupByOwner(drain.client, pods);
  for (const { owner, members } of owners) {
    const staying = members.filter((pod) => !isLeaving(pod));
    if (staying.length === 0) continue;
    if (owner.kind === 'Deployment') await drainDeployment(drain, owner, { staying, all: members });
    else if (owner.kind === 'Job' || staying.length === members.length)
      await evictAll(drain, owner.kind === 'Job' ? staying : staying.slice(0, 1));
  }
}

interface Members {
  readonly staying: readonly Pod[];
  readonly all: readonly Pod[];
}

async function drainDeployment(drain: Drain, owner: PodOwner, { staying, all }: Members): Promise<void> {
  const { client, operation, scope } = drain;
  const deployment = await readDeployment(client, owner);
  if (!deployment) return evictAll(drain, staying);
  const note = extraOf(deployment);
  const at = scope.clock.now();
  if (!note) {
    if (await added(() => addReplicas(client, deployment, { operation, extra: staying.length, at })))
      await scope.faults.reach('upgrade.replicas-added');
    return;
  }
  if (allReady(deployment, note.replicas + note.extra)) return evictAll(drain, staying);
  if (all.length > staying.length) return;
  const waited = at.getTime() - Date.parse(note.since);
  if (waited > PATIENCE_MS || (await findsNoRoom(client, deployment)))
    await evictAll(drain, staying.slice(0, 1));
}

/** False when the Deployment had changed since it was read: the next look sees how. */
async function added(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (error instanceof KubernetesStatusError && error.status === 409) return false;
    throw error;
  }
}

async function evictAll({ client, scope }: Drain, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) await evict(client, pod);
  await scope.faults.reach('upgrade.pods-evicted');
}

/**
 * Takes additional replicas back from Deployments whose pods have left; `busy` are those whose pods have not. True when
 * none has any left.
 */
export async function restoreReplicas(drain: Drain, busy: ReadonlySet<string>): Promise<boolean> {
  const extended = await withExtraReplicas(drain.client, drain.operation);
  const idle = extended.filter((deployment) => !busy.has(keyOf(deployment)));
  const ready = idle.filter((deployment) => mayShrink(deployment, drain));
  for (const deployment of ready) await added(() => takeReplicasBack(drain.client, deployment));
  if (ready.length > 0) await drain.scope.faults.reach('upgrade.replicas-restored');
  return extended.length === 0;
}

function mayShrink(deployment: Deployment, { scope }: Drain): boolean {
  const note = extraOf(deployment);
  if (!note || allReady(deployment, note.replicas)) return true;
  return scope.clock.now().getTime() - Date.parse(note.since) > PATIENCE_MS;
}

/** The Deployments among the owners of pods, as `restoreReplicas` wants them. */
export async function busyDeployments(client: KubernetesClient, pods: readonly Pod[]): Promise<Set<string>> {
  const owners = await groupByOwner(client, pods);
  return new Set(owners.map(({ owner }) => `${owner.namespace}/${owner.name}`));
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
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
