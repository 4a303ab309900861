import { isIP } from 'node:net';
import { duplicate, formatCauses, invalidValue, required } from './causes.js';
import { containerCauses } from './container-rules.js';
import type { PodSpec } from './core.js';
import { dnsLabel } from './formats.js';
import { podVolumeCauses } from './pod-volume-rules.js';
import { schedulingCauses, type Scheduling } from './scheduling-rules.js';
import type { Cause } from './resource.js';

/** A pod's spec with the fields that only its validation reads. */
type Checked = Scheduling & {
  readonly activeDeadlineSeconds?: number;
  readonly hostname?: string;
  readonly hostAliases?: readonly { readonly ip?: string }[];
  readonly dnsPolicy?: string;
  readonly dnsConfig?: unknown;
};

/** Maximum number of containers of a pod. The kubelet reports each separately; 20,000 would block the simulation. */
const MAX_CONTAINERS = 250;

/** Validates a pod's spec at `path`. */
export function podSpecCauses(spec: Checked, path: string): Cause[] {
  const { containers, initContainers = [] } = spec;
  const count = containers.length + initContainers.length;
  if (count > MAX_CONTAINERS) {
    const message = `Too many: ${count}: must have at most ${MAX_CONTAINERS} items`;
    return [{ field: `${path}.containers`, reason: 'FieldValueTooMany', message }];
  }
  const volumes = new Set(spec.volumes?.map(({ name }) => name));
  return [
    ...podVolumeCauses(spec, `${path}.volumes`),
    ...schedulingCauses(spec, path),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containers.flatMap((container, index) =>
      containerCauses(container, `${path}.containers[${index}]`, volumes),
    ),
    ...initContainers.flatMap((container, index) =>
      containerCauses(container, `${path}.initContainers[${index}]`, volumes),
    ),
    ...duplicateNames(spec, path),
    ...settingCauses(spec, path),
  ];
}

/** Containers and init containers share one space of names. */
function duplicateNames({ containers, initContainers = [] }: PodSpec, path: string): Cause[] {
  const seen = new Set<string>();
  const named = [
    ...containers.map(({ name }, index) => ({ name, field: `${path}.containers[${index}].name` })),
    ...initContainers.map(({ name }, index) => ({ name, field: `${path}.initContainers[${index}].name` })),
  ];
  return named.flatMap(({ name, field }) => {
    const isTwice = seen.has(name);
    seen.add(name);
    return isTwice && name ? [duplicate(field, name)] : [];
  });
}

function settingCauses(spec: Checked, path: string): Cause[] {
  const { activeDeadlineSeconds: deadline = 1, hostname, hostAliases = [], dnsPolicy, dnsConfig } = spec;
  const range = 'must be between 1 and 2147483647, inclusive';
  return [
    ...(deadline < 1 || deadline > 2_147_483_647
      ? [invalidValue(`${path}.activeDeadlineSeconds`, deadline, range)]
      : []),
    ...(hostname ? formatCauses(`${path}.hostname`, hostname, dnsLabel) : []),
    ...(dnsPolicy === 'None' && dnsConfig === undefined
      ? [required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')]
      : []),
    ...hostAliases.flatMap(({ ip = '' }, index) => addressCauses(ip, `${path}.hostAliases[${index}].ip`)),
  ];
}

function addressCauses(ip: string, field: string): Cause[] {
  return isIP(ip) ? [] : [invalidValue(field, ip, 'must be a valid IP address')];
}
