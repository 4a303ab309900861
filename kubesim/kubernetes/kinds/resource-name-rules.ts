import { invalidValue } from '../schema/causes.js';
import { qualifiedName } from './formats.js';
import type { Cause } from './resource.js';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const CLAIMED = ['limits', 'requests'].flatMap((prefix) => COMPUTE.map((name) => `${prefix}.${name}`));
const COUNTED = [
  ...['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
];
/** Names without a domain that a quota may have. */
const QUOTA = new Set([...COMPUTE, ...CLAIMED, ...COUNTED, 'requests.storage']);
const INTEGER = new Set(COUNTED);

/** Whether the resource is one of huge pages of a size. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Whether the resource belongs to Kubernetes; others are extended resources. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether pods may request less of the resource than they are limited to. */
export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

/** Whether there are no fractions of the resource. */
export function isInteger(name: string): boolean {
  return INTEGER.has(name) || isExtended(name);
}

/** Whether a quota may have the resource, which has no domain. */
export function isQuotaResource(name: string): boolean {
  return QUOTA.has(name) || isHugePages(name.replace(/^requests\./, ''));
}

/** Validates the name of a resource at `field`. */
export function resourceNameCauses(name: string, field: string): Cause[] {
  const problems = qualifiedName(name).map((why) => invalidValue(field, name, why));
  if (problems.length > 0 || name.includes('/') || name === 'storage' || isQuotaResource(name))
    return problems;
  return [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

/** Validates the name of a resource that containers request. */
export function containerResourceCauses(name: string, field: string): Cause[] {
  const problems = resourceNameCauses(name, field);
  if (!name.includes('/'))
    return COMPUTE.includes(name) || isHugePages(name)
      ? problems
      : [...problems, invalidValue(field, name, 'must be a standard resource for containers')];
  return isNative(name) || isExtended(name)
    ? problems
    : [...problems, invalidValue(field, name, "doesn't follow extended resource name standard")];
}

/** Validates the name of a resource that a quota limits. */
export function quotaResourceCauses(name: string, field: string): Cause[] {
  const problems = resourceNameCauses(name, field);
  return name.includes('/') || isQuotaResource(name)
    ? problems
    : [...problems, invalidValue(field, name, 'must be a standard resource for quota')];
}
