import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { listPath } from '../../../engine/kubernetes/paths.js';
import {
  allOf,
  type Ownership,
  ownerKey,
  ownersOf,
  readOwnership,
} from '../../../engine/kubernetes/pod-owners.js';
import { CLUSTER_SUBJECT, nodeSubject } from '../model/metric.rules.js';
import type { Sample } from '../store/metric.store.js';

interface Usage {
  readonly cpu?: string;
  readonly memory?: string;
}

interface NodeMetrics extends KubernetesObject {
  usage?: Usage;
}

interface PodMetrics extends KubernetesObject {
  containers?: readonly { usage?: Usage }[];
}

interface PodObject extends KubernetesObject {
  status?: { phase?: string };
}

const METRICS = 'metrics.k8s.io/v1beta1';

/** Cores and bytes in use, and the number of pods. */
interface Sum {
  cpu: number;
  memory: number;
  pods: number;
}

/** Measures a cluster, its nodes and its workloads through its Kubernetes API. */
export async function scrape(client: KubernetesClient, clusterId: string, at: Date): Promise<Sample[]> {
  const [nodes, pods, nodeUse, podUse, ownership] = await Promise.all([
    collect<KubernetesObject>(client, 'v1', 'nodes'),
    collect<PodObject>(client, 'v1', 'pods'),
    collect<NodeMetrics>(client, METRICS, 'nodes'),
    collect<PodMetrics>(client, METRICS, 'pods'),
    readOwnership(client),
  ]);
  const live = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const sample = (subject: string, name: Sample['name'], value: number): Sample => ({
    clusterId,
    subject,
    name,
    at,
    value,
  });
  const usage = (subject: string, { cpu, memory }: Pick<Sum, 'cpu' | 'memory'>) => [
    sample(subject, 'cpu_usage', cpu),
    sample(subject, 'memory_usage', memory),
  ];
  const byNode = nodeUse.map((node) => ({ name: node.metadata?.name ?? '', ...measured([node]) }));
  // The usage of a cluster without nodes is that of its pods.
  const clusterUse = nodes.length > 0 ? nodeUse : podUse.flatMap(({ containers }) => containers ?? []);
  return [
    sample(CLUSTER_SUBJECT, 'nodes', nodes.length),
    sample(CLUSTER_SUBJECT, 'pods', live.length),
    // Without a metrics server the usage is unknown; zero would be wrong.
    ...(clusterUse.length > 0 ? usage(CLUSTER_SUBJECT, measured(clusterUse)) : []),
    ...byNode.flatMap((node) => usage(nodeSubject(node.name), node)),
    ...[...sumByWorkload(live, podUse, ownership)].flatMap(([subject, sum]) => [
      sample(subject, 'pods', sum.pods),
      ...usage(subject, sum),
    ]),
  ];
}

/** Sums the usage of the pods of each workload, by `KIND/namespace/name`. */
function sumByWorkload(
  pods: readonly PodObject[],
  podUse: readonly PodMetrics[],
  ownership: Ownership,
): Map<string, Sum> {
  const useOf = new Map(podUse.map((pod) => [nameOf(pod), measured(pod.containers ?? [])]));
  const sums = new Map<string, Sum>();
  for (const pod of pods) {
    const use = useOf.get(nameOf(pod)) ?? { cpu: 0, memory: 0 };
    for (const owner of ownersOf(pod, ownership)) {
      const key = ownerKey(owner, pod.metadata?.namespace ?? '');
      const sum = sums.get(key) ?? { cpu: 0, memory: 0, pods: 0 };
      sums.set(key, { cpu: sum.cpu + use.cpu, memory: sum.memory + use.memory, pods: sum.pods + 1 });
    }
  }
  return sums;
}

function measured(parts: readonly { usage?: Usage }[]): { cpu: number; memory: number } {
  return {
    cpu: parts.reduce((sum, { usage }) => sum + amount(usage?.cpu), 0),
    memory: parts.reduce((sum, { usage }) => sum + amount(usage?.memory), 0),
  };
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

async function collect<T extends KubernetesObject>(
  client: KubernetesClient,
  apiVersion: string,
  resource: string,
): Promise<T[]> {
  const objects: T[] = [];
  for await (const object of allOf<T>(client, listPath({ apiVersion, resource }))) objects.push(object);
  return objects;
}

/** Parses a quantity; 0 if it is missing or invalid. */
function amount(quantity: string | undefined): number {
  return parseQuantity(quantity ?? '0') || 0;
}
