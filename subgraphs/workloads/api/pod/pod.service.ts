import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { listPath } from '../../../../engine/kubernetes/paths.js';
import {
  allOf,
  type Ownership,
  ownerKey,
  ownersOf,
  readOwnership,
} from '../../../../engine/kubernetes/pod-owners.js';
import type { Problem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import { takeFirst } from '../../inspection/merge-sorted.js';
import { type Pod, type PodObject, PODS, toPod } from '../../model/pod.rules.js';
import { toSelector } from '../../model/label-selector.rules.js';
import type { Workload, WorkloadObject } from '../../model/workload.rules.js';

const NONE: Ownership = new Map();

export interface PodList {
  /** Ordered by name. */
  readonly pods: readonly Pod[];
  readonly problems: readonly Problem[];
}

/** Lists the pods of workloads: one list per cluster for all workloads of a request. */
export class PodService {
  constructor(private readonly apis: ClusterApis) {}

  async ofWorkload(workload: Workload, context: RequestContext): Promise<PodList> {
    const loader = context.loaders.of<Workload, PodList>(
      this,
      (workloads) => this.batch(workloads, context),
      {
        cacheKeyFn: ({ id }) => id,
      },
    );
    return loader.load(workload);
  }

  private async batch(workloads: readonly Workload[], context: RequestContext): Promise<PodList[]> {
    const clusters = Map.groupBy(workloads, ({ ref }) => ref.clusterId);
    const parts = await Promise.all(
      [...clusters].map(([id, group]) => this.ofOneCluster(id, group, context)),
    );
    const found = new Map(parts.flatMap((part) => [...part]));
    return workloads.map(({ id }) => found.get(id) ?? { pods: [], problems: [] });
  }

  private async ofOneCluster(
    clusterId: string,
    workloads: readonly Workload[],
    context: RequestContext,
  ): Promise<Map<string, PodList>> {
    const client = await this.apis.of(clusterId, context);
    if (!client) return new Map();
    try {
      const pods = await readPods(client, clusterId, workloads);
      return new Map(
        workloads.map((workload) => [workload.id, { pods: pods.get(keyOf(workload)) ?? [], problems: [] }]),
      );
    } catch (error) {
      const problems = [toReadProblem(error)];
      return new Map(workloads.map(({ id }) => [id, { pods: [], problems }]));
    }
  }
}

/** Returns the pods of these workloads of one cluster, by `KIND/namespace/name`. */
async function readPods(
  client: KubernetesClient,
  clusterId: string,
  workloads: readonly Workload[],
): Promise<Map<string, Pod[]>> {
  const keys = new Set(workloads.map(keyOf));
  const namespaces = new Set(workloads.map(({ namespace }) => namespace));
  const namespace = namespaces.size === 1 ? workloads[0]?.namespace : undefined;
  // Pods of deployments and cron jobs belong to the replica sets and jobs that those create.
  const indirect = workloads.some(({ kind }) => kind === 'DEPLOYMENT' || kind === 'CRON_JOB');
  const [ownership, objects] = await Promise.all([
    indirect ? readOwnership(client, namespace) : NONE,
    // A label selector finds the pods of one workload; owner references assign those of several workloads.
    takeFirst(
      allOf<PodObject>(
        client,
        listPath(PODS, namespace),
        workloads.length === 1 ? selectorOf(workloads[0]) : undefined,
      ),
      Infinity,
    ),
  ]);
  const found = new Map<string, Pod[]>();
  for (const object of objects) {
    const ownNamespace = object.metadata?.namespace ?? '';
    const owners = ownersOf(object, ownership).map((owner) => ownerKey(owner, ownNamespace));
    for (const key of owners.filter((owner) => keys.has(owner))) {
      const pods = found.get(key) ?? [];
      pods.push(toPod(clusterId, object));
      found.set(key, pods);
    }
  }
  return found;
}

function keyOf({ kind, name, namespace }: Workload): string {
  return ownerKey({ kind, name }, namespace);
}

/** The label selector of the workload's pods; undefined for kinds without one. */
function selectorOf(workload: Workload | undefined): string | undefined {
  const selector: LabelSelector | undefined = (workload?.object as WorkloadObject | undefined)?.spec
    ?.selector;
  return selector && toSelector(selector);
}
