import { isIP } from 'node:net';
import { duplicate, forbiddenValue, invalidValue, required } from './causes.js';
import { containerCauses, isLabel } from './container-rules.js';
import type { PodSpec } from './core.js';
import type { Cause } from './resource.js';

/** A pod's spec with the fields that only its validation reads. */
type Checked = PodSpec & {
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
    ...volumeCauses(spec, `${path}.volumes`),
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

function volumeCauses({ volumes = [] }: PodSpec, path: string): Cause[] {
  return volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const { name, ...sources } = volume;
    const [, second] = Object.keys(sources);
    return [
      ...(volumes.findIndex((other) => other.name === name) < index ? [duplicate(`${at}.name`, name)] : []),
      ...(second === undefined
        ? []
        : [forbiddenValue(`${at}.${second}`, 'may not specify more than 1 volume type')]),
    ];
  });
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
  const label = 'a lowercase RFC 1123 label is needed';
  return [
    ...(deadline < 1 ? [invalidValue(`${path}.activeDeadlineSeconds`, deadline, range)] : []),
    ...(hostname && !isLabel(hostname) ? [invalidValue(`${path}.hostname`, hostname, label)] : []),
    ...(dnsPolicy === 'None' && dnsConfig === undefined
      ? [required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')]
      : []),
    ...hostAliases.flatMap(({ ip = '' }, index) => addressCauses(ip, `${path}.hostAliases[${index}].ip`)),
  ];
}

function addressCauses(ip: string, field: string): Cause[] {
  return isIP(ip) ? [] : [invalidValue(field, ip, 'must be a valid IP address')];
}
