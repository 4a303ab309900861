import { isIP } from 'node:net';
import { immutable, invalidValue, required } from './causes.js';
import { type NetworkPolicy, networkPolicyCauses } from './network-policy-rules.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import { selectorText } from './selector.js';

const GROUP = 'networking.k8s.io';

interface Backend {
  readonly service?: {
    readonly name: string;
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
interface Ingress extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: Backend;
    readonly rules?: readonly IngressRule[];
    readonly tls?: readonly unknown[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export const ingresses = defineResource<Ingress>({
  group: GROUP,
  kind: 'Ingress',
  generation: true,
  defaults: (ingress) => ({
    ...ingress,
    spec: ingress.spec ?? {},
    status: ingress.status ?? { loadBalancer: {} },
  }),
  validate: ({ spec }) => {
    const { defaultBackend, rules = [] } = spec;
    if (!defaultBackend && rules.length === 0)
      return [invalidValue('spec', [], 'either `defaultBackend` or `rules` must be specified')];
    return [
      ...(defaultBackend ? backendCauses(defaultBackend, 'spec.defaultBackend') : []),
      ...rules.flatMap((rule, index) => ruleCauses(rule, `spec.rules[${index}]`)),
    ];
  },
  columns: [
    nameColumn<Ingress>(),
    { name: 'Class', type: 'string', value: ({ spec }) => spec.ingressClassName ?? '<none>' },
    {
      name: 'Hosts',
      type: 'string',
      value: ({ spec }) => (spec.rules ?? []).map(({ host }) => host ?? '*').join(',') || '*',
    },
    {
      name: 'Address',
      type: 'string',
      value: ({ status }) =>
        (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(','),
    },
    { name: 'Ports', type: 'string', value: ({ spec }) => (spec.tls?.length ? '80, 443' : '80') },
    ageColumn<Ingress>(),
  ],
});

function ruleCauses({ host = '', http }: IngressRule, path: string): Cause[] {
  const causes = isIP(host)
    ? [invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address')]
    : [];
  for (const [index, entry] of (http?.paths ?? []).entries())
    causes.push(...pathCauses(entry, `${path}.http.paths[${index}]`));
  return causes;
}

function pathCauses({ path = '', pathType, backend = {} }: IngressPath, at: string): Cause[] {
  if (!pathType) return [required(`${at}.pathType`, 'pathType must be specified')];
  const isAbsolute =
    pathType === 'ImplementationSpecific' ? path === '' || path.startsWith('/') : path.startsWith('/');
  const known = ['Exact', 'Prefix', 'ImplementationSpecific'].includes(pathType);
  return [
    ...(isAbsolute || !known ? [] : [invalidValue(`${at}.path`, path, 'must be an absolute path')]),
    ...backendCauses(backend, `${at}.backend`),
  ];
}

function backendCauses({ service, resource }: Backend, path: string): Cause[] {
  if (resource !== undefined) return [];
  if (!service?.name) return [required(`${path}.service.name`)];
  return service.port?.number || service.port?.name
    ? []
    : [required(path, 'port name or number is required')];
}

/** An IngressClass. It is stored and has no effect. */
interface IngressClass extends KubeObject {
  readonly spec: { readonly controller?: string };
}

export const ingressClasses = defineResource<IngressClass>({
  group: GROUP,
  kind: 'IngressClass',
  generation: true,
  defaults: (ingressClass) => ({ ...ingressClass, spec: ingressClass.spec ?? {} }),
  validate: ({ spec: { controller } }, old) => {
    const field = 'spec.controller';
    if (!controller) return [required(field)];
    if (old && old.spec.controller !== controller) return [immutable(field, controller)];
    return controller.includes('/')
      ? []
      : [invalidValue(field, controller, 'must be a domain-prefixed path')];
  },
  columns: [
    nameColumn<IngressClass>(),
    { name: 'Controller', type: 'string', value: ({ spec }) => spec.controller ?? '' },
    ageColumn<IngressClass>(),
  ],
});

export const networkPolicies = defineResource<NetworkPolicy>({
  group: GROUP,
  kind: 'NetworkPolicy',
  generation: true,
  defaults: (policy) => ({ ...policy, spec: { podSelector: {}, ...policy.spec } }),
  validate: networkPolicyCauses,
  columns: [
    nameColumn<NetworkPolicy>(),
    { name: 'Pod-Selector', type: 'string', value: ({ spec }) => selectorText(spec.podSelector) },
    ageColumn<NetworkPolicy>(),
  ],
});
