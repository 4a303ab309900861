import type { Node, Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { timestamp, type Json } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { memoryQuantity } from '../kinds/quantity.js';
import { parseLabelSelector, satisfies } from '../kinds/selector.js';
import type { Usage } from '../cluster/kubelet-api.js';
import type { ApiResponse, ApiCall } from './call.js';
import { authorize } from './rbac/authorizer.js';
import { methodNotAllowed, noSuchPath, notFound } from '../kinds/status.js';

const VERSION = 'metrics.k8s.io/v1beta1';
const WINDOW = '30s';

/** Handles `/apis/metrics.k8s.io/v1beta1/…`. The values are computed from the pods and the time. Throws ApiError. */
export function metrics(call: ApiCall): ApiResponse {
  if (call.method !== 'GET') throw methodNotAllowed();
  const [, , , ...steps] = call.path.split('/').filter(Boolean);
  const namespace = steps[0] === 'namespaces' ? steps[1] : undefined;
  const [resource = '', name] = namespace === undefined ? steps : steps.slice(2);
  const verb = name === undefined ? 'list' : 'get';
  authorize(call.user, { verb, group: 'metrics.k8s.io', resource, namespace, name });
  if (steps[0] === 'nodes') return nodeMetrics(call, steps[1]);
  if (steps[0] === 'pods') return podMetrics(call, undefined, undefined);
  if (steps[0] === 'namespaces' && steps[2] === 'pods') return podMetrics(call, steps[1], steps[3]);
  throw noSuchPath();
}

function nodeMetrics(call: ApiCall, name: string | undefined): ApiResponse {
  const { cluster } = call;
  const now = cluster.clock.now();
  const byNode = Map.groupBy(cluster.store.all(pods), ({ spec }) => spec.nodeName ?? '');
  const item = (node: Node) =>
    nodeItem(
      node,
      cluster.kubelets.nodeUsage(node, runningOf(byNode.get(node.metadata.name) ?? []), now),
      now,
    );
  if (name === undefined) {
    return list('NodeMetricsList', selected(call, [...cluster.store.all(nodes)]).map(item));
  }
  const node = cluster.store.get(nodes, '', name);
  if (!node) throw notFound({ ...nodes, id: 'nodes.metrics.k8s.io', group: 'metrics.k8s.io' }, name);
  return { status: 200, body: item(node) };
}

function nodeItem({ metadata }: Node, usage: Usage, now: Date): Json {
  const { name, labels, creationTimestamp } = metadata;
  return {
    kind: 'NodeMetrics',
    apiVersion: VERSION,
    metadata: { name, labels, creationTimestamp },
    timestamp: timestamp(now),
    window: WINDOW,
    usage: amounts(usage),
  };
}

function podMetrics(call: ApiCall, namespace: string | undefined, name: string | undefined): ApiResponse {
  const { cluster } = call;
  if (name === undefined) {
    const found = runningOf(cluster.store.all(pods)).filter(
      ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    );
    return list(
      'PodMetricsList',
      selected(call, found).map((pod) => podItem(call, pod)),
    );
  }
  const pod = cluster.store.get(pods, namespace ?? '', name);
  if (pod?.status.phase === 'Running') return { status: 200, body: podItem(call, pod) };
  throw notFound(
    { ...pods, id: 'pods.metrics.k8s.io', group: 'metrics.k8s.io' },
    `${namespace ?? ''}/${name}`,
  );
}

function podItem({ cluster }: ApiCall, pod: Pod): Json {
  const now = cluster.clock.now();
  const { name, namespace, labels, creationTimestamp } = pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion: VERSION,
    metadata: { name, namespace, labels, creationTimestamp },
    timestamp: timestamp(now),
    window: WINDOW,
    containers: pod.spec.containers.map((container) => ({
      name: container.name,
      usage: amounts(cluster.kubelets.containerUsage(pod, container, now)),
    })),
  };
}

function amounts({ cpu, memory }: Usage): Json {
  return { cpu: `${Math.round(cpu * 1e9)}n`, memory: memoryQuantity(memory) };
}

function runningOf(list: Iterable<Pod>): Pod[] {
  return [...list].filter(({ status }) => status.phase === 'Running');
}

function selected<T extends Pod | Node>({ query }: ApiCall, objects: readonly T[]): T[] {
  const terms = parseLabelSelector(query.get('labelSelector') ?? '');
  return objects.filter(({ metadata }) => terms.every((term) => satisfies(metadata.labels, term)));
}

function list(kind: string, items: readonly Json[]): ApiResponse {
  return { status: 200, body: { kind, apiVersion: VERSION, metadata: {}, items } };
}
