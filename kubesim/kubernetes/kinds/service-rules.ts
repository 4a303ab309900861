import { isIP } from 'node:net';
import {
  duplicate,
  forbiddenValue,
  formatCauses,
  immutable,
  invalidValue,
  required,
  unsupported,
} from '../schema/causes.js';
import type { Service, ServicePort } from './core.js';
import { reachableCauses } from './endpoint-rules.js';
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from './formats.js';
import { labelCauses } from './metadata-rules.js';
import { rangeCauses } from './network-policy-rules.js';
import { portCauses as targetCauses } from './probe-rules.js';
import type { Cause } from './resource.js';

const ADDRESS = 'spec.clusterIPs[0]';
type Port = ServicePort & { readonly appProtocol?: string };

/** Validates a new Service, or one that replaces `old`. */
export function serviceCauses(service: Service, old?: Service): Cause[] {
  return [
    ...(service.spec.type === 'ExternalName'
      ? externalNameCauses(service)
      : [
          ...portsCauses(service),
          ...labelCauses('spec.selector', service.spec.selector),
          ...addressCauses(service, old),
        ]),
    ...affinityCauses(service.spec),
    ...externalAddressCauses(service.spec),
    ...balancerCauses(service.spec),
    ...trafficCauses(service),
  ];
}

function externalNameCauses({ spec: { externalName, clusterIPs = [] } }: Service): Cause[] {
  const field = 'spec.externalName';
  return [
    ...(clusterIPs.length > 0
      ? [forbiddenValue('spec.clusterIPs', 'may not be set for ExternalName services')]
      : []),
    ...(externalName
      ? formatCauses(field, externalName.replace(/\.$/, ''), dnsSubdomain)
      : [required(field)]),
  ];
}

type Spec = Service['spec'];

const DAY_SECONDS = 86_400;

function affinityCauses({ sessionAffinity, sessionAffinityConfig: config }: Spec): Cause[] {
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  const seconds = config?.clientIP?.timeoutSeconds ?? 1;
  if (sessionAffinity !== 'ClientIP' || (seconds > 0 && seconds <= DAY_SECONDS)) return [];
  return [invalidValue(field, seconds, `must be greater than 0 and less than ${DAY_SECONDS}`)];
}

function externalAddressCauses({ externalIPs = [] }: Spec): Cause[] {
  return externalIPs.flatMap((ip, index) => reachableCauses(`spec.externalIPs[${index}]`, ip));
}

/** What only a load balancer has. */
function balancerCauses(spec: Spec): Cause[] {
  const { type, loadBalancerClass, loadBalancerSourceRanges: ranges = [] } = spec;
  const only = "may only be used when `type` is 'LoadBalancer'";
  const isBalanced = type === 'LoadBalancer';
  const field = 'spec.LoadBalancerSourceRanges';
  return [
    ...(ranges.length > 0 && !isBalanced ? [forbiddenValue(field, only)] : []),
    ...ranges.flatMap((range, index) => rangeCauses(`${field}[${index}]`, range.trim())),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced
      ? [forbiddenValue('spec.allocateLoadBalancerNodePorts', only)]
      : []),
    ...(loadBalancerClass !== undefined && !isBalanced
      ? [forbiddenValue('spec.loadBalancerClass', only)]
      : []),
    ...(loadBalancerClass !== undefined && isBalanced
      ? formatCauses('spec.loadBalancerClass', loadBalancerClass, qualifiedName)
      : []),
  ];
}

/** Whether requests from outside the cluster reach the Service. */
export function isExternal({ spec: { type, externalIPs = [] } }: Service): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0);
}

/** Whether a load balancer must find the nodes that have pods of the Service. */
export function needsHealthCheck({ spec: { type, externalTrafficPolicy } }: Service): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

function trafficCauses(service: Service): Cause[] {
  const { externalTrafficPolicy, healthCheckNodePort } = service.spec;
  const only = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [
    ...(externalTrafficPolicy && !isExternal(service)
      ? [
          invalidValue(
            'spec.externalTrafficPolicy',
            externalTrafficPolicy,
            'may only be set for externally-accessible services',
          ),
        ]
      : []),
    ...(healthCheckNodePort && !needsHealthCheck(service)
      ? [invalidValue('spec.healthCheckNodePort', healthCheckNodePort, only)]
      : []),
  ];
}

function portsCauses({ spec: { ports = [], clusterIP, type } }: Service): Cause[] {
  if (ports.length === 0) return clusterIP === 'None' ? [] : [required('spec.ports')];
  const isInternal = type === 'ClusterIP';
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const isTwice = ports.findIndex((other) => isSamePort(other, port)) < index;
    const isNamedTwice = !!port.name && ports.findIndex(({ name }) => name === port.name) < index;
    return [
      ...portCauses(port, path, ports.length),
      ...(isInternal && port.nodePort
        ? [forbiddenValue(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")]
        : []),
      ...(isNamedTwice ? [duplicate(`${path}.name`, port.name)] : []),
      ...(isTwice ? [duplicate(path, { protocol: port.protocol, port: port.port })] : []),
    ];
  });
}

function isSamePort(one: ServicePort, other: ServicePort): boolean {
  return one.port === other.port && one.protocol === other.protocol;
}

function portCauses(port: Port, path: string, count: number): Cause[] {
  const { name, targetPort, appProtocol } = port;
  const target = targetPort ?? port.port;
  return [
    ...(!name && count > 1 ? [required(`${path}.name`)] : []),
    ...(name ? formatCauses(`${path}.name`, name, dnsLabel) : []),
    ...portNumber(port.port).map((why) => invalidValue(`${path}.port`, port.port, why)),
    ...targetCauses(target, `${path}.targetPort`),
    ...(appProtocol === undefined ? [] : formatCauses(`${path}.appProtocol`, appProtocol, qualifiedName)),
  ];
}

const FAMILIES = ['IPv4', 'IPv6'];

function isAddress(clusterIP: string | undefined): boolean {
  return !clusterIP || clusterIP === 'None' || isIP(clusterIP) > 0;
}

function familyCauses(family: string, index: number): Cause[] {
  return FAMILIES.includes(family) ? [] : [unsupported(`spec.ipFamilies[${index}]`, family, FAMILIES)];
}

function addressCauses({ spec: { clusterIP, type, ipFamilies = [] } }: Service, old?: Service): Cause[] {
  if (clusterIP === 'None' && (type === 'NodePort' || type === 'LoadBalancer'))
    return [invalidValue(ADDRESS, clusterIP, `may not be set to 'None' for ${type} services`)];
  const before = old?.spec.clusterIP;
  return [
    ...ipFamilies.flatMap(familyCauses),
    ...(isAddress(clusterIP) ? [] : [invalidValue(ADDRESS, clusterIP, 'must be a valid IP address')]),
    ...(before && clusterIP !== before ? [immutable(ADDRESS, clusterIP)] : []),
  ];
}
