import { formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import type { Container, EnvVar, ResourceReference } from './core.js';
import { configKey, dnsSubdomain, variableName } from './formats.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

const FIELD_PATH =
  /^(metadata\.(name|namespace|uid|labels(\['.+'\])?|annotations(\['.+'\])?)|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
const RESOURCES = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory'];
const ALL_RESOURCES = [...RESOURCES, ...RESOURCES.map((name) => name.replace('limits', 'requests'))];

/** Validates the environment of a container at `path`. */
export function environmentCauses({ env = [], envFrom = [] }: Container, path: string): Cause[] {
  return [
    ...env.flatMap((variable, index) => variableCauses(variable, `${path}.env[${index}]`)),
    ...envFrom.flatMap((source, index) => sourceCauses(source, `${path}.envFrom`, index)),
  ];
}

function variableCauses(variable: EnvVar, path: string): Cause[] {
  const { name = '' }: Partial<EnvVar> = variable;
  return [
    ...(name === '' ? [] : formatCauses(`${path}.name`, name, variableName)),
    ...valueCauses(variable, `${path}.valueFrom`),
  ];
}

function valueCauses({ value, valueFrom }: EnvVar, path: string): Cause[] {
  if (!valueFrom) return [];
  if (value) return [invalidValue(path, '', 'may not be specified when `value` is not empty')];
  const [first, second] = SOURCES.filter((name) => name in valueFrom);
  const which =
    'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
  if (first === undefined) return [invalidValue(path, '', which)];
  if (second !== undefined)
    return [invalidValue(path, '', 'may not have more than one field specified at a time')];
  return [
    ...fieldCauses(valueFrom.fieldRef, `${path}.fieldRef.fieldPath`),
    ...resourceFieldCauses(valueFrom.resourceFieldRef, `${path}.resourceFieldRef`),
    ...keyCauses(valueFrom.configMapKeyRef, `${path}.configMapKeyRef`),
    ...keyCauses(valueFrom.secretKeyRef, `${path}.secretKeyRef`),
  ];
}

/** Validates the path of a reference to a field of the pod. */
export function fieldCauses(reference: { readonly fieldPath: string } | undefined, field: string): Cause[] {
  if (!reference || FIELD_PATH.test(reference.fieldPath)) return [];
  const why = `error converting fieldPath: field label not supported: ${reference.fieldPath}`;
  return [invalidValue(field, reference.fieldPath, why)];
}

/** Divisors that API servers accept of a resource, with the words of their errors. */
const DIVISORS = {
  cpu: { values: ['1m', '1'], words: '1m and 1 are supported with the cpu' },
  other: {
    values: ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'],
    words: '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ',
  },
};

/** Validates a reference to a resource of a container at `path`. */
export function resourceFieldCauses(reference: ResourceReference | undefined, path: string): Cause[] {
  if (!reference) return [];
  const { resource, divisor = '0' } = reference;
  if (!ALL_RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    return [unsupported(`${path}.resource`, resource, ALL_RESOURCES)];
  const name = resource.slice(resource.indexOf('.') + 1);
  const { values, words } = name === 'cpu' ? DIVISORS.cpu : DIVISORS.other;
  if (quantity(divisor) === 0 || values.includes(divisor)) return [];
  const what = name === 'cpu' ? '' : (SPOKEN[name] ?? 'hugepages');
  return [invalidValue(`${path}.divisor`, resource, `only divisor's values ${words}${what} resource`)];
}

const SPOKEN: Readonly<Record<string, string | undefined>> = {
  memory: 'memory',
  'ephemeral-storage': 'local ephemeral storage',
};

interface KeyReference {
  readonly name?: string;
  readonly key?: string;
}

function keyCauses(reference: KeyReference | undefined, path: string): Cause[] {
  if (!reference) return [];
  const { name = '', key = '' } = reference;
  return [
    ...(key === '' ? [] : formatCauses(`${path}.name`, name, dnsSubdomain)),
    ...(key === '' ? [] : formatCauses(`${path}.key`, key, configKey)),
  ];
}

type Source = NonNullable<Container['envFrom']>[number];

function sourceCauses(
  { prefix = '', configMapRef, secretRef }: Source,
  path: string,
  index: number,
): Cause[] {
  const at = `${path}[${index}]`;
  const prefixed = prefix === '' ? [] : formatCauses(`${at}.prefix`, prefix, variableName);
  if (configMapRef && secretRef)
    return [...prefixed, invalidValue(path, '', 'may not have more than one field specified at a time')];
  if (configMapRef) return [...prefixed, ...referenceCauses(configMapRef.name, `${at}.configMapRef.name`)];
  if (secretRef) return [...prefixed, ...referenceCauses(secretRef.name, `${at}.secretRef.name`)];
  return [...prefixed, invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`')];
}

function referenceCauses(name: string | undefined, field: string): Cause[] {
  return name ? formatCauses(field, name, dnsSubdomain) : [required(field)];
}
