import type { Container, Pod, PodSpec, Service } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { quantity } from '../kinds/quantity.js';
import type { ResourceType } from '../kinds/resource.js';
import { services } from '../kinds/services.js';
import { type VolumeClaim, volumeClaims } from '../kinds/volumes.js';

/** Amounts by the name of a resource in a quota, e.g. `requests.cpu` in cores, `count/pods`. */
export type Amounts = Readonly<Record<string, number>>;

/** Kinds whose plural is the name of a resource in quotas. */
const COUNTED = new Set([
  ...['pods', 'services', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas'],
]);
/** Resources of pods that quotas name with and without `requests.`. */
const NATIVE = ['cpu', 'memory', 'ephemeral-storage'];

/** What an object uses of the quotas of its namespace. */
export function usageOf(type: ResourceType, object: KubeObject): Amounts {
  if (type.id === pods.id) return podUsage(object as Pod);
  const counts = { [`count/${type.id}`]: 1, ...(COUNTED.has(type.id) ? { [type.id]: 1 } : {}) };
  if (type.id === services.id) return { ...counts, ...serviceUsage(object as Service) };
  if (type.id === volumeClaims.id) return { ...counts, ...claimUsage(object as VolumeClaim) };
  return counts;
}

/** A pod that has ended counts only as an object. */
function podUsage(pod: Pod): Amounts {
  if (hasEnded(pod)) return { 'count/pods': 1 };
  const usage: Record<string, number> = { 'count/pods': 1, pods: 1 };
  for (const [name, amount] of Object.entries(podAmounts(pod.spec, 'requests'))) {
    usage[`requests.${name}`] = amount;
    if (NATIVE.includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podAmounts(pod.spec, 'limits')))
    usage[`limits.${name}`] = amount;
  return usage;
}

/** Requests or limits of a pod: the sum of its containers, or those of an init container that are larger. */
export function podAmounts(
  { containers, initContainers = [] }: PodSpec,
  part: 'requests' | 'limits',
): Amounts {
  const total: Record<string, number> = {};
  for (const container of containers)
    for (const [name, amount] of Object.entries(containerAmounts(container, part)))
      total[name] = (total[name] ?? 0) + amount;
  for (const container of initContainers)
    for (const [name, amount] of Object.entries(containerAmounts(container, part)))
      total[name] = Math.max(total[name] ?? 0, amount);
  return total;
}

/** Requests default to the limits. */
export function containerAmounts({ resources }: Container, part: 'requests' | 'limits'): Amounts {
  const { requests, limits } = resources ?? {};
  const texts = part === 'limits' ? limits : { ...limits, ...requests };
  return Object.fromEntries(Object.entries(texts ?? {}).map(([name, text]) => [name, quantity(text)]));
}

function serviceUsage({ spec }: Service): Amounts {
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec;
  const balanced = type === 'LoadBalancer';
  const hasNodePorts = type === 'NodePort' || (balanced && allocateLoadBalancerNodePorts !== false);
  return {
    'services.nodeports': hasNodePorts ? ports.length : 0,
    'services.loadbalancers': balanced ? 1 : 0,
  };
}

function claimUsage({ spec }: VolumeClaim): Amounts {
  const storage = quantity(spec.resources?.requests?.storage);
  const prefix = `${spec.storageClassName ?? ''}.storageclass.storage.k8s.io`;
  const ofClass = { [`${prefix}/requests.storage`]: storage, [`${prefix}/persistentvolumeclaims`]: 1 };
  return { 'requests.storage': storage, ...(spec.storageClassName ? ofClass : {}) };
}
