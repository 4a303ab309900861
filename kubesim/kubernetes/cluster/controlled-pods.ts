import { ApiError } from '../kinds/status.js';
import type { ClusterContext } from './context.js';
import { create } from './write.js';
import type { Pod, PodTemplate } from '../kinds/core.js';
import { controlledBy, type KubeObject } from '../kinds/object.js';
import { isActive, isReady, pods } from '../kinds/pods.js';

/** The active pods of a controller. */
export function activePods(cluster: ClusterContext, owner: KubeObject): Pod[] {
  return [...cluster.store.ownedOf(pods, owner.metadata.uid)].filter(isActive);
}

/** Template and placement of a new pod. */
export interface PodPlan {
  readonly template: PodTemplate;
  readonly name?: string;
  /** Prefix of a generated name. Default: the name of the owner. */
  readonly prefix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly nodeName?: string;
}

/** Creates a pod that `owner` controls, and records an event for success and failure. Throws ApiError. */
export function createPod(cluster: ClusterContext, owner: KubeObject, plan: PodPlan): Pod {
  try {
    const pod = makePod(cluster, owner, plan);
    report(cluster, owner, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    return pod;
  } catch (error) {
    if (error instanceof ApiError) reportRejection(cluster, owner, error);
    throw error;
  }
}

/** Runs a step up to the first ApiError, which it returns. */
export function untilApiError(step: () => void): ApiError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** Removes the generated pod name from the message, so that repeated failures are counted in one event. */
function reportRejection(cluster: ClusterContext, owner: KubeObject, { message, details }: ApiError): void {
  const prefix = `${owner.metadata.name}-`;
  const { name = '' } = details ?? {};
  const text = name.startsWith(prefix) ? message.replace(name, prefix) : message;
  const event = { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${text}` } as const;
  report(cluster, owner, event);
}

function makePod(cluster: ClusterContext, owner: KubeObject, plan: PodPlan): Pod {
  const { template, name, prefix = owner.metadata.name, labels, finalizers, nodeName } = plan;
  return create(cluster, pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name ? { name } : { generateName: `${prefix}-` }),
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...labels },
      annotations: template.metadata?.annotations,
      ...(finalizers && { finalizers }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: nodeName ? { ...template.spec, affinity: onNode(nodeName) } : template.spec,
    status: { phase: 'Pending' },
  });
}

function onNode(name: string): Pod['spec']['affinity'] {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/** Controllers that are not named after their kind. */
const COMPONENTS: Readonly<Record<string, string | undefined>> = {
  ReplicationController: 'replication-controller',
};

/** Records an event of a workload's controller. */
export function report(
  cluster: ClusterContext,
  owner: KubeObject,
  event: { readonly type?: 'Warning'; readonly reason: string; readonly message: string },
): void {
  const component = COMPONENTS[owner.kind] ?? `${owner.kind.toLowerCase()}-controller`;
  cluster.events.record(owner, { type: 'Normal', component, ...event });
}

/**
 * Pods in the order in which a controller deletes them: first unscheduled and unready ones, then the youngest.
 */
export function deletionOrder(list: readonly Pod[]): Pod[] {
  return [...list].sort(
    (a, b) => rank(a) - rank(b) || b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  );
}

function rank(pod: Pod): number {
  if (!pod.spec.nodeName) return 0;
  if (pod.status.phase === 'Pending') return 1;
  return isReady(pod) ? 3 : 2;
}

/** Calls `add` with the owner's key for each changed pod with an owner of the kind. */
export function onOwnedPods(cluster: ClusterContext, kind: string, add: (key: string) => void): void {
  cluster.store.onChange(pods, ({ object }) => {
    const owner = object.metadata.ownerReferences?.find(
      (reference) => reference.controller && reference.kind === kind,
    );
    if (owner) add(`${object.metadata.namespace ?? ''}/${owner.name}`);
  });
}

/** The namespace and name of a key. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
