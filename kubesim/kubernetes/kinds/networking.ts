import { forbiddenValue, formatCauses, immutable, required, unsupported } from '../schema/causes.js';
import { dnsLabel, dnsSubdomain, domainPath, pathSegment } from './formats.js';
import { type Ingress, ingressCauses } from './ingress-rules.js';
import { type NetworkPolicy, networkPolicyCauses } from './network-policy-rules.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import { selectorText } from './selector.js';

const GROUP = 'networking.k8s.io';

export const ingresses = defineResource<Ingress>({
  group: GROUP,
  kind: 'Ingress',
  generation: true,
  defaults: (ingress) => ({
    ...ingress,
    spec: ingress.spec ?? {},
    status: ingress.status ?? { loadBalancer: {} },
  }),
  validate: ingressCauses,
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

/** An IngressClass. It is stored and has no effect. */
interface IngressClass extends KubeObject {
  readonly spec: {
    readonly controller?: string;
    readonly parameters?: {
      readonly apiGroup?: string;
      readonly kind?: string;
      readonly name?: string;
      readonly scope?: string;
      readonly namespace?: string;
    };
  };
}

const SCOPES = ['Cluster', 'Namespace'];

/** Validates the reference to the parameters of a controller at `path`. */
function parameterCauses(
  { apiGroup, kind, name, scope = 'Cluster', namespace }: NonNullable<IngressClass['spec']['parameters']>,
  path: string,
): Cause[] {
  return [
    ...(apiGroup === undefined ? [] : formatCauses(`${path}.apiGroup`, apiGroup, dnsSubdomain)),
    ...(kind ? formatCauses(`${path}.kind`, kind, pathSegment) : []),
    ...(name ? formatCauses(`${path}.name`, name, pathSegment) : []),
    ...(SCOPES.includes(scope)
      ? namespaceCauses(scope, namespace, `${path}.namespace`)
      : [unsupported(`${path}.scope`, scope, SCOPES)]),
  ];
}

function namespaceCauses(scope: string, namespace: string | undefined, field: string): Cause[] {
  const why = `\`parameters.scope\` is set to '${scope}'`;
  if (scope === 'Cluster') return namespace === undefined ? [] : [forbiddenValue(field, why)];
  return namespace === undefined ? [required(field, why)] : formatCauses(field, namespace, dnsLabel);
}

export const ingressClasses = defineResource<IngressClass>({
  group: GROUP,
  kind: 'IngressClass',
  generation: true,
  defaults: (ingressClass) => ({ ...ingressClass, spec: ingressClass.spec ?? {} }),
  validate: ({ spec: { controller, parameters } }, old) => {
    const field = 'spec.controller';
    if (!controller) return [required(field)];
    if (old && old.spec.controller !== controller) return [immutable(field, controller)];
    return [
      ...formatCauses(field, controller, domainPath),
      ...(parameters ? parameterCauses(parameters, 'spec.parameters') : []),
    ];
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
