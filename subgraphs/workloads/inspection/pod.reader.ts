import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath, objectPath } from '../../../engine/kubernetes/paths.js';
import { ProblemError } from '../../../kernel/result.js';
import type { RequestContext } from '../../runtime/subgraph.js';
import type { ClusterApis } from './cluster-apis.js';
import { toReadProblem } from './kubernetes-read-error.js';
import { decodePodId, encodePodId, type PodRef } from '../model/pod-id.js';
import { type Pod, type PodObject, PODS, toPod } from '../model/pod.rules.js';

/** A pod, undefined when it does not exist, or the error of reading it. */
type ReadResult = Pod | undefined | Error;

/** Reads pods by id; one call per cluster and namespace for all ids of a request. */
export class PodReader {
  constructor(private readonly apis: ClusterApis) {}

  /**
   * Returns the pod; undefined if it does not or no longer exist in the account. Throws KUBERNETES_UNAVAILABLE if its
   * cluster is unavailable.
   */
  find(id: string, context: RequestContext): Promise<Pod | undefined> {
    const loader = context.loaders.of<string, Pod | undefined>(this, (ids) => this.batch(ids, context));
    return loader.load(id);
  }

  private async batch(ids: readonly string[], context: RequestContext): Promise<ReadResult[]> {
    const refs = ids.map(decodePodId).filter((ref) => ref !== undefined);
    const groups = Map.groupBy(refs, ({ clusterId, namespace }) => `${clusterId}/${namespace}`);
    const parts = await Promise.all([...groups.values()].map((group) => this.readGroup(group, context)));
    const found = new Map(parts.flat());
    return ids.map((id) => found.get(id));
  }

  private async readGroup(
    group: readonly PodRef[],
    context: RequestContext,
  ): Promise<[string, ReadResult][]> {
    const [first] = group;
    const client = first && (await this.apis.of(first.clusterId, context));
    if (!client) return [];
    try {
      const objects = group.length === 1 ? await readOne(client, first) : await readMany(client, first);
      return objects.map((object) => toPod(first.clusterId, object)).map((pod) => [pod.id, pod]);
    } catch (error) {
      const failure = new ProblemError([toReadProblem(error)]);
      return group.map((ref) => [encodePodId(ref), failure]);
    }
  }
}

async function readOne(client: KubernetesClient, { namespace, name }: PodRef): Promise<PodObject[]> {
  try {
    return [await client.get<PodObject>(objectPath(PODS, namespace, name))];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function readMany(client: KubernetesClient, { namespace }: PodRef): Promise<PodObject[]> {
  const objects: PodObject[] = [];
  for await (const chunk of client.chunks<PodObject>(listPath(PODS, namespace))) objects.push(...chunk);
  return objects;
}
