import { duplicate, forbiddenValue, invalidValue, required } from './causes.js';
import type { Container, EnvVar, Probe } from './core.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

/** A container with the fields that only its validation reads. */
type Checked = Container & {
  readonly securityContext?: { readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean };
};

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether the text is a lowercase RFC 1123 label. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && NAME.test(text);
}

/** Validates a container at `path` of a pod with volumes of these names. */
export function containerCauses(container: Checked, path: string, volumes: ReadonlySet<string>): Cause[] {
  const { securityContext: security } = container;
  return [
    ...nameCauses(container, path),
    ...portCauses(container, `${path}.ports`),
    ...(container.env ?? []).flatMap((variable, index) => envCauses(variable, `${path}.env[${index}]`)),
    ...mountCauses(container, `${path}.volumeMounts`, volumes),
    ...probeCauses(container.livenessProbe, `${path}.livenessProbe`, true),
    ...probeCauses(container.readinessProbe, `${path}.readinessProbe`, false),
    ...probeCauses(container.startupProbe, `${path}.startupProbe`, true),
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
  const causes: Cause[] = [];
  if (!name) causes.push(required(`${path}.name`));
  else if (!isLabel(name))
    causes.push(invalidValue(`${path}.name`, name, 'a lowercase RFC 1123 label is needed'));
  if (!image) causes.push(required(`${path}.image`));
  else if (image.trim() !== image)
    causes.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  return causes;
}

function portCauses({ ports = [] }: Container, path: string): Cause[] {
  const range = 'must be between 1 and 65535, inclusive';
  return ports.flatMap(({ name, containerPort }, index) => {
    const at = `${path}[${index}]`;
    const causes: Cause[] = [];
    if (name && !PORT_NAME.test(name))
      causes.push(invalidValue(`${at}.name`, name, 'must contain at least one letter (a-z)'));
    else if (name && ports.findIndex((other) => other.name === name) < index)
      causes.push(duplicate(`${at}.name`, name));
    if (!containerPort) causes.push(required(`${at}.containerPort`));
    else if (containerPort < 1 || containerPort > 65_535)
      causes.push(invalidValue(`${at}.containerPort`, containerPort, range));
    return causes;
  });
}

const FIELD_PATH =
  /^(metadata\.(name|namespace|uid|labels(\['.+'\])?|annotations(\['.+'\])?)|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

function envCauses({ value, valueFrom }: EnvVar, path: string): Cause[] {
  if (!valueFrom) return [];
  const at = `${path}.valueFrom`;
  if (value) return [invalidValue(at, '', 'may not be specified when `value` is not empty')];
  const { fieldPath } = valueFrom.fieldRef ?? {};
  if (fieldPath === undefined || FIELD_PATH.test(fieldPath)) return [];
  const why = `error converting fieldPath: field label not supported: ${fieldPath}`;
  return [invalidValue(`${at}.fieldRef.fieldPath`, fieldPath, why)];
}

function mountCauses({ volumeMounts = [] }: Container, path: string, volumes: ReadonlySet<string>): Cause[] {
  return volumeMounts.flatMap(({ name }, index) =>
    !name || volumes.has(name)
      ? []
      : [
          {
            field: `${path}[${index}].name`,
            reason: 'FieldValueNotFound' as const,
            message: `Not found: ${JSON.stringify(name)}`,
          },
        ],
  );
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

/** A pod is restarted or started by one success; only its readiness may need several. */
function probeCauses(probe: Probe | null | undefined, path: string, once: boolean): Cause[] {
  if (!probe) return [];
  const [first, second] = HANDLERS.filter((name) => probe[name] !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  if (second !== undefined)
    return [forbiddenValue(`${path}.${second}`, 'may not specify more than 1 handler type')];
  const { successThreshold = 1 } = probe;
  return once && successThreshold !== 1
    ? [invalidValue(`${path}.successThreshold`, successThreshold, 'must be 1')]
    : [];
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
