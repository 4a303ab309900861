import { toConnection } from '../../../kernel/graph/connection.type.js';
import { type PageArguments, pageOf, pageRequest } from '../../../kernel/page.js';
import { refuse, Refused } from '../../../kernel/result.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import type { CatalogueStore } from '../catalogue/catalogue.store.js';
import { clusterFilterProblems } from './cluster-filter.js';
import type { ClusterFilter, ClusterOrder } from './cluster.input.js';
import type { ClusterStore } from './cluster.store.js';
import { remember } from '../loading.js';

export interface ListRequest {
  readonly filter?: ClusterFilter | null;
  readonly order?: ClusterOrder | null;
}

/** Lists clusters. */
export class ClusterListService {
  constructor(
    private readonly store: ClusterStore,
    private readonly catalogue: CatalogueStore,
  ) {}

  /** The account's clusters. Refuses a filter, page size or cursor that is not valid. */
  async list(context: RequestContext, args: PageArguments, wanted: ListRequest) {
    const { account } = context.actor;
    const { limit, key } = pageRequest(args, 2);
    const filter = await this.checkedFilter(wanted.filter);
    const field = wanted.order?.field ?? 'CREATED_AT';
    const direction = wanted.order?.direction ?? 'ASC';
    if (field === 'CREATED_AT' && key && Number.isNaN(Date.parse(key[0] ?? ''))) {
      refuse(
        'INVALID_CURSOR',
        'The cursor is not one of this list in this order. Take endCursor of a page of it, or leave after out.',
        { path: ['after'] },
      );
    }
    const reading = this.store.page({ account, filter, field, direction, limit: limit + 1, key });
    const rows = await remember(context, this.store.byIds, reading);
    return toConnection(pageOf(rows, limit), {
      key: (cluster) => [field === 'NAME' ? cluster.name : cluster.createdAt.toISOString(), cluster.id],
      after: args.after,
      count: () => this.store.count(account, filter),
    });
  }

  /** The filter with its region's id in place of a documented one. Refuses what is not valid. */
  async checkedFilter(given: ClusterFilter | null | undefined): Promise<ClusterFilter> {
    const filter = given ?? {};
    const problems = clusterFilterProblems(filter);
    if (problems.length > 0) throw new Refused(problems);
    if (filter.regionId == null) return filter;
    const region = (await this.catalogue.catalogue()).regions.get(filter.regionId);
    return { ...filter, regionId: region?.id ?? filter.regionId };
  }
}
