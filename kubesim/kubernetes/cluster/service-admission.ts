import { isIPv4 } from 'node:net';
import { addressAt, addressCount, boundsOf } from '../../cidr.js';
import type { Service, ServicePort } from '../kinds/core.js';
import { invalidValue } from '../schema/causes.js';
import { isExternal, needsHealthCheck } from '../kinds/service-rules.js';
import { DNS_ADDRESS, services } from '../kinds/services.js';
import { ApiError, invalid } from '../kinds/status.js';
import type { ClusterContext } from './context.js';

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

/**
 * Allocates the address and the node ports of a Service, as the API server's allocators do. An update that leaves them
 * out keeps them. Throws ApiError.
 */
export function admitService(cluster: ClusterContext, given: Service, old: Service | undefined): Service {
  const service = old ? keepAllocated(given, old) : given;
  return withNodePorts(cluster, withAddress(cluster, service, old), old);
}

/** Keeps what was allocated and the update leaves out; removes what the new type does not need. */
function keepAllocated(service: Service, old: Service): Service {
  const { spec } = service;
  if (!needsAddress(service) && spec.clusterIP === old.spec.clusterIP)
    return withSpec(service, {
      ...{ clusterIP: undefined, clusterIPs: undefined, ports: portsOf(service, old) },
      ...unneeded(service, old),
      ...(old.spec.type === 'ExternalName' ? {} : { ipFamilies: undefined, ipFamilyPolicy: undefined }),
    });
  const clusterIP = spec.clusterIP || spec.clusterIPs?.[0] || old.spec.clusterIP;
  return withSpec(service, { clusterIP, ports: portsOf(service, old), ...unneeded(service, old) });
}

/** What only services of other types have, and the update leaves as it was. */
function unneeded(service: Service, { spec: old }: Service): Partial<Service['spec']> {
  const { spec } = service;
  const isBalanced = spec.type === 'LoadBalancer';
  const isNeeded = {
    externalTrafficPolicy: isExternal(service),
    healthCheckNodePort: needsHealthCheck(service),
    allocateLoadBalancerNodePorts: isBalanced,
    loadBalancerClass: isBalanced,
  };
  const names = Object.keys(isNeeded) as (keyof typeof isNeeded)[];
  const dropped = names.filter((name) => !isNeeded[name] && spec[name] === old[name]);
  return Object.fromEntries(dropped.map((name) => [name, undefined]));
}

function portsOf(service: Service, old: Service): readonly ServicePort[] | undefined {
  const { ports } = service.spec;
  if (!ports || !needsNodePorts(old)) return ports;
  if (!needsNodePorts(service)) {
    const same = ports.every(({ nodePort }, index) => nodePort === old.spec.ports?.[index]?.nodePort);
    return same ? ports.map(({ nodePort: _released, ...port }) => port) : ports;
  }
  const given = new Set(ports.map(({ nodePort }) => nodePort));
  const byName = new Map((old.spec.ports ?? []).map(({ name, nodePort }) => [name, nodePort]));
  return ports.map((port) => {
    const kept = byName.get(port.name);
    return port.nodePort || kept === undefined || given.has(kept) ? port : { ...port, nodePort: kept };
  });
}

function withAddress(cluster: ClusterContext, service: Service, old: Service | undefined): Service {
  // Validation reports an address of a Service that has none.
  if (!needsAddress(service))
    return service.spec.clusterIP ? withSpec(service, { clusterIPs: [service.spec.clusterIP] }) : service;
  const given = service.spec.clusterIP || service.spec.clusterIPs?.[0];
  const clusterIP = given ?? freeAddress(cluster);
  if (given !== undefined && isIPv4(given) && !old?.spec.clusterIP) checkAddress(cluster, service, given);
  return withSpec(service, { clusterIP, clusterIPs: [clusterIP] });
}

/** Whether the Service has a cluster address; `None` is one. */
function needsAddress({ spec }: Service): boolean {
  return spec.type !== 'ExternalName';
}

function checkAddress({ store, serviceCidr }: ClusterContext, service: Service, address: string): void {
  const [first, last] = boundsOf(serviceCidr);
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const problem = (why: string) =>
    invalid(services, service.metadata.name, [
      invalidValue('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`),
    ]);
  if (!(number >= first && number <= last))
    throw problem(
      `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${serviceCidr}`,
    );
  for (const { spec } of store.all(services))
    if (spec.clusterIP === address) throw problem('provided IP is already allocated');
}

/** Returns a free address for a Service; the API server and the DNS use two of the first addresses. */
function freeAddress({ store, serviceCidr }: ClusterContext): string {
  const used = new Set<string>();
  for (const { spec } of store.all(services)) if (spec.clusterIP) used.add(spec.clusterIP);
  const last = addressCount(serviceCidr) - 2;
  for (let index = DNS_ADDRESS + 1; index <= last; index += 1) {
    const address = addressAt(serviceCidr, index);
    if (!used.has(address)) return address;
  }
  throw new ApiError(
    500,
    'InternalError',
    'Internal error occurred: failed to allocate a serviceIP: range is full',
  );
}

/** Ports of one Service with the same number, for two protocols, share a node port. */
function withNodePorts(cluster: ClusterContext, service: Service, old: Service | undefined): Service {
  const { ports = [] } = service.spec;
  const kept = new Set(
    old && needsNodePorts(old) ? (old.spec.ports ?? []).map(({ nodePort }) => nodePort) : [],
  );
  const isSettled = ({ nodePort }: ServicePort) => (nodePort ? kept.has(nodePort) : !needsNodePorts(service));
  if (!hasNodePorts(service) || ports.every(isSettled)) return service;
  const used = usedNodePorts(cluster, service);
  const shared = new Map(
    ports.flatMap(({ port, nodePort }) => (nodePort ? [[port, nodePort] as const] : [])),
  );
  const allocated = ports.map((port, index) => {
    if (port.nodePort) checkNodePort(service, { port, index, used });
    if (port.nodePort || !needsNodePorts(service)) return port;
    const nodePort = shared.get(port.port) ?? freeNodePort(used, shared);
    shared.set(port.port, nodePort);
    return { ...port, nodePort };
  });
  return withSpec(service, { ports: allocated });
}

/** Whether the ports of the Service may have node ports. */
function hasNodePorts({ spec }: Service): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Whether each port of the Service gets a node port. */
function needsNodePorts(service: Service): boolean {
  const { type, allocateLoadBalancerNodePorts } = service.spec;
  return hasNodePorts(service) && (type === 'NodePort' || allocateLoadBalancerNodePorts !== false);
}

/** The node ports of the other Services. */
function usedNodePorts({ store }: ClusterContext, { metadata }: Service): ReadonlySet<number> {
  const used = new Set<number>();
  for (const other of store.all(services)) {
    if (other.metadata.uid === metadata.uid) continue;
    for (const { nodePort } of other.spec.ports ?? []) if (nodePort) used.add(nodePort);
  }
  return used;
}

function checkNodePort(
  { metadata, spec: { ports = [] } }: Service,
  {
    port: { nodePort = 0, protocol },
    index,
    used,
  }: { readonly port: ServicePort; readonly index: number; readonly used: ReadonlySet<number> },
): void {
  const isTwice = ports
    .slice(0, index)
    .some((other) => other.nodePort === nodePort && other.protocol === protocol);
  const range = `${FIRST_NODE_PORT}-${LAST_NODE_PORT}`;
  const outside = nodePort < FIRST_NODE_PORT || nodePort > LAST_NODE_PORT;
  if (!outside && !isTwice && !used.has(nodePort)) return;
  const why = outside
    ? `provided port is not in the valid range. The range of valid ports is ${range}`
    : 'provided port is already allocated';
  throw invalid(services, metadata.name, [invalidValue(`spec.ports[${index}].nodePort`, nodePort, why)]);
}

function freeNodePort(used: ReadonlySet<number>, shared: ReadonlyMap<number, number>): number {
  const own = new Set(shared.values());
  for (let port = FIRST_NODE_PORT; port <= LAST_NODE_PORT; port += 1)
    if (!used.has(port) && !own.has(port)) return port;
  throw new ApiError(
    500,
    'InternalError',
    'Internal error occurred: failed to allocate a nodePort: range is full',
  );
}

function withSpec(service: Service, spec: Partial<Service['spec']>): Service {
  const entries = Object.entries({ ...service.spec, ...spec }).filter(([, value]) => value !== undefined);
  return { ...service, spec: Object.fromEntries(entries) };
}
