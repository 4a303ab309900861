import { toConnection } from '../../../runtime/graph/connection.type.js';
import { pageOf } from '../../../../kernel/page.js';
import { ProblemError } from '../../../../kernel/result.js';
import { type SortedPageArguments, sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { clusterFilterProblems } from '../../model/cluster-filter.js';
import type { ClusterFilter } from './cluster.input.js';
import { type ClusterOrderField, clusterSorting, type ClusterStore } from '../../store/cluster.store.js';
import { primeLoader } from '../entities/data-loaders.js';

export class ClusterListService {
  constructor(
    private readonly store: ClusterStore,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /** Returns the clusters of the account. Rejects an invalid filter, page size or cursor. */
  async list(
    context: RequestContext,
    args: SortedPageArguments<ClusterOrderField>,
    requested?: ClusterFilter | null,
  ) {
    const { account } = context.actor;
    const { limit, sort, key } = sortedPageRequest(args, clusterSorting);
    const filter = await this.checkedFilter(requested);
    const { clusters: visible } = await reachOf(context, 'clusters.read');
    const reading = this.store.page({ account, filter, visible, limit: limit + 1, sort, key });
    const rows = await primeLoader(context, this.store.byIds, reading);
    return toConnection(pageOf(rows, limit), {
      key: (cluster) => sortKey(sort, cluster),
      after: args.after,
      count: () => this.store.count(account, filter, visible),
    });
  }

  /** Validates a filter and replaces a region alias with the region's id. */
  async checkedFilter(requested: ClusterFilter | null | undefined): Promise<ClusterFilter> {
    const filter = requested ?? {};
    const problems = clusterFilterProblems(filter);
    if (problems.length > 0) throw new ProblemError(problems);
    if (filter.regionId == null) return filter;
    const region = (await this.catalog.read()).regions.get(filter.regionId);
    return { ...filter, regionId: region?.id ?? filter.regionId };
  }
}
