import type { Node, Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { timestamp, type Json } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { memoryQuantity } from '../kinds/quantity.js';
import type { Kubelets } from '../cluster/context.js';
import type { Usage } from '../cluster/kubelet-api.js';
import type { ObjectReader } from '../store/cluster-store.js';
import type { ApiResponse, ApiCall } from './call.js';
import { authorize } from '../rbac/authorizer.js';
import { selection } from './selection.js';
import { methodNotAllowed, noSuchPath, notFound } from '../kinds/status.js';

const VERSION = 'metrics.k8s.io/v1beta1';
const WINDOW = '30s';
/** The resources, which have the names and the field labels of their group. */
const NODE_METRICS = { ...nodes, id: 'nodes.metrics.k8s.io', group: 'metrics.k8s.io' };
const POD_METRICS = { ...pods, id: 'pods.metrics.k8s.io', group: 'metrics.k8s.io' };

/** Handles `/apis/metrics.k8s.io/v1beta1/…`. The values are computed from the pods and the time. Throws ApiError. */
export function metrics(call: ApiCall): ApiResponse {
  if (call.method !== 'GET') throw methodNotAllowed();
  const [, , , ...steps] = call.path.split('/').filter(Boolean);
  const namespace = steps[0] === 'namespaces' ? steps[1] : undefined;
  const [resource = '', name] = namespace === undefined ? steps : steps.slice(2);
  const verb = name === undefined ? 'list' : 'get';
  authorize(call.cluster, call.user, { verb, group: 'metrics.k8s.io', resource, namespace, name });
  const { store: objects, clock, kubelets } = call.cluster;
  return metricsAt({ objects, kubelets, now: clock.now(), query: call.query }, steps);
}

/** A read of the usage of nodes and pods. */
export interface MetricsRead {
  readonly objects: ObjectReader;
  readonly kubelets: Pick<Kubelets, 'containerUsage' | 'nodeUsage'>;
  readonly now: Date;
  readonly query: URLSearchParams;
}

/** The metrics at a path below `/apis/metrics.k8s.io/v1beta1`, by its segments. Throws ApiError. */
export function metricsAt(read: MetricsRead, steps: readonly string[]): ApiResponse {
  if (steps[0] === 'nodes') return nodeMetrics(read, steps[1]);
  if (steps[0] === 'pods') return podMetrics(read, undefined, undefined);
  if (steps[0] === 'namespaces' && steps[2] === 'pods') return podMetrics(read, steps[1], steps[3]);
  throw noSuchPath();
}

function nodeMetrics(read: MetricsRead, name: string | undefined): ApiResponse {
  const { objects, kubelets, now } = read;
  const byNode = Map.groupBy(objects.all(pods), ({ spec }) => spec.nodeName ?? '');
  const item = (node: Node) =>
    nodeItem(node, kubelets.nodeUsage(node, runningOf(byNode.get(node.metadata.name) ?? []), now), now);
  if (name === undefined) {
    const selected = selection({ served: { type: NODE_METRICS } }, read.query);
    return list('NodeMetricsList', [...objects.all(nodes)].filter(selected).map(item));
  }
  const node = objects.get(nodes, '', name);
  if (!node) throw notFound(NODE_METRICS, name);
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

function podMetrics(read: MetricsRead, namespace: string | undefined, name: string | undefined): ApiResponse {
  const { objects } = read;
  if (name === undefined) {
    const selected = selection({ served: { type: POD_METRICS }, namespace }, read.query);
    const found = runningOf(objects.all(pods)).filter(selected);
    return list(
      'PodMetricsList',
      found.map((pod) => podItem(read, pod)),
    );
  }
  const pod = objects.get(pods, namespace ?? '', name);
  if (pod?.status.phase === 'Running') return { status: 200, body: podItem(read, pod) };
  throw notFound(POD_METRICS, `${namespace ?? ''}/${name}`);
}

function podItem({ kubelets, now }: MetricsRead, pod: Pod): Json {
  const { name, namespace, labels, creationTimestamp } = pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion: VERSION,
    metadata: { name, namespace, labels, creationTimestamp },
    timestamp: timestamp(now),
    window: WINDOW,
    containers: pod.spec.containers.map((container) => ({
      name: container.name,
      usage: amounts(kubelets.containerUsage(pod, container, now)),
    })),
  };
}

function amounts({ cpu, memory }: Usage): Json {
  return { cpu: `${Math.round(cpu * 1e9)}n`, memory: memoryQuantity(memory) };
}

function runningOf(list: Iterable<Pod>): Pod[] {
  return [...list].filter(({ status }) => status.phase === 'Running');
}

function list(kind: string, items: readonly Json[]): ApiResponse {
  return { status: 200, body: { kind, apiVersion: VERSION, metadata: {}, items } };
}
