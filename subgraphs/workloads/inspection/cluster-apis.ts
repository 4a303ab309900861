import pLimit, { type LimitFunction } from 'p-limit';
import { type ClusterAccess, clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import type { Platform } from '../../../engine/platform.js';
import type { RequestContext } from '../../runtime/subgraph.js';

/** Calls to Kubernetes that one request has in flight at the most, over all clusters. */
const CALLS_AT_ONCE = 24;

/** Reaches the Kubernetes APIs of the clusters of the request's account, and of no other. */
export class ClusterApis {
  private readonly limits = new WeakMap<RequestContext, LimitFunction>();

  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes'>) {}

  /**
   * The API of a cluster; undefined when the account has no such cluster, or the cluster no API (yet, or any more).
   * All clusters that a request asks for are looked up in one statement. Calls end when
   * `signal` aborts; without one, when the request was aborted.
   */
  async of(
    clusterId: string,
    context: RequestContext,
    signal?: AbortSignal,
  ): Promise<KubernetesClient | undefined> {
    const loader = context.loaders.of<string, ClusterAccess | undefined>(this, async (ids) => {
      const found = await clusterAccess(this.platform.database.prisma, context.actor.account, ids);
      return ids.map((id) => found.get(id));
    });
    const access = await loader.load(clusterId);
    if (!access) return undefined;
    return new KubernetesClient(this.platform.kubernetes.of(access), {
      clusterId,
      signal: signal ?? context.signal,
      limit: this.limitOf(context),
    });
  }

  private limitOf(context: RequestContext): LimitFunction {
    const known = this.limits.get(context);
    if (known) return known;
    const limit = pLimit(CALLS_AT_ONCE);
    this.limits.set(context, limit);
    return limit;
  }
}
