import type { ClusterContext, Controller } from '../cluster/context.js';
import { updateByController, create, replaceStatus } from '../cluster/write.js';
import { deleteObject } from '../cluster/delete.js';
import { deployments, replicaSets } from '../kinds/apps.js';
import type { Pod } from '../kinds/core.js';
import { controlledBy, controllerOf, type Draft, type KubeObject } from '../kinds/object.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { sameJson } from '../../../kernel/same-json.js';
import { matchesLabels } from '../kinds/selector.js';
import { collidedHash } from '../kinds/template-hash.js';
import type { Deployment, ReplicaSet } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { deploymentStatus } from './deployment-status.js';
import { report } from '../cluster/controlled-pods.js';
import { countsTerminating } from '../cluster/version.js';
import { isScaled, scaledSizes, sizeAnnotations, sizeOf } from './deployment-scaling.js';
import { rolloutBounds, rollingStep } from './rollout.js';

const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** Characters of the former revisions of a ReplicaSet. */
const MAX_HISTORY = 2000;
const HASH = 'pod-template-hash';

/** Rolls out each Deployment by ReplicaSets, one per version of its pod template. */
export function deploymentController(cluster: ClusterContext): Controller {
  /** Keys of the ReplicaSets without a controller. */
  const orphans = new Set<string>();
  const queue = cluster.queue('deployment', (key) => {
    const deployment = cluster.store.get(deployments, ...splitKey(key));
    if (!deployment || deployment.metadata.deletionTimestamp) return;
    adopt(cluster, deployment, orphans);
    reconcile(cluster, deployment, (at) => queue.addAt(key, at));
  });
  const addOrphan = (set: ReplicaSet) => {
    orphans.add(keyOf(set));
    for (const deployment of cluster.store.all(deployments))
      if (selects(deployment, set)) queue.add(keyOf(deployment));
  };
  return {
    start() {
      cluster.store.onChange(deployments, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(replicaSets, ({ type, object }) => {
        const owner = controllerOf(object);
        if (owner || type === 'DELETED') orphans.delete(keyOf(object));
        else addOrphan(object as ReplicaSet);
        if (owner?.kind === 'Deployment') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
      });
      // A rollout with the strategy Recreate continues when the last old pod is gone.
      cluster.store.onChange(pods, ({ type, object }) => {
        const owner =
          type === 'DELETED' || hasEnded(object as Pod) ? deploymentOf(cluster, object) : undefined;
        if (owner?.spec.strategy?.type === 'Recreate') queue.add(keyOf(owner));
      });
      for (const set of cluster.store.all(replicaSets)) if (!controllerOf(set)) orphans.add(keyOf(set));
      for (const deployment of cluster.store.all(deployments)) queue.add(keyOf(deployment));
    },
  };
}

function selects({ metadata, spec }: Deployment, set: ReplicaSet): boolean {
  return metadata.namespace === set.metadata.namespace && matchesLabels(spec.selector, set.metadata.labels);
}

/** Takes ownership of the ReplicaSets without a controller that the Deployment selects, and gives up the others. */
function adopt(cluster: ClusterContext, deployment: Deployment, orphans: ReadonlySet<string>): void {
  for (const key of orphans) {
    const set = cluster.store.get(replicaSets, ...splitKey(key));
    if (set && !set.metadata.deletionTimestamp && selects(deployment, set))
      setOwners(cluster, set, (owners) => [...owners, controlledBy(deployment)]);
  }
  const { uid } = deployment.metadata;
  for (const set of cluster.store.ownedOf(replicaSets, uid))
    if (!selects(deployment, set))
      setOwners(cluster, set, (owners) => owners.filter((each) => each.uid !== uid));
}

type Owners = NonNullable<KubeObject['metadata']['ownerReferences']>;

function setOwners(cluster: ClusterContext, set: ReplicaSet, change: (owners: Owners) => Owners): void {
  updateByController(cluster, replicaSets, set, (object) => ({
    ...object,
    metadata: { ...object.metadata, ownerReferences: change(object.metadata.ownerReferences ?? []) },
  }));
}

/** The Deployment of a pod, by its ReplicaSet. */
function deploymentOf({ store }: ClusterContext, pod: KubeObject): Deployment | undefined {
  const namespace = pod.metadata.namespace ?? '';
  const set = store.get(replicaSets, namespace, controllerOf(pod)?.name ?? '');
  return set && store.get(deployments, namespace, controllerOf(set)?.name ?? '');
}

function reconcile(cluster: ClusterContext, deployment: Deployment, checkAt: (time: number) => void): void {
  const sets = [...cluster.store.ownedOf(replicaSets, deployment.metadata.uid)];
  const current = sets.find((set) => isOf(deployment, set));
  const old = sets.filter((set) => set !== current);
  const isRolling = !deployment.spec.paused && !isScaled(deployment, sets);
  if (isRolling) roll(cluster, deployment, { current, old });
  else scale(cluster, deployment, { current, old });
  const after = [...cluster.store.ownedOf(replicaSets, deployment.metadata.uid)];
  const fresh = after.find((set) => isOf(deployment, set));
  const latest = cluster.store.get(
    deployments,
    deployment.metadata.namespace ?? '',
    deployment.metadata.name,
  );
  if (!latest) return;
  const time = { now: cluster.clock.now(), scaled: (seconds: number) => cluster.scaled(seconds) };
  const isCreated = !current && !!fresh;
  const state = { fresh, sets: after, isCreated, isRolling, countsTerminating: countsTerminating(cluster) };
  const { status, deadline } = deploymentStatus(latest, state, time);
  replaceStatus(cluster, deployments, latest, status);
  if (deadline !== undefined) checkAt(deadline);
}

function roll(
  cluster: ClusterContext,
  deployment: Deployment,
  { current, old }: { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] },
): void {
  const desired = deployment.spec.replicas ?? 1;
  const recreated = deployment.spec.strategy?.type === 'Recreate';
  if (recreated && stopOld(cluster, deployment, old)) return;
  const fresh = freshSet(cluster, deployment, current, old);
  const sizes = old.filter((set) => sizeOf(set).replicas > 0).map(sizeOf);
  const next = recreated
    ? new Map([[fresh.metadata.name, desired]])
    : rollingStep(desired, rolloutBounds(deployment), sizeOf(fresh), sizes);
  for (const set of [fresh, ...old]) {
    const replicas = next.get(set.metadata.name);
    if (replicas !== undefined) resize(cluster, deployment, { set, replicas });
  }
  if (sizes.length === 0) deleteOldSets(cluster, deployment, old);
}

/** Scales old ReplicaSets down; returns whether pods of them still run. The strategy Recreate starts new pods after. */
function stopOld(cluster: ClusterContext, deployment: Deployment, old: readonly ReplicaSet[]): boolean {
  for (const set of old) resize(cluster, deployment, { set, replicas: 0 });
  const running = old.flatMap((set) => [...cluster.store.ownedOf(pods, set.metadata.uid)]);
  return running.some((pod) => !hasEnded(pod));
}

/** The ReplicaSet of the current template: a new one or, after an undo, an old one with the next revision. */
function freshSet(
  cluster: ClusterContext,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): ReplicaSet {
  const newest = old.map(revisionOf).reduce((most, each) => (each > most ? each : most), 0n);
  const revision = current && revisionOf(current) > newest ? revisionOf(current) : newest + 1n;
  const annotations = { ...annotationsOf(deployment, revision), ...historyOf(current, revision) };
  const set = current ?? create(cluster, replicaSets, draftSet(cluster, deployment, annotations));
  const fresh =
    hasAnnotations(set, annotations) && isReadyLike(deployment, set)
      ? set
      : updateByController(cluster, replicaSets, set, (object) => ({
          ...object,
          metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
          spec: { ...object.spec, minReadySeconds: deployment.spec.minReadySeconds },
        }));
  if (deployment.metadata.annotations?.[REVISION] !== String(revision)) {
    cluster.store.put(deployments, {
      ...deployment,
      metadata: {
        ...deployment.metadata,
        annotations: { ...deployment.metadata.annotations, [REVISION]: String(revision) },
      },
    });
  }
  return fresh;
}

function hasAnnotations({ metadata }: ReplicaSet, annotations: Readonly<Record<string, string>>): boolean {
  return Object.entries(annotations).every(([name, value]) => metadata.annotations?.[name] === value);
}

/** Whether pods of the ReplicaSet are available as soon as those of the Deployment. */
function isReadyLike({ spec }: Deployment, set: ReplicaSet): boolean {
  return (spec.minReadySeconds ?? 0) === (set.spec.minReadySeconds ?? 0);
}

function annotationsOf(deployment: Deployment, revision: bigint): Record<string, string> {
  const {
    'kubectl.kubernetes.io/last-applied-configuration': _applied,
    [REVISION_HISTORY]: _history,
    ...own
  } = deployment.metadata.annotations ?? {};
  return { ...own, [REVISION]: String(revision), ...sizeAnnotations(deployment) };
}

/** The former revisions of a ReplicaSet that gets a newer one, of which the oldest are forgotten. */
function historyOf(current: ReplicaSet | undefined, revision: bigint): Record<string, string> {
  const { [REVISION]: former, [REVISION_HISTORY]: history } = current?.metadata.annotations ?? {};
  if (!current || former === undefined || revisionOf(current) >= revision) return {};
  const all = history ? `${history},${former}` : former;
  const start = all.length > MAX_HISTORY ? all.indexOf(',', all.length - MAX_HISTORY - 1) + 1 : 0;
  return { [REVISION_HISTORY]: all.slice(start) };
}

/** Sizes the ReplicaSets for another size of the Deployment. */
function scale(
  cluster: ClusterContext,
  deployment: Deployment,
  { current, old }: { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] },
): void {
  const sizes = scaledSizes(deployment, current, old);
  for (const set of current ? [...old, current] : old) {
    const replicas = sizes.get(set.metadata.name);
    if (replicas !== undefined) setSize(cluster, deployment, { set, replicas });
  }
}

function draftSet(
  cluster: ClusterContext,
  deployment: Deployment,
  annotations: Record<string, string>,
): Draft<ReplicaSet> {
  const { template, selector } = deployment.spec;
  const hash = freeHash(cluster, deployment);
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations,
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The hash of the template, with the number of collisions if another object has the name of the ReplicaSet. */
function freeHash(cluster: ClusterContext, { metadata, spec }: Deployment): string {
  for (let collisions = 0; ; collisions += 1) {
    const hash = collidedHash(spec.template, collisions);
    if (!cluster.store.get(replicaSets, metadata.namespace ?? '', `${metadata.name}-${hash}`)) return hash;
  }
}

/** Whether the ReplicaSet has the current template of the deployment. */
function isOf({ spec }: Deployment, set: ReplicaSet): boolean {
  return sameJson(withoutHash(set), spec.template);
}

function withoutHash({ spec: { template } }: ReplicaSet): unknown {
  const { [HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function resize(
  cluster: ClusterContext,
  deployment: Deployment,
  { set, replicas }: { readonly set: ReplicaSet; readonly replicas: number },
): void {
  if (set.spec.replicas !== replicas) setSize(cluster, deployment, { set, replicas });
}

/** Sizes a ReplicaSet, and notes the size of the Deployment that it was sized for. */
function setSize(
  cluster: ClusterContext,
  deployment: Deployment,
  { set, replicas }: { readonly set: ReplicaSet; readonly replicas: number },
): void {
  const before = set.spec.replicas ?? 0;
  updateByController(cluster, replicaSets, set, (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, ...sizeAnnotations(deployment) },
    },
    spec: { ...object.spec, replicas },
  }));
  if (before === replicas) return;
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  report(cluster, deployment, { reason: 'ScalingReplicaSet', message });
}

function deleteOldSets(cluster: ClusterContext, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const surplus = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return;
  const idle = [...old]
    .sort((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : 1))
    .filter((set) => set.status?.replicas === 0);
  for (const set of idle.slice(0, surplus)) deleteObject(cluster, replicaSets, set);
}

/** The revision of a ReplicaSet: a 64-bit integer, 0 if it has none. */
function revisionOf(set: ReplicaSet): bigint {
  const text = set.metadata.annotations?.[REVISION] ?? '';
  return /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}
