import { z } from 'zod';
import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import { listPath, objectPath } from '../../../../engine/kubernetes/paths.js';

/** Label of workloads with surge replicas; its value is the operation id. */
const EXTRA_LABEL = 'fleetgraph.dev/upgrade';
/** Number of surge replicas and of replicas before the upgrade. */
const EXTRA_ANNOTATION = 'fleetgraph.dev/extra-replicas';
const RESOURCES = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
} as const;

/** Workload kinds with `spec.replicas`. */
export type ReplicatedKind = keyof typeof RESOURCES;
const KINDS = Object.keys(RESOURCES) as ReplicatedKind[];

export function isReplicated(kind: string): kind is ReplicatedKind {
  return kind in RESOURCES;
}

/** A workload that supports surge replicas. */
export interface Workload extends KubernetesObject {
  readonly kind: ReplicatedKind;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly volumeClaimTemplates?: readonly unknown[];
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenScaled?: string };
  };
  readonly status?: { readonly observedGeneration?: number; readonly readyReplicas?: number };
}

const extra = z.object({ replicas: z.int().min(0), extra: z.int().min(0), since: z.iso.datetime() });
/** Former replicas of a workload, its surge replicas, and the time since which the upgrade waits for it. */
export type SurgeReplicas = z.infer<typeof extra>;

export interface WorkloadRef {
  readonly kind: ReplicatedKind;
  readonly namespace: string;
  readonly name: string;
}

export async function readWorkload(
  client: KubernetesClient,
  { kind, namespace, name }: WorkloadRef,
): Promise<Workload | undefined> {
  try {
    return { ...(await client.get<Workload>(objectPath(resourceOf(kind), namespace, name))), kind };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Lists the workloads that carry the label of the operation. */
export async function withExtraReplicas(client: KubernetesClient, operation: string): Promise<Workload[]> {
  const found: Workload[] = [];
  const query = { labelSelector: `${EXTRA_LABEL}=${operation}` };
  for (const kind of KINDS) {
    for await (const some of client.chunks<Workload>(listPath(resourceOf(kind)), query))
      // Items of a Kubernetes list have no kind.
      found.push(...some.map((workload) => ({ ...workload, kind })));
  }
  return found;
}

/**
 * Returns the number of surge replicas for evicting `going` pods: `going`; for a StatefulSet one, because its pods
 * are evicted one at a time, or none if the volume of the surge replica would be kept.
 */
export function surgeReplicasFor({ kind, spec }: Workload, going: number): number {
  if (kind !== 'StatefulSet') return going;
  const disks = (spec?.volumeClaimTemplates ?? []).length > 0;
  const kept = spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete';
  return disks && kept ? 0 : 1;
}

function resourceOf(kind: ReplicatedKind) {
  return { apiVersion: 'apps/v1', resource: RESOURCES[kind] };
}

export function surgeReplicasOf({ metadata }: Workload): SurgeReplicas | undefined {
  try {
    const text = metadata?.annotations?.[EXTRA_ANNOTATION];
    return text === undefined ? undefined : extra.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether at least `replicas` replicas of the current generation are ready. */
export function allReady(workload: Workload, replicas: number): boolean {
  const { generation = 0 } = workload.metadata ?? {};
  const { observedGeneration = 0, readyReplicas = 0 } = workload.status ?? {};
  return observedGeneration >= generation && readyReplicas >= replicas;
}

interface WaitingPod {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
  };
}

/** Whether a pod of the workload is unschedulable. */
export async function hasUnschedulablePod(client: KubernetesClient, workload: Workload): Promise<boolean> {
  const labels = Object.entries(workload.spec?.selector?.matchLabels ?? {});
  const path = listPath({ apiVersion: 'v1', resource: 'pods' }, workload.metadata?.namespace ?? '');
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  for await (const pods of client.chunks<WaitingPod>(path, { labelSelector }))
    if (pods.some(isUnschedulable)) return true;
  return false;
}

function isUnschedulable({ spec, status }: WaitingPod): boolean {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return !spec?.nodeName && scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/** Adds surge replicas to a workload; fails with a conflict if it changed since it was read. */
export async function addReplicas(
  client: KubernetesClient,
  workload: Workload,
  more: { readonly operation: string; readonly extra: number; readonly at: Date },
): Promise<void> {
  const replicas = workload.spec?.replicas ?? 1;
  const note: SurgeReplicas = { replicas, extra: more.extra, since: more.at.toISOString() };
  const { resourceVersion } = workload.metadata ?? {};
  const metadata = {
    resourceVersion,
    labels: { [EXTRA_LABEL]: more.operation },
    annotations: { [EXTRA_ANNOTATION]: JSON.stringify(note) },
  };
  await client.patch(pathOf(workload), { metadata, spec: { replicas: replicas + more.extra } }, MERGE_PATCH);
}

/** Restarts the timeout of a workload after a pod was evicted. */
export async function restartWait(client: KubernetesClient, workload: Workload, at: Date): Promise<void> {
  const note: SurgeReplicas = {
    replicas: 0,
    extra: 0,
    ...surgeReplicasOf(workload),
    since: at.toISOString(),
  };
  const { resourceVersion } = workload.metadata ?? {};
  const annotations = { [EXTRA_ANNOTATION]: JSON.stringify(note) };
  await client.patch(pathOf(workload), { metadata: { resourceVersion, annotations } }, MERGE_PATCH);
}

/** Removes the additional replicas, unless the workload was scaled concurrently. */
export async function removeSurgeReplicas(client: KubernetesClient, workload: Workload): Promise<void> {
  const note = surgeReplicasOf(workload);
  const untouched = note && workload.spec?.replicas === note.replicas + note.extra;
  const { resourceVersion } = workload.metadata ?? {};
  const metadata = {
    resourceVersion,
    labels: { [EXTRA_LABEL]: null },
    annotations: { [EXTRA_ANNOTATION]: null },
  };
  const spec = untouched ? { spec: { replicas: note.replicas } } : {};
  await client.patch(pathOf(workload), { metadata, ...spec }, MERGE_PATCH);
}

function pathOf({ kind, metadata }: Workload): string {
  return objectPath(resourceOf(kind), metadata?.namespace ?? '', metadata?.name ?? '');
}
