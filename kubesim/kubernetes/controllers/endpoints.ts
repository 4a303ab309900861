import type { ClusterContext, Controller } from '../cluster/context.js';
import { create, replace } from '../cluster/write.js';
import type { EndpointAddress, Endpoints, Pod, Service, ServicePort } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { hasEnded, isReady, pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { matchesLabels } from '../kinds/selector.js';
import { endpoints, endpointSlices, services } from '../kinds/services.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { publishSlices } from './endpoint-slices.js';

const DNS_SERVICE = 'kube-dns';

/** Publishes the endpoints of each Service: the ready pods of its selector. */
export function endpointsController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('endpoints', (key) => reconcile(cluster, key));
  const podsByNamespace = new Map<string, Map<string, Pod>>();
  const track = (pod: Pod, deleted: boolean) => {
    const namespace = pod.metadata.namespace ?? '';
    const podsByName = podsByNamespace.get(namespace) ?? new Map<string, Pod>();
    podsByNamespace.set(namespace, podsByName);
    if (deleted) podsByName.delete(pod.metadata.name);
    else podsByName.set(pod.metadata.name, pod);
  };
  function reconcile(context: ClusterContext, key: string): void {
    const [namespace, name] = splitKey(key);
    const service = context.store.get(services, namespace, name);
    if (service?.spec.selector)
      publish(context, service, [...(podsByNamespace.get(namespace)?.values() ?? [])]);
    if (!service) removeOld(context, namespace, name);
  }
  return {
    start() {
      cluster.store.onChange(services, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(pods, ({ type, object, previous }) => {
        track(object as Pod, type === 'DELETED');
        for (const service of servicesOf(cluster, object)) queue.add(keyOf(service));
        if (previous && previous.metadata.labels !== object.metadata.labels) {
          for (const service of servicesOf(cluster, previous)) queue.add(keyOf(service));
        }
      });
      cluster.faults.onChange(() => queue.add(`kube-system/${DNS_SERVICE}`));
      for (const pod of cluster.store.all(pods)) track(pod, false);
      for (const service of cluster.store.all(services)) queue.add(keyOf(service));
    },
  };
}

function* servicesOf(cluster: ClusterContext, { metadata }: KubeObject): Generator<Service> {
  for (const service of cluster.store.all(services)) {
    const { selector } = service.spec;
    const near = service.metadata.namespace === metadata.namespace;
    if (near && selector && matchesLabels({ matchLabels: selector }, metadata.labels)) yield service;
  }
}

function publish(cluster: ClusterContext, service: Service, candidates: readonly Pod[]): void {
  // The DNS has no endpoints while the security group blocks it.
  const silent = service.metadata.name === DNS_SERVICE && cluster.faults.first('DNS_DOWN') !== undefined;
  const selected = candidates.filter(
    (pod) =>
      !silent &&
      pod.status.podIP &&
      !hasEnded(pod) &&
      matchesLabels({ matchLabels: service.spec.selector }, pod.metadata.labels),
  );
  const sorted = selected.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const serving = sorted.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp);
  const waiting = sorted.filter((pod) => !isReady(pod) && !pod.metadata.deletionTimestamp);
  const { name, namespace, labels } = service.metadata;
  const metadata = {
    name,
    namespace,
    labels: { ...labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
  };
  const ports = (service.spec.ports ?? []).map((port) => endpointPort(port, sorted[0]));
  const subset = {
    ...(serving.length > 0 ? { addresses: serving.map(addressOf) } : {}),
    ...(waiting.length > 0 ? { notReadyAddresses: waiting.map(addressOf) } : {}),
    ports,
  };
  const subsets = serving.length + waiting.length > 0 ? [subset] : [];
  write(cluster, endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets,
  } as unknown as Endpoints);
  publishSlices(cluster, service, { pods: sorted, ports: ports.map((port) => ({ name: '', ...port })) });
}

function endpointPort(
  port: ServicePort,
  pod: Pod | undefined,
): { name?: string; port: number; protocol: string } {
  const target = port.targetPort ?? port.port;
  const named = pod?.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((entry) => entry.name === target);
  const number = typeof target === 'number' ? target : (named?.containerPort ?? port.port);
  return { ...(port.name ? { name: port.name } : {}), port: number, protocol: port.protocol ?? 'TCP' };
}

function addressOf(pod: Pod): EndpointAddress {
  const { name, namespace, uid } = pod.metadata;
  return {
    ip: pod.status.podIP ?? '',
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function write<T extends KubeObject>(cluster: ClusterContext, type: ResourceType<T>, next: T): void {
  const current = cluster.store.get(type, next.metadata.namespace ?? '', next.metadata.name);
  if (!current) create(cluster, type, next);
  else
    replace(cluster, type, {
      current,
      next: { ...next, metadata: { ...current.metadata, labels: next.metadata.labels } },
    });
}

function removeOld(cluster: ClusterContext, namespace: string, name: string): void {
  for (const type of [endpoints, endpointSlices]) {
    const old = cluster.store.get<KubeObject>(type as ResourceType, namespace, name);
    if (old) cluster.store.remove(type as ResourceType, old);
  }
}
