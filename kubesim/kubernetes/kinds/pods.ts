import { forbiddenValue } from '../schema/causes.js';
import type { Container, ContainerStatus, Pod, PodSpec } from './core.js';
import { podAnnotationCauses } from './pod-annotation-rules.js';
import { podSpecCauses } from './pod-spec-rules.js';
import { podUpdateCauses } from './pod-update-rules.js';
import { completeSpec } from './pod-template.js';
import { quantity } from './quantity.js';
import { age, ageColumn, defineResource, nameColumn, type Cause, type Column } from './resource.js';

export const pods = defineResource<Pod>({
  kind: 'Pod',
  defaults: (pod) => {
    const spec = withHostPorts(withRequests(completeSpec(pod.spec)));
    const account = spec.serviceAccountName || spec.serviceAccount || 'default';
    return {
      ...pod,
      spec: {
        enableServiceLinks: true,
        ...spec,
        serviceAccountName: account,
        serviceAccount: account,
      },
      status: pod.status?.phase ? pod.status : { phase: 'Pending', qosClass: qosClass(spec) },
    };
  },
  validate: (pod, old) => [
    ...podAnnotationCauses(pod.metadata.annotations, pod.spec, 'metadata.annotations'),
    ...podSpecCauses(pod.spec, 'spec'),
    ...(old ? podUpdateCauses(pod, old) : ephemeralCauses(pod)),
  ],
  columns: columns(),
});

/** A pod's spec whose containers request what they are limited to, unless they request something else. */
function withRequests(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  if (![...containers, ...(initContainers ?? [])].some(({ resources }) => resources?.limits)) return spec;
  return {
    ...spec,
    containers: containers.map(requestLimits),
    ...(initContainers && { initContainers: initContainers.map(requestLimits) }),
  };
}

/** In the network of the host, ports of containers are those of the host. */
function withHostPorts(spec: PodSpec): PodSpec {
  if (!spec.hostNetwork) return spec;
  const { containers } = spec;
  return {
    ...spec,
    containers: containers.map((container) =>
      container.ports
        ? { ...container, ports: container.ports.map((port) => ({ hostPort: port.containerPort, ...port })) }
        : container,
    ),
  };
}

function requestLimits(container: Container): Container {
  const { requests, limits } = container.resources ?? {};
  return limits
    ? { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } }
    : container;
}

/** The quality of service of a pod, by what its containers request and are limited to of processors and memory. */
export function qosClass({ containers, initContainers = [] }: PodSpec): string {
  const amounts = [...containers, ...initContainers].map(({ resources = {} }) => ({
    requests: countedOf(resources.requests),
    limits: countedOf(resources.limits),
  }));
  if (amounts.every(({ requests, limits }) => requests.length + limits.length === 0)) return 'BestEffort';
  const isGuaranteed = amounts.every(
    ({ requests, limits }) =>
      limits.length === COUNTED.length &&
      requests.every(([name, amount]) => limits.some(([other, limit]) => other === name && limit === amount)),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

const COUNTED = ['cpu', 'memory'];

function countedOf(amounts: Readonly<Record<string, string>> = {}): [name: string, amount: number][] {
  return COUNTED.map((name): [string, number] => [name, quantity(amounts[name] ?? '0')]).filter(
    ([, amount]) => amount > 0,
  );
}

/** Ephemeral containers are added to a pod that exists. */
function ephemeralCauses({ spec }: Pod): Cause[] {
  const { ephemeralContainers: added = [] } = spec as { readonly ephemeralContainers?: readonly unknown[] };
  return added.length > 0 ? [forbiddenValue('spec.ephemeralContainers', 'cannot be set on create')] : [];
}

function columns(): Column<Pod>[] {
  return [
    nameColumn<Pod>(),
    { name: 'Ready', type: 'string', value: (pod) => `${readyCount(pod)}/${pod.spec.containers.length}` },
    { name: 'Status', type: 'string', value: (pod) => podState(pod) },
    { name: 'Restarts', type: 'string', value: restarts },
    ageColumn<Pod>(),
    { name: 'IP', type: 'string', priority: 1, value: (pod) => pod.status.podIP ?? '<none>' },
    { name: 'Node', type: 'string', priority: 1, value: (pod) => pod.spec.nodeName ?? '<none>' },
    {
      name: 'Nominated Node',
      type: 'string',
      priority: 1,
      value: (pod) => pod.status.nominatedNodeName ?? '<none>',
    },
    { name: 'Readiness Gates', type: 'string', priority: 1, value: () => '<none>' },
  ];
}

function readyCount(pod: Pod): number {
  return (pod.status.containerStatuses ?? []).filter((status) => status.ready).length;
}

/** The status in `kubectl get pods`: the phase, or the reason of a waiting or ended container. */
function podState(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  return initState(pod) ?? mainState(pod);
}

function mainState(pod: Pod): string {
  const { reason, phase, containerStatuses = [] } = pod.status;
  const states = containerStatuses.map(
    ({ state: { waiting, terminated } }) => (waiting ?? terminated)?.reason,
  );
  const state = states.findLast(Boolean) ?? reason ?? phase;
  if (state !== 'Completed' || !containerStatuses.some((each) => each.state.running)) return state;
  return isReady(pod) ? 'Running' : 'NotReady';
}

/** The state of the first init container that has not done its part, e.g. `Init:0/2`; undefined if all have. */
function initState({ spec: { initContainers = [] }, status }: Pod): string | undefined {
  const statuses = status.initContainerStatuses ?? [];
  const index = statuses.findIndex(({ name, state, started }) => {
    const sidecar = initContainers.find((container) => container.name === name)?.restartPolicy === 'Always';
    return state.terminated?.exitCode !== 0 && !(sidecar && started);
  });
  const next = statuses[index]?.state;
  if (!next) return undefined;
  const reason = (next.waiting ?? next.terminated)?.reason;
  return reason && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${index}/${initContainers.length}`;
}

function restarts(pod: Pod, now: Date): string {
  const statuses: readonly ContainerStatus[] = pod.status.containerStatuses ?? [];
  const count = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const last = statuses.map((status) => status.lastState.terminated?.finishedAt ?? '').sort();
  const at = last.at(-1);
  return count > 0 && at ? `${count} (${age(at, now)} ago)` : String(count);
}

/** Whether the pod has the condition Ready. */
export function isReady(pod: Pod): boolean {
  return !!pod.status.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

/** Whether the pod has ended and releases its resources. */
export function hasEnded(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Whether the pod is active for its controller: not ended and not being deleted. */
export function isActive(pod: Pod): boolean {
  return !hasEnded(pod) && !pod.metadata.deletionTimestamp;
}
