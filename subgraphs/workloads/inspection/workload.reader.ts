import { containsId } from '../../../access/model/cluster-filter.js';
import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath, objectPath } from '../../../engine/kubernetes/paths.js';
import {
  decodeWorkloadId,
  encodeWorkloadId,
  type WorkloadRef,
  workloadKinds,
} from '../../../engine/kubernetes/workload-ref.js';
import { ProblemError } from '../../../kernel/result.js';
import type { RequestContext } from '../../runtime/subgraph.js';
import type { ClusterApis } from './cluster-apis.js';
import { toReadProblem } from './kubernetes-read-error.js';
import { toWorkload, type Workload, type WorkloadObject } from '../model/workload.rules.js';

/** A workload, undefined when it does not exist, or the error of reading it. */
type ReadResult = Workload | undefined | Error;

/** Reads workloads by id; one call per cluster, kind and namespace for all ids of a request. */
export class WorkloadReader {
  constructor(private readonly apis: ClusterApis) {}

  /**
   * Returns the workload; undefined if it does not exist in the account. Throws KUBERNETES_UNAVAILABLE if its cluster
   * is unavailable.
   */
  async find(id: string, context: RequestContext): Promise<Workload | undefined> {
    const loader = context.loaders.of<string, Workload | undefined>(this, (ids) => this.batch(ids, context));
    return loader.load(id);
  }

  private async batch(ids: readonly string[], context: RequestContext): Promise<ReadResult[]> {
    const refs = ids.map(decodeWorkloadId).filter((ref) => ref !== undefined);
    const groups = Map.groupBy(refs, (ref) => JSON.stringify([ref.clusterId, ref.kind, ref.namespace]));
    const parts = await Promise.all([...groups.values()].map((group) => this.readGroup(group, context)));
    const found = new Map(parts.flat());
    return ids.map((id) => found.get(id));
  }

  private async readGroup(
    group: readonly WorkloadRef[],
    context: RequestContext,
  ): Promise<[string, ReadResult][]> {
    const [first] = group;
    const readable = first && (await this.apis.namespaces(first.clusterId, 'workloads.read', context));
    if (!readable || !containsId(readable, first.namespace)) return [];
    const client = await this.apis.of(first.clusterId, context);
    if (!client) return [];
    try {
      const workloads = group.length === 1 ? [await readOne(client, first)] : await readMany(client, first);
      return workloads
        .filter((workload) => workload !== undefined)
        .map((workload) => [workload.id, workload]);
    } catch (error) {
      const failure = new ProblemError([toReadProblem(error)]);
      return group.map((ref) => [encodeWorkloadId(ref), failure]);
    }
  }
}

/** Reads a workload; undefined if it does not exist. */
export async function readOne(client: KubernetesClient, ref: WorkloadRef): Promise<Workload | undefined> {
  try {
    const object = await client.get<WorkloadObject>(workloadPath(ref));
    return toWorkload(ref.clusterId, ref.kind, object);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function readMany(
  client: KubernetesClient,
  { clusterId, kind, namespace }: WorkloadRef,
): Promise<Workload[]> {
  const workloads: Workload[] = [];
  for await (const chunk of client.chunks<WorkloadObject>(listPath(workloadKinds[kind], namespace))) {
    workloads.push(...chunk.map((object) => toWorkload(clusterId, kind, object)));
  }
  return workloads;
}

/** Path of the workload's object in its cluster's API. */
export function workloadPath({ kind, namespace, name }: WorkloadRef): string {
  return objectPath(workloadKinds[kind], namespace, name);
}
