import type { KubernetesClient, KubernetesObject } from '../../../../engine/kubernetes/client.js';
import { pageOf, type PageRequest } from '../../../../kernel/page.js';
import { containsId, type IdFilter } from '../../../../access/model/cluster-filter.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import { takeFirst } from '../../inspection/merge-sorted.js';
import { identityOf } from '../../model/metadata.rules.js';
import type { PartialPage } from '../entities/partial-connection.js';
import type { Namespace } from './namespace.type.js';

interface NamespaceObject extends KubernetesObject {
  status?: { phase?: string };
}

/** Lists the namespaces of clusters. */
export class NamespaceService {
  constructor(
    private readonly apis: ClusterApis,
    private readonly clusters: ClusterStore,
  ) {}

  /** A page of a cluster's namespaces ordered by name; empty while the cluster has no API. */
  async ofCluster(
    clusterId: string,
    page: PageRequest,
    context: RequestContext,
  ): Promise<PartialPage<Namespace>> {
    const visible = await this.clusters.namespaces(context, 'workloads.read', clusterId);
    const client = await this.apis.of(clusterId, context);
    if (!client) return { items: [], hasNextPage: false, problems: [] };
    try {
      return {
        ...pageOf(
          await takeFirst(listNamespaces(client, visible, page.key?.[0]), page.limit + 1),
          page.limit,
        ),
        problems: [],
      };
    } catch (error) {
      return { items: [], hasNextPage: false, problems: [toReadProblem(error)] };
    }
  }

  async count(clusterId: string, context: RequestContext): Promise<number> {
    return (await this.ofCluster(clusterId, { limit: Number.MAX_SAFE_INTEGER, key: undefined }, context))
      .items.length;
  }
}

async function* listNamespaces(
  client: KubernetesClient,
  visible: IdFilter,
  after = '',
): AsyncGenerator<Namespace> {
  for await (const chunk of client.chunks<NamespaceObject>('/api/v1/namespaces')) {
    for (const object of chunk) {
      const namespace = toNamespace(object);
      if (namespace.name > after && containsId(visible, namespace.name)) yield namespace;
    }
  }
}

function toNamespace(object: NamespaceObject): Namespace {
  const { name, labels, createdAt } = identityOf(object);
  return { name, labels, createdAt, phase: object.status?.phase ?? 'Active' };
}
