import { isIP } from 'node:net';
import { formatCauses, invalidValue, required } from '../schema/causes.js';
import { dnsLabel, dnsSubdomain, portName, portNumber, wildcardSubdomain } from './formats.js';
import type { KubeObject } from './object.js';
import type { Cause } from './resource.js';

interface Backend {
  readonly service?: {
    readonly name?: string;
    readonly port?: { readonly number?: number; readonly name?: string };
  };
  readonly resource?: unknown;
}

interface IngressPath {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend?: Backend;
}

interface IngressRule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly IngressPath[] };
}

/** An Ingress. It is stored and has no effect: kubesim runs no ingress controller of its own. */
export interface Ingress extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: Backend;
    readonly rules?: readonly IngressRule[];
    readonly tls?: readonly { readonly hosts?: readonly string[] }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

const CLASS = 'kubernetes.io/ingress.class';

/** Validates a new Ingress, or one that replaces `old`. */
export function ingressCauses(ingress: Ingress, old?: Ingress): Cause[] {
  const { defaultBackend, rules = [], tls = [] } = ingress.spec;
  return [
    ...(!defaultBackend && rules.length === 0
      ? [invalidValue('spec', [], 'either `defaultBackend` or `rules` must be specified')]
      : []),
    ...(defaultBackend ? backendCauses(defaultBackend, 'spec.defaultBackend') : []),
    ...rules.flatMap((rule, index) => ruleCauses(rule, `spec.rules[${index}]`)),
    ...tls.flatMap(({ hosts = [] }, index) =>
      hosts.flatMap((host, at) => hostCauses(host, `spec.tls[${index}].hosts[${at}]`)),
    ),
    ...classCauses(ingress, old),
  ];
}

/** A new Ingress names its class in one place only. */
function classCauses(
  { metadata, spec: { ingressClassName = '' } }: Ingress,
  old: Ingress | undefined,
): Cause[] {
  if (ingressClassName === '') return [];
  const causes = formatCauses('spec.ingressClassName', ingressClassName, dnsSubdomain);
  const named = metadata.annotations?.[CLASS];
  if (old || !named || named === ingressClassName) return causes;
  const why = 'must match `ingressClassName` when both are specified';
  return [...causes, invalidValue(`annotations.${CLASS}`, named, why)];
}

function hostCauses(host: string, field: string): Cause[] {
  return formatCauses(field, host, host.includes('*') ? wildcardSubdomain : dnsSubdomain);
}

function ruleCauses({ host = '', http }: IngressRule, path: string): Cause[] {
  const field = `${path}.host`;
  return [
    ...(isIP(host) ? [invalidValue(field, host, 'must be a DNS name, not an IP address')] : []),
    ...(host === '' || isIP(host) ? [] : hostCauses(host, field)),
    ...(http && !http.paths?.length ? [required(`${path}.http.paths`)] : []),
    ...(http?.paths ?? []).flatMap((entry, index) => pathCauses(entry, `${path}.http.paths[${index}]`)),
  ];
}

const SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const SUFFIXES = ['/..', '/.'];

function pathCauses({ path = '', pathType, backend = {} }: IngressPath, at: string): Cause[] {
  if (!pathType) return [required(`${at}.pathType`, 'pathType must be specified')];
  return [...pathTextCauses(path, pathType, `${at}.path`), ...backendCauses(backend, `${at}.backend`)];
}

function pathTextCauses(path: string, pathType: string, field: string): Cause[] {
  const isAbsolute = path.startsWith('/');
  const why = 'must be an absolute path';
  if (pathType === 'ImplementationSpecific')
    return path === '' || isAbsolute ? [] : [invalidValue(field, path, why)];
  if (pathType !== 'Exact' && pathType !== 'Prefix') return [];
  return [
    ...(isAbsolute ? [] : [invalidValue(field, path, why)]),
    ...SEQUENCES.filter((text) => path.includes(text)).map((text) =>
      invalidValue(field, path, `must not contain '${text}'`),
    ),
    ...SUFFIXES.filter((text) => path.endsWith(text)).map((text) =>
      invalidValue(field, path, `cannot end with '${text}'`),
    ),
  ];
}

function backendCauses({ service, resource }: Backend, path: string): Cause[] {
  if (service && resource !== undefined)
    return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource !== undefined) return [];
  return service
    ? serviceCauses(service, path)
    : [invalidValue(path, '', 'resource or service backend is required')];
}

function serviceCauses({ name, port = {} }: NonNullable<Backend['service']>, path: string): Cause[] {
  const nameCauses = name
    ? formatCauses(`${path}.service.name`, name, dnsLabel)
    : [required(`${path}.service.name`)];
  return [...nameCauses, ...portCauses(port, path)];
}

function portCauses({ number = 0, name = '' }: { number?: number; name?: string }, path: string): Cause[] {
  if (name !== '' && number !== 0) return [invalidValue(path, '', 'cannot set both port name & port number')];
  if (name !== '') return formatCauses(`${path}.service.port.name`, name, portName);
  if (number === 0) return [required(path, 'port name or number is required')];
  return portNumber(number).map((why) => invalidValue(`${path}.service.port.number`, number, why));
}
