import type { Container, Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { pods, qosClass } from '../kinds/pods.js';
import { quantity } from '../kinds/quantity.js';
import { type LimitRange, limitRanges } from '../kinds/resource-limits.js';
import type { ResourceType } from '../kinds/resource.js';
import { forbidden } from '../kinds/status.js';
import { type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { containerAmounts, podAmounts, type Amounts } from './object-usage.js';
import { amountText } from './quota-usage.js';

type Limit = LimitRange['spec']['limits'][number];

/** A new pod with the default requests and limits of the LimitRanges of its namespace. */
export function withLimitDefaults(store: ClusterStore, pod: Pod): Pod {
  const limits = limitsOf(store, pod).filter(({ type }) => type === 'Container');
  if (limits.length === 0) return pod;
  const defaults = {
    limits: Object.assign({}, ...limits.map((limit) => limit.default)) as Record<string, string>,
    requests: Object.assign({}, ...limits.map((limit) => limit.defaultRequest)) as Record<string, string>,
  };
  const { containers, initContainers = [] } = pod.spec;
  const added = [
    ...containers.flatMap((container) => addedTexts(container, defaults, 'container')),
    ...initContainers.flatMap((container) => addedTexts(container, defaults, 'init container')),
  ];
  if (added.length === 0) return pod;
  const completed = (container: Container): Container => ({
    ...container,
    resources: {
      ...container.resources,
      requests: { ...defaults.requests, ...container.resources?.requests },
      limits: { ...defaults.limits, ...container.resources?.limits },
    },
  });
  const annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${added.join('; ')}`,
  };
  const spec = {
    ...pod.spec,
    containers: containers.map(completed),
    ...(pod.spec.initContainers && { initContainers: initContainers.map(completed) }),
  };
  const status = { ...pod.status, qosClass: qosClass(spec) };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec, status };
}

const ANNOTATION = 'kubernetes.io/limit-ranger';

type Defaults = Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;

/** What a container gets, as the annotation says it. */
function addedTexts({ name, resources }: Container, defaults: Defaults, kind: string): string[] {
  return (['requests', 'limits'] as const).flatMap((part) => {
    const names = Object.keys(defaults[part]).filter((key) => resources?.[part]?.[key] === undefined);
    if (names.length === 0) return [];
    return [`${names.sort().join(', ')} ${part.slice(0, -1)} for ${kind} ${name}`];
  });
}

/** Throws ApiError if a new pod or claim is outside the limits of its namespace. */
export function checkLimits(store: ClusterStore, type: ResourceType, object: KubeObject): void {
  const isPod = type.id === pods.id;
  if (!isPod && type.id !== volumeClaims.id) return;
  const problems = limitsOf(store, object).flatMap((limit) =>
    isPod ? podProblems(limit, object as Pod) : claimProblems(limit, object as VolumeClaim),
  );
  if (problems.length === 0) return;
  const { name } = object.metadata;
  const why = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  throw forbidden(`${type.id} "${name}" is forbidden: ${why}`, { name, kind: type.plural });
}

function limitsOf(store: ClusterStore, { metadata }: KubeObject): Limit[] {
  const own = [...store.all(limitRanges)].filter((range) => range.metadata.namespace === metadata.namespace);
  return own.flatMap(({ spec }) => spec.limits);
}

function podProblems(limit: Limit, { spec }: Pod): string[] {
  if (limit.type === 'Pod')
    return problemsOf(limit, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
  if (limit.type !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap((container) =>
    problemsOf(limit, {
      requests: containerAmounts(container, 'requests'),
      limits: containerAmounts(container, 'limits'),
    }),
  );
}

function claimProblems(limit: Limit, { spec }: VolumeClaim): string[] {
  if (limit.type !== 'PersistentVolumeClaim') return [];
  const storage = quantity(spec.resources?.requests?.storage);
  // The request of a claim is also its limit.
  return problemsOf(limit, { requests: { storage }, limits: { storage } }).map((text) =>
    text.replace('but limit is', 'but request is'),
  );
}

interface AmountsOfPart {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function problemsOf(limit: Limit, amounts: AmountsOfPart): string[] {
  return [
    ...minimumProblems(limit, amounts),
    ...maximumProblems(limit, amounts),
    ...ratioProblems(limit, amounts),
  ];
}

function minimumProblems({ type, min = {} }: Limit, { requests, limits }: AmountsOfPart): string[] {
  return Object.entries(min).flatMap(([name, text]) => {
    const least = `minimum ${name} usage per ${type} is ${text}`;
    const request = requests[name];
    const limit = limits[name];
    if (request === undefined) return [`${least}.  No request is specified`];
    if (request < quantity(text)) return [`${least}, but request is ${amountText(name, request)}`];
    return limit !== undefined && limit < quantity(text)
      ? [`${least}, but limit is ${amountText(name, limit)}`]
      : [];
  });
}

function maximumProblems({ type, max = {} }: Limit, { requests, limits }: AmountsOfPart): string[] {
  return Object.entries(max).flatMap(([name, text]) => {
    const most = `maximum ${name} usage per ${type} is ${text}`;
    const limit = limits[name];
    const request = requests[name] ?? 0;
    if (limit === undefined) return [`${most}.  No limit is specified`];
    if (limit > quantity(text)) return [`${most}, but limit is ${amountText(name, limit)}`];
    return request > quantity(text) ? [`${most}, but request is ${amountText(name, request)}`] : [];
  });
}

function ratioProblems({ type, maxLimitRequestRatio = {} }: Limit, amounts: AmountsOfPart): string[] {
  return Object.entries(maxLimitRequestRatio).flatMap(([name, text]) => {
    const ratio = `${name} max limit to request ratio per ${type} is ${text}`;
    const { requests, limits } = amounts;
    if (!requests[name]) return [`${ratio}, but no request is specified or request is 0`];
    if (!limits[name]) return [`${ratio}, but no limit is specified or limit is 0`];
    const provided = (limits[name] ?? 0) / (requests[name] ?? 1);
    return provided > quantity(text) ? [`${ratio}, but provided ratio is ${provided.toFixed(6)}`] : [];
  });
}
