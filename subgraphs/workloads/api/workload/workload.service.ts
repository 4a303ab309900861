import { pageOf, type PageRequest } from '../../../../kernel/page.js';
import type { Problem } from '../../../../kernel/result.js';
import { isEmpty } from '../../../../access/model/cluster-filter.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import { inNamespaces } from '../../inspection/in-namespaces.js';
import { takeFirst } from '../../inspection/merge-sorted.js';
import {
  listWorkloads,
  type WorkloadPosition,
  type WorkloadSelection,
} from '../../inspection/workload.lister.js';
import type { Workload } from '../../model/workload.rules.js';
import type { PartialPage } from '../entities/partial-connection.js';

/** Clusters that a list of all clusters reads concurrently. */
const CLUSTER_CONCURRENCY = 8;

export interface WorkloadListRequest {
  readonly selection: WorkloadSelection;
  readonly page: PageRequest;
}

/** Lists workloads. A cluster of another account is handled as if it did not exist. */
export class WorkloadService {
  constructor(
    private readonly apis: ClusterApis,
    private readonly clusters: ClusterStore,
  ) {}

  /** A page of a cluster's workloads; empty while the cluster has no API. */
  async ofCluster(
    clusterId: string,
    request: WorkloadListRequest,
    context: RequestContext,
  ): Promise<PartialPage<Workload>> {
    const { limit } = request.page;
    const { items, problems } = await this.read(clusterId, request, { limit: limit + 1, context });
    return { ...pageOf(items, limit), problems };
  }

  /** A page of the workloads of all the account's clusters, ordered by cluster. */
  async ofAccount(request: WorkloadListRequest, context: RequestContext): Promise<PartialPage<Workload>> {
    const { limit, key } = request.page;
    const reach = await reachOf(context, 'workloads.read');
    const clusterIds = await this.clusters.reachable(context.actor.account, reach, key?.[0]);
    const items: Workload[] = [];
    const problems: Problem[] = [];
    for (let next = 0; next < clusterIds.length && items.length <= limit; next += CLUSTER_CONCURRENCY) {
      const batch = clusterIds.slice(next, next + CLUSTER_CONCURRENCY);
      const parts = await Promise.all(
        batch.map((id) => this.read(id, request, { limit: limit + 1 - items.length, context })),
      );
      items.push(...parts.flatMap((part) => part.items));
      problems.push(...parts.flatMap((part) => part.problems));
    }
    return { ...pageOf(items, limit), problems };
  }

  /** The number of workloads of the clusters whose API is available. */
  async count(
    clusterId: string | null,
    selection: WorkloadSelection,
    context: RequestContext,
  ): Promise<number> {
    const reach = await reachOf(context, 'workloads.read');
    const clusterIds =
      clusterId === null ? await this.clusters.reachable(context.actor.account, reach) : [clusterId];
    const request = { selection, page: { limit: 1, key: undefined } };
    const parts = await Promise.all(
      clusterIds.map((id) => this.read(id, request, { limit: Infinity, context })),
    );
    return parts.reduce((sum, part) => sum + part.items.length, 0);
  }

  private async read(
    clusterId: string,
    request: WorkloadListRequest,
    { limit, context }: { limit: number; context: RequestContext },
  ) {
    const namespaces = await this.clusters.namespaces(context, 'workloads.read', clusterId);
    const client = await this.apis.of(clusterId, context);
    if (!client || isEmpty(namespaces)) return { items: [], problems: [] };
    const options = { after: positionIn(clusterId, request.page.key), expected: limit };
    try {
      return {
        items: await takeFirst(
          inNamespaces(namespaces, request.selection, (selection) =>
            listWorkloads(client, clusterId, selection, options),
          ),
          limit,
        ),
        problems: [],
      };
    } catch (error) {
      return { items: [], problems: [toReadProblem(error)] };
    }
  }
}

/** The position at which a page starts in a cluster's list; undefined at the beginning of the list. */
function positionIn(clusterId: string, key: readonly string[] | undefined): WorkloadPosition | undefined {
  const [cluster, namespace = '', name = '', kind = ''] = key ?? [];
  return cluster === clusterId ? { namespace, name, kind } : undefined;
}
