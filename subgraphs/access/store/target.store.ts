import { z } from 'zod';
import type { Target, TargetCluster } from '../../../access/model/target.js';
import { decodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';
import { checkedColumns } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';

const check = checkedColumns('clusters.cluster', 'id', { labels: z.record(z.string(), z.string()) });

/** Tables of objects in a cluster, by the prefix of their ids. */
const inClusters: Readonly<Record<string, string>> = {
  check: 'clusters.cluster_check',
  component: 'clusters.component',
  node: 'clusters.node',
  nodepool: 'clusters.node_pool',
  operation: 'engine.operation',
  ticket: 'clusters.support_ticket',
};

/** Finds what a permission is asked about. */
export class TargetStore {
  constructor(private readonly database: Database) {}

  /** The account's cluster as scopes compare it; undefined if there is none. */
  async cluster(
    account: string,
    id: string,
    tx: Database | Transaction = this.database,
  ): Promise<TargetCluster | undefined> {
    return (await this.clusters(account, [id], tx)).get(id);
  }

  /** The account's clusters with these ids; no statement without ids. */
  async clusters(
    account: string,
    ids: readonly string[],
    tx: Database | Transaction = this.database,
  ): Promise<ReadonlyMap<string, TargetCluster>> {
    if (ids.length === 0) return new Map();
    const rows = await tx.cluster.findMany({
      where: { account, id: { in: [...new Set(ids)] }, state: { not: 'DELETED' } },
      select: { id: true, regionId: true, labels: true },
    });
    return new Map(
      check(rows).map(({ labels, ...row }) => [
        row.id,
        { ...row, labels: labels as TargetCluster['labels'] },
      ]),
    );
  }

  /** Whether the catalog has the region. */
  async hasRegion(id: string): Promise<boolean> {
    return (await this.database.region.count({ where: { id } })) > 0;
  }

  /** The object of this id as scopes compare it: the account without an id; undefined if the account has none. */
  async of(account: string, id: string | null | undefined): Promise<Target | undefined> {
    if (id == null) return {};
    const workload = decodeWorkloadId(id);
    if (workload) return this.in(account, workload.clusterId, workload.namespace);
    const prefix = /^[a-z]+(?=_)/.exec(id)?.[0] ?? '';
    if (prefix === 'cluster') return this.in(account, id);
    if (prefix === 'vpc') return this.vpc(account, id);
    if (Object.hasOwn(inClusters, prefix))
      return this.in(account, await this.clusterOf(account, inClusters[prefix]!, id));
    return (await this.hasRegion(id)) ? { regionId: id } : undefined;
  }

  private async in(
    account: string,
    clusterId: string | undefined,
    namespace?: string,
  ): Promise<Target | undefined> {
    const cluster = clusterId === undefined ? undefined : await this.cluster(account, clusterId);
    return cluster && { cluster, ...(namespace !== undefined && { namespace }) };
  }

  private async vpc(account: string, id: string): Promise<Target | undefined> {
    const row = await this.database.vpc.findFirst({ where: { account, id }, select: { regionId: true } });
    return row ?? undefined;
  }

  private async clusterOf(account: string, table: string, id: string): Promise<string | undefined> {
    const rows = await this.database.$queryRaw<{ clusterId: string | null }[]>`
      SELECT cluster_id AS "clusterId" FROM ${Prisma.raw(table)} WHERE account = ${account} AND id = ${id}`;
    return rows[0]?.clusterId ?? undefined;
  }
}
