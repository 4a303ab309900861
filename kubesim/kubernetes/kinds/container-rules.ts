import {
  duplicate,
  forbiddenValue,
  formatCauses,
  invalidValue,
  required,
  unsupported,
} from '../schema/causes.js';
import type { Container } from './core.js';
import { environmentCauses } from './environment-rules.js';
import { dnsLabel, portName, portNumber } from './formats.js';
import { mountCauses } from './pod-volume-rules.js';
import { lifecycleCauses, probeCauses, type Lifecycle } from './probe-rules.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';
import {
  containerResourceCauses,
  isHugePages,
  isInteger,
  isOvercommitAllowed,
} from './resource-name-rules.js';
import { securityContextCauses, type SecurityContext } from './security-context-rules.js';

/** A container with the fields that only its validation reads. */
type Checked = Container & {
  readonly lifecycle?: Lifecycle;
  readonly securityContext?: SecurityContext;
};

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** What the validation of a container reads of its pod. */
export interface PodOfContainer {
  /** Names of its volumes. */
  readonly volumes: ReadonlySet<string>;
  /** Its grace period in seconds. */
  readonly grace: number;
}

/** Validates a container at `path` of a pod. */
export function containerCauses(container: Checked, path: string, pod: PodOfContainer): Cause[] {
  return [...commonContainerCauses(container, path, pod.volumes), ...hookCauses(container, path, pod.grace)];
}

/** Validates an init container; it ends before it could be probed, unless it is a sidecar. */
export function initContainerCauses(container: Checked, path: string, pod: PodOfContainer): Cause[] {
  const why = 'may not be set for init containers without restartPolicy=Always';
  return [
    ...commonContainerCauses(container, path, pod.volumes),
    ...(container.restartPolicy === 'Always'
      ? hookCauses(container, path, pod.grace)
      : (['lifecycle', ...PROBES] as const)
          .filter((name) => container[name])
          .map((name) => forbiddenValue(`${path}.${name}`, why))),
  ];
}

function hookCauses(container: Checked, path: string, grace: number): Cause[] {
  return [
    ...PROBES.flatMap((name) => probeCauses(container[name], `${path}.${name}`)),
    ...lifecycleCauses(container.lifecycle ?? {}, `${path}.lifecycle`, grace),
  ];
}

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];

/** Validates what all kinds of containers have. */
export function commonContainerCauses(
  container: Checked,
  path: string,
  volumes: ReadonlySet<string>,
): Cause[] {
  const { restartPolicy, securityContext } = container;
  return [
    ...nameCauses(container, path),
    ...portCauses(container, `${path}.ports`),
    ...environmentCauses(container, path),
    ...mountCauses(container, `${path}.volumeMounts`, volumes),
    ...resourceCauses(container, `${path}.resources`),
    ...(restartPolicy === undefined || RESTART_POLICIES.includes(restartPolicy)
      ? []
      : [unsupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES)]),
    ...(securityContext ? securityContextCauses(securityContext, `${path}.securityContext`) : []),
  ];
}

function nameCauses({ name, image }: Container, path: string): Cause[] {
  return [
    ...(name ? formatCauses(`${path}.name`, name, dnsLabel) : [required(`${path}.name`)]),
    ...imageCauses(image, `${path}.image`),
  ];
}

function imageCauses(image: string, field: string): Cause[] {
  if (!image) return [required(field)];
  return image.trim() === image
    ? []
    : [invalidValue(field, image, 'must not have leading or trailing whitespace')];
}

type Ports = readonly (NonNullable<Container['ports']>[number] & { readonly hostPort?: number })[];

function portCauses({ ports = [] }: { readonly ports?: Ports }, path: string): Cause[] {
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const { name, containerPort, hostPort, protocol = '' } = port;
    const isTwice = ports.findIndex((other) => other.name === name) < index;
    const onHost = `${protocol}//${hostPort ?? 0}`;
    const isTaken = !!hostPort && seen.has(onHost);
    seen.add(onHost);
    return [
      ...(name ? formatCauses(`${at}.name`, name, portName) : []),
      ...(name && isTwice ? [duplicate(`${at}.name`, name)] : []),
      ...(containerPort ? [] : [required(`${at}.containerPort`)]),
      ...numberCauses(containerPort, `${at}.containerPort`),
      ...numberCauses(hostPort, `${at}.hostPort`),
      ...(isTaken ? [duplicate(`${at}.hostPort`, onHost)] : []),
    ];
  });
}

function numberCauses(port: number | undefined, field: string): Cause[] {
  return port ? portNumber(port).map((why) => invalidValue(field, port, why)) : [];
}

function resourceCauses({ resources }: Container, path: string): Cause[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const names = [...Object.keys(requests), ...Object.keys(limits)];
  const isComplete = names.some((name) => name === 'cpu' || name === 'memory');
  return [
    ...containerAmountCauses(limits, `${path}.limits`),
    ...containerAmountCauses(requests, `${path}.requests`),
    ...Object.entries(requests).flatMap(([name, amount]) =>
      requestCauses({ name, amount, limit: limits[name] }, path),
    ),
    ...(names.some(isHugePages) && !isComplete
      ? [forbiddenValue(path, 'HugePages require cpu or memory')]
      : []),
  ];
}

interface Request {
  readonly name: string;
  readonly amount: string;
  readonly limit: string | undefined;
}

/** A request is at most the limit; of what is not shared, exactly the limit. */
function requestCauses({ name, amount, limit }: Request, path: string): Cause[] {
  const isShared = isOvercommitAllowed(name);
  if (limit === undefined)
    return isShared ? [] : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  const [asked, most] = [quantity(amount), quantity(limit)];
  if (!isShared && asked !== most)
    return [invalidValue(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`)];
  return asked > most
    ? [invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)]
    : [];
}

/** Validates amounts of resources of containers at `path`. */
export function containerAmountCauses(amounts: Readonly<Record<string, string>>, path: string): Cause[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const field = `${path}[${name}]`;
    const value = quantity(amount);
    return [
      ...containerResourceCauses(name, field),
      ...(value >= 0 ? [] : [invalidValue(field, amount, 'must be greater than or equal to 0')]),
      ...(isInteger(name) && !Number.isInteger(value)
        ? [invalidValue(field, amount, 'must be an integer')]
        : []),
    ];
  });
}
