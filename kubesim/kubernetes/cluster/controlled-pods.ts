import { ApiError, internalError } from '../kinds/status.js';
import type { ClusterContext } from './context.js';
import { PendingCreation } from './pending-creation.js';
import { create, creation, type WriteOptions } from './write.js';
import type { Pod, PodTemplate } from '../kinds/core.js';
import { controlledBy, type Draft, type KubeObject } from '../kinds/object.js';
import { isActive, isReady, pods } from '../kinds/pods.js';
import { mutatingWebhooks, validatingWebhooks } from '../kinds/webhook-configurations.js';

/** Most pods that a controller creates or deletes in one reconciliation, which delays all other work. */
export const MAX_POD_CHANGES = 100;

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

/**
 * Creates a pod that `owner` controls, and records an event for success and failure. Throws ApiError, and
 * PendingCreation while webhooks review the pod.
 */
export function createPod(cluster: ClusterContext, owner: KubeObject, plan: PodPlan): Pod {
  try {
    const pod = makePod(cluster, owner, plan);
    reportCreation(cluster, owner, pod);
    return pod;
  } catch (error) {
    if (error instanceof ApiError && !(error instanceof PendingCreation))
      reportRejection(cluster, owner, error);
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

function reportCreation(cluster: ClusterContext, owner: KubeObject, { metadata: { name } }: Pod): void {
  report(cluster, owner, { reason: 'SuccessfulCreate', message: `Created pod: ${name}` });
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
  const outcome = outcomeOf(cluster, owner);
  if (outcome) throw outcome;
  const draft = draftOf(owner, plan);
  if (!hasWebhooks(cluster)) return create(cluster, pods, draft, { checked: checkedBy(owner) });
  const { reviews } = reviewsOf(cluster);
  const [first] = reviews.values();
  if (first && reviews.size >= MAX_REVIEWS) throw new PendingCreation(first);
  const created = cluster.review(creation(cluster, pods, draft, requestOf(cluster, owner, plan)));
  if (created instanceof Promise) throw new PendingCreation(settling(cluster, owner, created));
  return created;
}

/** Kinds of Kubernetes, whose stored templates have defaults and are valid. */
const API_VERSIONS: ReadonlySet<string> = new Set(['apps/v1', 'batch/v1', 'v1']);

/** The spec of the stored template of an owner: a pod shares most of it. */
function checkedBy({ apiVersion, ...owner }: KubeObject): object | undefined {
  const { spec } = owner as { readonly spec?: { readonly template?: PodTemplate } };
  return API_VERSIONS.has(apiVersion) && spec?.template ? { spec: spec.template.spec } : undefined;
}

/** The most pods that webhooks review at the same time, and owners whose rejections wait for their controllers. */
const MAX_REVIEWS = 100;
const MAX_REJECTIONS = 10_000;

/** The reviews of pods by webhooks, by the uid of their owner. */
interface Reviews {
  readonly reviews: Map<string, Promise<void>>;
  /** Errors of the last reviews until the controllers of the owners have them. */
  readonly rejections: Map<string, ApiError>;
}

const reviewsByCluster = new WeakMap<ClusterContext, Reviews>();

function reviewsOf(cluster: ClusterContext): Reviews {
  const known = reviewsByCluster.get(cluster) ?? { reviews: new Map(), rejections: new Map() };
  reviewsByCluster.set(cluster, known);
  return known;
}

/** Why the owner gets no pod now: the last one was rejected, or webhooks review it. */
function outcomeOf(cluster: ClusterContext, { metadata: { uid } }: KubeObject): ApiError | undefined {
  const { reviews, rejections } = reviewsOf(cluster);
  const rejection = rejections.get(uid);
  rejections.delete(uid);
  const pending = reviews.get(uid);
  return rejection ?? (pending && new PendingCreation(pending));
}

/** Keeps the outcome of a review for the controller of the owner. */
function settling(cluster: ClusterContext, owner: KubeObject, created: Promise<Pod>): Promise<void> {
  const { reviews, rejections } = reviewsOf(cluster);
  const { uid } = owner.metadata;
  const settled = created.then(
    (pod) => {
      reviews.delete(uid);
      reportCreation(cluster, owner, pod);
    },
    (error: unknown) => {
      reviews.delete(uid);
      if (!cluster.store.byUid(uid) || rejections.size >= MAX_REJECTIONS) return;
      rejections.set(uid, error instanceof ApiError ? error : internalError(String(error)));
    },
  );
  reviews.set(uid, settled);
  return settled;
}

function hasWebhooks({ store }: ClusterContext): boolean {
  return store.count(mutatingWebhooks) + store.count(validatingWebhooks) > 0;
}

/** What webhooks see of a controller's request. */
function requestOf({ resources }: ClusterContext, owner: KubeObject, { name = '' }: PodPlan): WriteOptions {
  const served = resources.servedAt('v1', pods.plural);
  if (!served) return {};
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'];
  return {
    user: { username: `system:serviceaccount:kube-system:${componentOf(owner)}`, groups },
    attributes: {
      served,
      name,
      namespace: owner.metadata.namespace ?? '',
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

function draftOf(owner: KubeObject, plan: PodPlan): Draft<Pod> {
  const { template, name, prefix = owner.metadata.name, labels, nodeName } = plan;
  const finalizers = [...new Set([...(template.metadata?.finalizers ?? []), ...(plan.finalizers ?? [])])];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name ? { name } : { generateName: `${prefix}-` }),
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...labels },
      annotations: template.metadata?.annotations,
      ...(finalizers.length > 0 && { finalizers }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: nodeName ? { ...template.spec, affinity: onNode(nodeName) } : template.spec,
    status: { phase: 'Pending' },
  };
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
  cluster.events.record(owner, { type: 'Normal', component: componentOf(owner), ...event });
}

function componentOf({ kind }: KubeObject): string {
  return COMPONENTS[kind] ?? `${kind.toLowerCase()}-controller`;
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
