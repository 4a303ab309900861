import type { IdFilter } from '../../../access/model/cluster-filter.js';
import type { Verb } from '../../../access/model/verb.js';
import { namespacesOf } from '../../runtime/access/reach.js';
import pLimit, { type LimitFunction } from 'p-limit';
import { impersonatedUser } from '../../../access/kubernetes-user.js';
import { type ClusterAccess, clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, type KubernetesClientOptions } from '../../../engine/kubernetes/client.js';
import type { Platform } from '../../../engine/platform.js';
import type { RequestContext } from '../../runtime/subgraph.js';

/** Maximum number of concurrent calls to Kubernetes of one request, over all clusters. */
const MAX_CONCURRENT_CALLS = 24;

/** Clients of the Kubernetes APIs of clusters of the request's account. */
export class ClusterApis {
  private readonly limits = new WeakMap<RequestContext, LimitFunction>();

  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes'>) {}

  /**
   * Returns the client of a cluster, which acts for the caller; undefined if the account has no such cluster or the cluster has no API. All
   * clusters of a request are looked up in one statement. `signal`, or else the request's signal, aborts the calls.
   */
  async of(
    clusterId: string,
    context: RequestContext,
    signal?: AbortSignal,
  ): Promise<KubernetesClient | undefined> {
    return this.clientOf(clusterId, context, { signal, user: impersonatedUser(context.actor) });
  }

  /** Like `of`, with the rights of the platform: for what is no object of the cluster and no permission of it is about. */
  async asPlatform(clusterId: string, context: RequestContext): Promise<KubernetesClient | undefined> {
    return this.clientOf(clusterId, context, {});
  }

  /** The namespaces of a cluster that a verb reaches for the caller: its API server may answer a hidden one otherwise than an absent one. */
  namespaces(clusterId: string, verb: Verb, context: RequestContext): Promise<IdFilter> {
    return namespacesOf(context, { database: this.platform.database.prisma, verb }, clusterId);
  }

  private async clientOf(
    clusterId: string,
    context: RequestContext,
    { signal = context.signal, user }: Pick<KubernetesClientOptions, 'signal' | 'user'>,
  ): Promise<KubernetesClient | undefined> {
    const loader = context.loaders.of<string, ClusterAccess | undefined>(this, async (ids) => {
      const found = await clusterAccess(this.platform.database.prisma, context.actor.account, ids);
      return ids.map((id) => found.get(id));
    });
    const access = await loader.load(clusterId);
    if (!access) return undefined;
    return new KubernetesClient(this.platform.kubernetes.of(access), {
      ...{ clusterId, user, signal },
      limit: this.limitOf(context),
    });
  }

  private limitOf(context: RequestContext): LimitFunction {
    const existing = this.limits.get(context);
    if (existing) return existing;
    const limit = pLimit(MAX_CONCURRENT_CALLS);
    this.limits.set(context, limit);
    return limit;
  }
}
