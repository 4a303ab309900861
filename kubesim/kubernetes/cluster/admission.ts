import { forbidden, notFound } from '../kinds/status.js';
import type { Namespace, Pod, Service, ServicePort } from '../kinds/core.js';
import { deployments } from '../kinds/apps.js';
import { namespaces } from '../kinds/nodes.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { DNS_ADDRESS, services } from '../kinds/services.js';
import { addressAt, addressCount } from '../../cidr.js';
import type { ClusterContext } from './context.js';
import { admitPod } from './pod-admission.js';

/**
 * Admission of an object before it is validated and stored: its namespace must exist, Services get addresses and ports.
 * Throws ApiError.
 */
export function admit<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  old?: T,
): T {
  if (!old && type.namespaced) admitNamespace(cluster, type, object);
  if (!old && type.id === pods.id) return admitPod(cluster, object as unknown as Pod) as unknown as T;
  if (type.id === services.id)
    return admitService(cluster, object as unknown as Service, old as Service | undefined) as unknown as T;
  return object;
}

function admitNamespace(cluster: ClusterContext, type: ResourceType, { metadata }: KubeObject): void {
  const name = metadata.namespace ?? '';
  const namespace: Namespace | undefined = cluster.store.get(namespaces, '', name);
  if (!namespace) throw notFound(namespaces, name);
  if (!namespace.metadata.deletionTimestamp || type.id === 'events') return;
  const why = `unable to create new content in namespace ${name} because it is being terminated`;
  throw forbidden(`${type.id} "${metadata.name}" is forbidden: ${why}`, {
    name: metadata.name,
    kind: type.plural,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

function admitService(cluster: ClusterContext, service: Service, old: Service | undefined): Service {
  const { spec } = service;
  if (spec.type === 'ExternalName') return service;
  const clusterIP = spec.clusterIP ?? old?.spec.clusterIP ?? freeAddress(cluster);
  const ports = spec.ports?.map((port, index) =>
    withNodePort(cluster, service, { port, old: old?.spec.ports?.[index] }),
  );
  return { ...service, spec: { ...spec, clusterIP, clusterIPs: [clusterIP], ...(ports ? { ports } : {}) } };
}

function withNodePort(
  cluster: ClusterContext,
  { spec }: Service,
  { port, old }: { readonly port: ServicePort; readonly old: ServicePort | undefined },
): ServicePort {
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return port;
  return { ...port, nodePort: port.nodePort ?? old?.nodePort ?? freeNodePort(cluster) };
}

/** Returns a free address for a Service; the API server and the DNS use two of the first addresses. */
function freeAddress(cluster: ClusterContext): string {
  const used = new Set<string>();
  for (const { spec } of cluster.store.all(services)) if (spec.clusterIP) used.add(spec.clusterIP);
  const { serviceCidr } = cluster;
  const last = addressCount(serviceCidr) - 2;
  for (let index = DNS_ADDRESS + 1; index <= last; index += 1) {
    const address = addressAt(serviceCidr, index);
    if (!used.has(address)) return address;
  }
  throw forbidden(`no service address is free in ${serviceCidr}`);
}

function freeNodePort(cluster: ClusterContext): number {
  const used = new Set<number>();
  for (const { spec } of cluster.store.all(services))
    for (const { nodePort } of spec.ports ?? []) used.add(nodePort ?? 0);
  for (let port = 30_000; port < 32_768; port += 1) if (!used.has(port)) return port;
  throw forbidden('no node port is free in 30000-32767');
}

const INGRESS_SERVICE = { namespace: 'kube-system', name: 'nginx-ingress-lb' };
const INGRESS_CONTROLLER = 'nginx-ingress-controller';

/** Throws ApiError if an object must not be deleted because another one requires it. */
export function admitDeletion(cluster: ClusterContext, type: ResourceType, { metadata }: KubeObject): void {
  const { namespace, name } = INGRESS_SERVICE;
  if (type.id !== services.id || metadata.namespace !== namespace || metadata.name !== name) return;
  if (!cluster.store.get(deployments, namespace, INGRESS_CONTROLLER)) return;
  throw forbidden(`services "${name}" is forbidden: the NGINX Ingress Controller is installed and needs it`, {
    name,
    kind: type.plural,
  });
}
