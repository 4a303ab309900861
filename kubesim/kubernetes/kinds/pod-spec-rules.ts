import { isIP } from 'node:net';
import { duplicate, formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import { containerCauses, initContainerCauses } from './container-rules.js';
import type { PodSpec } from './core.js';
import { dnsConfigCauses, type DnsConfig } from './dns-config-rules.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from './formats.js';
import { podVolumeCauses } from './pod-volume-rules.js';
import { schedulingCauses, type Scheduling } from './scheduling-rules.js';
import type { Cause } from './resource.js';
import {
  podSecurityContextCauses,
  type PodSecurityContext,
  type SecurityContext,
} from './security-context-rules.js';

/** A pod's spec with the fields that only its validation reads. */
type Checked = Scheduling & {
  readonly activeDeadlineSeconds?: number;
  readonly hostname?: string;
  readonly hostAliases?: readonly HostAlias[];
  readonly dnsPolicy?: string;
  readonly dnsConfig?: DnsConfig;
  readonly hostPID?: boolean;
  readonly shareProcessNamespace?: boolean;
  readonly hostUsers?: boolean;
  readonly securityContext?: PodSecurityContext;
  readonly readinessGates?: readonly { readonly conditionType?: string }[];
  readonly os?: { readonly name?: string };
};

interface HostAlias {
  readonly ip?: string;
  readonly hostnames?: readonly string[];
}

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
  const pod = {
    volumes: new Set(spec.volumes?.map(({ name }) => name)),
    grace: spec.terminationGracePeriodSeconds ?? 0,
  };
  return [
    ...podVolumeCauses(spec, `${path}.volumes`),
    ...schedulingCauses(spec, path),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containers.flatMap((container, index) =>
      containerCauses(container, `${path}.containers[${index}]`, pod),
    ),
    ...initContainers.flatMap((container, index) =>
      initContainerCauses(container, `${path}.initContainers[${index}]`, pod),
    ),
    ...duplicateNames(spec, path),
    ...(spec.hostNetwork ? hostPortCauses(containers, `${path}.containers`) : []),
    ...settingCauses(spec, path),
    ...securityCauses(spec, `${path}.securityContext`),
    ...procMountCauses(spec, path),
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

type Port = NonNullable<PodSpec['containers'][number]['ports']>[number] & { readonly hostPort?: number };

/** In the network of the host a container listens at the port of the host. */
function hostPortCauses(containers: PodSpec['containers'], path: string): Cause[] {
  const why = 'must match `containerPort` when `hostNetwork` is true';
  return containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ hostPort = 0, containerPort }: Port, index) =>
      hostPort === 0 || hostPort === containerPort
        ? []
        : [invalidValue(`${path}[${container}].ports[${index}].hostPort`, hostPort, why)],
    ),
  );
}

function securityCauses({ securityContext, hostPID, shareProcessNamespace }: Checked, path: string): Cause[] {
  const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
  return [
    ...(securityContext ? podSecurityContextCauses(securityContext, path) : []),
    // API servers keep both settings in the security context.
    ...(hostPID && shareProcessNamespace ? [invalidValue(`${path}.shareProcessNamespace`, true, why)] : []),
  ];
}

/** Only with users of its own may a container see all of /proc. */
function procMountCauses(spec: Checked, path: string): Cause[] {
  const { hostUsers = true } = spec;
  if (!hostUsers) return [];
  const why = '`hostUsers` must be false to use `Unmasked`';
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ securityContext }: Secured, index) =>
      securityContext?.procMount === 'Unmasked'
        ? [invalidValue(`${path}.${list}[${index}].securityContext.procMount`, 'Unmasked', why)]
        : [],
    ),
  );
}

type Secured = PodSpec['containers'][number] & { readonly securityContext?: SecurityContext };

const SYSTEMS = ['linux', 'windows'];

function settingCauses(spec: Checked, path: string): Cause[] {
  const { hostname, dnsConfig, dnsPolicy = '', hostAliases = [], readinessGates = [], os } = spec;
  return [
    ...deadlineCauses(spec, `${path}.activeDeadlineSeconds`),
    ...(hostname ? formatCauses(`${path}.hostname`, hostname, dnsLabel) : []),
    ...dnsConfigCauses(dnsConfig, dnsPolicy, `${path}.dnsConfig`),
    ...hostAliases.flatMap((alias, index) => aliasCauses(alias, `${path}.hostAliases[${index}]`)),
    ...readinessGates.flatMap(({ conditionType = '' }, index) =>
      formatCauses(`${path}.readinessGates[${index}].conditionType`, conditionType, qualifiedName),
    ),
    ...(os?.name && !SYSTEMS.includes(os.name) ? [unsupported(`${path}.os`, os.name, SYSTEMS)] : []),
  ];
}

function deadlineCauses({ activeDeadlineSeconds: deadline = 1 }: Checked, field: string): Cause[] {
  const range = 'must be between 1 and 2147483647, inclusive';
  return deadline < 1 || deadline > 2_147_483_647 ? [invalidValue(field, deadline, range)] : [];
}

function aliasCauses({ ip = '', hostnames = [] }: HostAlias, path: string): Cause[] {
  return [
    ...(isIP(ip) ? [] : [invalidValue(`${path}.ip`, ip, 'must be a valid IP address')]),
    ...hostnames.flatMap((name, index) => formatCauses(`${path}.hostnames[${index}]`, name, dnsSubdomain)),
  ];
}
