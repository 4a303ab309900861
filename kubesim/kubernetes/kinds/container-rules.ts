import { duplicate, formatCauses, invalidValue, required } from './causes.js';
import type { Container } from './core.js';
import { environmentCauses } from './environment-rules.js';
import { dnsLabel, portName, portNumber } from './formats.js';
import { mountCauses } from './pod-volume-rules.js';
import { lifecycleCauses, probeCauses, type Lifecycle } from './probe-rules.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

/** A container with the fields that only its validation reads. */
type Checked = Container & {
  readonly lifecycle?: Lifecycle;
  readonly securityContext?: { readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean };
};

/** Validates a container at `path` of a pod with volumes of these names. */
export function containerCauses(container: Checked, path: string, volumes: ReadonlySet<string>): Cause[] {
  const { securityContext: security } = container;
  return [
    ...nameCauses(container, path),
    ...portCauses(container, `${path}.ports`),
    ...environmentCauses(container, path),
    ...mountCauses(container, `${path}.volumeMounts`, volumes),
    ...probeCauses(container.livenessProbe, `${path}.livenessProbe`),
    ...probeCauses(container.readinessProbe, `${path}.readinessProbe`),
    ...probeCauses(container.startupProbe, `${path}.startupProbe`),
    ...lifecycleCauses(container.lifecycle ?? {}, `${path}.lifecycle`),
    ...resourceCauses(container, `${path}.resources`),
    ...(security?.privileged && security.allowPrivilegeEscalation === false
      ? [
          invalidValue(
            `${path}.securityContext`,
            security,
            'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
          ),
        ]
      : []),
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

const RESOURCE = /^(cpu$|memory$|ephemeral-storage$|hugepages-|[^/]+\/[^/]+$)/;

function resourceCauses({ resources }: Container, path: string): Cause[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const tooMuch = Object.entries(requests).flatMap(([name, amount]) => {
    const limit = limits[name];
    if (limit === undefined || !(quantity(amount) > quantity(limit))) return [];
    const why = `must be less than or equal to ${name} limit of ${limit}`;
    return [invalidValue(`${path}.requests`, amount, why)];
  });
  return [
    ...amountCauses(requests, `${path}.requests`),
    ...amountCauses(limits, `${path}.limits`),
    ...tooMuch,
  ];
}

function amountCauses(amounts: Readonly<Record<string, string>>, path: string): Cause[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const field = `${path}[${name}]`;
    if (!RESOURCE.test(name))
      return [
        invalidValue(field, name, 'must be a standard resource type or fully qualified'),
        invalidValue(field, name, 'must be a standard resource for containers'),
      ];
    return quantity(amount) >= 0
      ? []
      : [invalidValue(field, amount, 'must be a quantity, greater than or equal to 0')];
  });
}
