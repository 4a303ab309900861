import type { IdFilter, Reach } from '../../../access/model/cluster-filter.js';
import type { Verb } from '../../../access/model/verb.js';
import { namespacesOf } from '../../runtime/access/reach.js';
import type { RequestContext } from '../../runtime/subgraph.js';
import { andInClusters } from '../../runtime/store/cluster-condition.js';
import type { Database } from '../../../kernel/postgres/database.js';

/** Maximum number of clusters that a list of all workloads of an account reads. */
const MAX_CLUSTERS = 10_000;

/** Reads which clusters of an account have a Kubernetes API. */
export class ClusterStore {
  constructor(private readonly database: Database) {}

  /**
   * Returns ids of clusters that the caller may read and that have a Kubernetes API, in order, starting at `from`
   * (inclusive).
   */
  async reachable(account: string, reach: Reach, from = ''): Promise<string[]> {
    const rows = await this.database.$queryRaw<{ id: string }[]>`
      SELECT cluster_id AS id FROM engine.cluster_access
      WHERE account = ${account} AND cluster_id >= ${from} ${andInClusters(reach)}
      ORDER BY cluster_id LIMIT ${MAX_CLUSTERS}`;
    return rows.map(({ id }) => id);
  }

  /** The namespaces of a cluster that the verb reaches for the caller. */
  namespaces(context: RequestContext, verb: Verb, clusterId: string): Promise<IdFilter> {
    return namespacesOf(context, { database: this.database, verb }, clusterId);
  }
}
