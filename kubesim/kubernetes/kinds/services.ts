import type { Endpoints, EndpointSlice, Service, ServicePort } from './core.js';
import { endpointsCauses, endpointSliceCauses } from './endpoint-rules.js';
import type { Condition } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';
import { isExternal, serviceCauses } from './service-rules.js';

/** Index of the DNS Service's address in the Service CIDR; the API server has the first address. */
export const DNS_ADDRESS = 10;

export const services = defineResource<Service>({
  kind: 'Service',
  defaults: (service) => ({
    ...service,
    spec: {
      ...typeDefaults(service),
      ...service.spec,
      ...affinityDefaults(service.spec ?? {}),
      ...(service.spec?.ports ? { ports: service.spec.ports.map((port) => portDefaults(port)) } : {}),
    },
    status: service.status ?? { loadBalancer: {} },
  }),
  validate: serviceCauses,
  columns: [
    nameColumn<Service>(),
    { name: 'Type', type: 'string', value: ({ spec }) => spec.type ?? 'ClusterIP' },
    { name: 'Cluster-IP', type: 'string', value: ({ spec }) => spec.clusterIP ?? '<none>' },
    { name: 'External-IP', type: 'string', value: externalAddress },
    {
      name: 'Port(s)',
      type: 'string',
      value: ({ spec }) => (spec.ports ?? []).map(portText).join(',') || '<none>',
    },
    ageColumn<Service>(),
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      value: ({ spec }) =>
        Object.entries(spec.selector ?? {})
          .map(([k, v]) => `${k}=${v}`)
          .join(',') || '<none>',
    },
  ],
});

/** Annotation with the id of an existing load balancer that a Service reuses. */
export const REUSED_LOAD_BALANCER = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id';

/** Condition of a Service that reuses a load balancer. */
export const REUSED_CONDITION = 'LoadBalancerReused';

type ServiceStatus = NonNullable<Service['status']> & { readonly conditions?: readonly Condition[] };

/** Whether the Service has reused a load balancer; it cannot get a dedicated one later. */
export function hasReusedLoadBalancer({ status }: Service): boolean {
  const conditions = (status as ServiceStatus | undefined)?.conditions ?? [];
  return conditions.some(({ type, status: value }) => type === REUSED_CONDITION && value === 'True');
}

/** Whether the Service reuses a load balancer. */
export function reusesLoadBalancer(service: Service): boolean {
  return service.metadata.annotations?.[REUSED_LOAD_BALANCER] !== undefined || hasReusedLoadBalancer(service);
}

function typeDefaults(service: Service): Partial<Service['spec']> {
  const { type = 'ClusterIP' } = service.spec ?? {};
  if (type === 'ExternalName') return {};
  const isOutside = isExternal({ ...service, spec: { ...service.spec, type } });
  return {
    type,
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ...(isOutside && { externalTrafficPolicy: 'Cluster' }),
    ...(type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
  };
}

/** Three hours, the default of iptables. */
const AFFINITY_SECONDS = 10_800;

function affinityDefaults({
  sessionAffinity = 'None',
  ...spec
}: Partial<Service['spec']>): Partial<Service['spec']> {
  if (sessionAffinity !== 'ClientIP') return { sessionAffinity, sessionAffinityConfig: undefined };
  const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
  return { sessionAffinity, sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function portDefaults(port: ServicePort): ServicePort {
  return { protocol: 'TCP', targetPort: port.port, ...port };
}

function externalAddress({ spec, status }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName ?? '<none>';
  if (spec.type !== 'LoadBalancer') return '<none>';
  return status?.loadBalancer?.ingress?.map(({ ip }) => ip ?? '').join(',') || '<pending>';
}

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol ?? 'TCP'}` : `${port}/${protocol ?? 'TCP'}`;
}

export const endpoints = defineResource<Endpoints>({
  kind: 'Endpoints',
  validate: endpointsCauses,
  columns: [
    nameColumn<Endpoints>(),
    {
      name: 'Endpoints',
      type: 'string',
      value: ({ subsets }) => shortened((subsets ?? []).flatMap(subsetAddresses)),
    },
    ageColumn<Endpoints>(),
  ],
});

function subsetAddresses({
  addresses = [],
  ports = [],
}: NonNullable<Endpoints['subsets']>[number]): string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`));
}

function shortened(list: readonly string[]): string {
  if (list.length === 0) return '<none>';
  return list.length > 3 ? `${list.slice(0, 3).join(',')} + ${list.length - 3} more...` : list.join(',');
}

export const endpointSlices = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  validate: endpointSliceCauses,
  columns: [
    nameColumn<EndpointSlice>(),
    { name: 'AddressType', type: 'string', value: (slice) => slice.addressType },
    {
      name: 'Ports',
      type: 'string',
      value: (slice) => (slice.ports ?? []).map(({ port }) => port).join(',') || '<unset>',
    },
    {
      name: 'Endpoints',
      type: 'string',
      value: (slice) => shortened((slice.endpoints ?? []).flatMap((e) => e.addresses)),
    },
    ageColumn<EndpointSlice>(),
  ],
});
