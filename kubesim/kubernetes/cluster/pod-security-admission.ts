import { cronJobs } from '../kinds/cron-jobs.js';
import { forbidden, invalid } from '../kinds/status.js';
import { sameJson } from '../../../kernel/same-json.js';
import type { Namespace, Pod, PodTemplate } from '../kinds/core.js';
import { namespaces } from '../kinds/nodes.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import type { ClusterContext } from './context.js';
import { violations, violationText } from './pod-security/evaluate.js';
import {
  type LevelVersion,
  policyCauses,
  policyOf,
  type SecurityPolicy,
  strictness,
} from './pod-security/policy.js';
import { securedPod, type SecuredPod } from './pod-security/secured-pod.js';
import { minorVersion } from './version.js';

/** A version of an object, and the one that it replaces. */
interface Change<T> {
  readonly object: T;
  readonly old?: T;
}

/** Takes the warnings of a response; absent for objects of controllers. */
export type Warn = (text: string) => void;

/** The most pods that a new level of a namespace is checked against, as in API servers. */
const MAX_CHECKED_PODS = 3000;

/**
 * Enforces the level of pod security of a namespace, and warns of pods and templates that violate its other levels.
 * Throws ApiError.
 */
export function admitPodSecurity(
  cluster: ClusterContext,
  type: ResourceType,
  change: Change<KubeObject>,
  warn?: Warn,
): void {
  if (type.id === namespaces.id) return admitNamespaceChange(cluster, change as Change<Namespace>, warn);
  if (type.id === pods.id) return admitPodChange(cluster, change as Change<Pod>, warn);
  if (!warn || !type.namespaced) return;
  const template = templateOf(type, change.object);
  if (template) warnOf(policyIn(cluster, change.object), securedPod(template), warn);
}

function policyIn(cluster: ClusterContext, { metadata }: KubeObject): SecurityPolicy {
  const namespace = cluster.store.get(namespaces, '', metadata.namespace ?? '');
  return policyOf(namespace?.metadata.labels ?? {}, minorVersion(cluster));
}

function admitPodChange(cluster: ClusterContext, { object, old }: Change<Pod>, warn: Warn | undefined): void {
  if (old && sameJson(imagesOf(object), imagesOf(old))) return;
  const policy = policyIn(cluster, object);
  const pod = securedPod(object);
  const found = violations(pod, policy.enforce);
  if (found.length > 0) {
    const { name } = object.metadata;
    const why = `violates PodSecurity "${policy.enforce.text}": ${violationText(found)}`;
    throw forbidden(`pods "${name}" is forbidden: ${why}`, { name, kind: pods.plural });
  }
  if (warn) warnOf(policy, pod, warn);
}

/** What an update of a pod can change that a level reads. */
function imagesOf({ spec: { containers, initContainers = [] } }: Pod): string[] {
  return [...containers, ...initContainers].map(({ image }) => image);
}

function warnOf(policy: SecurityPolicy, pod: SecuredPod, warn: Warn): void {
  const found = violations(pod, policy.warn);
  if (found.length > 0) warn(`would violate PodSecurity "${policy.warn.text}": ${violationText(found)}`);
}

/** The template of pods of a workload. */
function templateOf({ id }: ResourceType, object: KubeObject): PodTemplate | undefined {
  const { spec, template } = object as {
    spec?: { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } };
  } & {
    template?: PodTemplate;
  };
  const found = id === cronJobs.id ? spec?.jobTemplate?.spec?.template : (spec?.template ?? template);
  return found && Array.isArray((found as Partial<PodTemplate>).spec?.containers) ? found : undefined;
}

/** Validates the labels of a namespace if they have changed. */
function admitNamespaceChange(
  cluster: ClusterContext,
  change: Change<Namespace>,
  warn: Warn | undefined,
): void {
  const { object, old } = change;
  const causes = policyCauses(object.metadata.labels ?? {});
  if (causes.length > 0 && !(old && sameJson(policyCauses(old.metadata.labels ?? {}), causes)))
    throw invalid(namespaces, object.metadata.name, causes);
  if (warn) warnOfPods(cluster, change, warn);
}

/** Warns of the pods that violate a level that a namespace will enforce. */
function warnOfPods(cluster: ClusterContext, { object, old }: Change<Namespace>, warn: Warn): void {
  const { enforce } = policyOf(object.metadata.labels ?? {}, minorVersion(cluster));
  const before = old && policyOf(old.metadata.labels ?? {}, minorVersion(cluster)).enforce;
  if (!before || !isStricter(enforce, before)) return;
  const { name } = object.metadata;
  const all = [...cluster.store.all(pods)].filter(({ metadata }) => metadata.namespace === name);
  const checked = all.slice(0, MAX_CHECKED_PODS);
  if (checked.length < all.length)
    warn(
      `new PodSecurity enforce level only checked against the first ${checked.length} of ${all.length} existing pods`,
    );
  const texts = podWarnings(checked, enforce);
  if (texts.length === 0) return;
  warn(`existing pods in namespace "${name}" violate the new PodSecurity enforce level "${enforce.text}"`);
  for (const text of texts) warn(text);
}

/** Whether a level may forbid pods that the one before it allowed. */
function isStricter(level: LevelVersion, before: LevelVersion): boolean {
  if (level.text === before.text || level.level === 'privileged') return false;
  return versionOf(level) !== versionOf(before) || strictness(level) > strictness(before);
}

function versionOf({ text }: LevelVersion): string | undefined {
  return text.split(':')[1];
}

/** `web (and 2 other pods): privileged`, for each set of reasons. */
function podWarnings(checked: readonly Pod[], level: LevelVersion): string[] {
  const names = new Map<string, string[]>();
  for (const pod of checked) {
    const reasons = violations(securedPod(pod), level).map(({ reason }) => reason);
    if (reasons.length === 0) continue;
    const key = reasons.join(', ');
    const list = names.get(key);
    if (list) list.push(pod.metadata.name);
    else names.set(key, [pod.metadata.name]);
  }
  return [...names]
    .map(([reasons, list]) => `${list.sort()[0] ?? ''}${others(list.length - 1)}: ${reasons}`)
    .sort();
}

function others(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' (and 1 other pod)' : ` (and ${count} other pods)`;
}
