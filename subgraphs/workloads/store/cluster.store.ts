import type { Database } from '../../../kernel/postgres/database.js';

/** Maximum number of clusters that a list of all workloads of an account reads. */
const MAX_CLUSTERS = 10_000;

/** Reads which clusters of an account have a Kubernetes API. */
export class ClusterStore {
  constructor(private readonly database: Database) {}

  /** Returns ids of clusters with a Kubernetes API in order, starting at `from` (inclusive). */
  async reachable(account: string, from = ''): Promise<string[]> {
    const rows = await this.database.clusterAccess.findMany({
      where: { account, clusterId: { gte: from } },
      select: { clusterId: true },
      orderBy: { clusterId: 'asc' },
      take: MAX_CLUSTERS,
    });
    return rows.map((row) => row.clusterId);
  }
}
