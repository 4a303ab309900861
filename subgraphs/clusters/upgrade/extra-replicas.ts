import { z } from 'zod';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath, objectPath } from '../../../engine/kubernetes/paths.js';

/** Says on a Deployment that an upgrade has given it more replicas; its value is the operation. */
export const EXTRA_LABEL = 'fleetgraph.dev/upgrade';
/** How many, and how many it had. */
export const EXTRA_ANNOTATION = 'fleetgraph.dev/extra-replicas';
const MERGE = 'application/merge-patch+json';
const DEPLOYMENTS = { apiVersion: 'apps/v1', resource: 'deployments' };

export interface Deployment extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly observedGeneration?: number; readonly readyReplicas?: number };
}

const extra = z.object({ replicas: z.int().min(0), extra: z.int().min(1), since: z.iso.datetime() });
/** Replicas that a Deployment had, and those that it got in addition. */
export type ExtraReplicas = z.infer<typeof extra>;

export async function readDeployment(
  client: KubernetesClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Deployment | undefined> {
  try {
    return await client.get<Deployment>(objectPath(DEPLOYMENTS, namespace, name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The Deployments that have more replicas for the operation's sake. */
export async function withExtraReplicas(client: KubernetesClient, operation: string): Promise<Deployment[]> {
  const found: Deployment[] = [];
  const query = { labelSelector: `${EXTRA_LABEL}=${operation}` };
  for await (const some of client.chunks<Deployment>(listPath(DEPLOYMENTS), query)) found.push(...some);
  return found;
}

export function extraOf({ metadata }: Deployment): ExtraReplicas | undefined {
  try {
    const text = metadata?.annotations?.[EXTRA_ANNOTATION];
    return text === undefined ? undefined : extra.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether all that it had and got is ready. */
export function allReady(deployment: Deployment, wanted: number): boolean {
  const { generation = 0 } = deployment.metadata ?? {};
  const { observedGeneration = 0, readyReplicas = 0 } = deployment.status ?? {};
  return observedGeneration >= generation && readyReplicas >= wanted;
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

/** Whether the scheduler finds no node for a pod of the Deployment. */
export async function findsNoRoom(client: KubernetesClient, deployment: Deployment): Promise<boolean> {
  const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {});
  const path = listPath({ apiVersion: 'v1', resource: 'pods' }, deployment.metadata?.namespace ?? '');
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  for await (const pods of client.chunks<WaitingPod>(path, { labelSelector }))
    if (pods.some(isUnschedulable)) return true;
  return false;
}

function isUnschedulable({ spec, status }: WaitingPod): boolean {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return !spec?.nodeName && scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/** Gives a Deployment more replicas for a while; refused with a conflict when it has changed since it was read. */
export async function addReplicas(
  client: KubernetesClient,
  deployment: Deployment,
  more: { readonly operation: string; readonly extra: number; readonly at: Date },
): Promise<void> {
  const replicas = deployment.spec?.replicas ?? 1;
  const note: ExtraReplicas = { replicas, extra: more.extra, since: more.at.toISOString() };
  const { resourceVersion } = deployment.metadata ?? {};
  const metadata = {
    resourceVersion,
    labels: { [EXTRA_LABEL]: more.operation },
    annotations: { [EXTRA_ANNOTATION]: JSON.stringify(note) },
  };
  await client.patch(pathOf(deployment), { metadata, spec: { replicas: replicas + more.extra } }, MERGE);
}

/** Takes the additional replicas back, unless somebody has scaled the Deployment meanwhile. */
export async function takeReplicasBack(client: KubernetesClient, deployment: Deployment): Promise<void> {
  const note = extraOf(deployment);
  const untouched = note && deployment.spec?.replicas === note.replicas + note.extra;
  const { resourceVersion } = deployment.metadata ?? {};
  const metadata = {
    resourceVersion,
    labels: { [EXTRA_LABEL]: null },
    annotations: { [EXTRA_ANNOTATION]: null },
  };
  const spec = untouched ? { spec: { replicas: note.replicas } } : {};
  await client.patch(pathOf(deployment), { metadata, ...spec }, MERGE);
}

function pathOf({ metadata }: Deployment): string {
  return objectPath(DEPLOYMENTS, metadata?.namespace ?? '', metadata?.name ?? '');
}
