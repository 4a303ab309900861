import { throwNotFound } from '../../../../engine/not-found.js';
import { idempotentTransaction, idResult } from '../../../../engine/operations/client-tokens.js';
import type { Actor } from '../../../../kernel/actor.js';
import { newId } from '../../../../kernel/ids.js';
import { throwProblem } from '../../../../kernel/result.js';
import { type CheckPlatform, UpgradeChecks } from '../../inspection/upgrade-checks.js';
import { blockersOf } from '../../model/cluster-check.rules.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { type ClusterCheckRow, ClusterCheckStore } from '../../store/cluster-check.store.js';
import { type ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import type { RunClusterCheckInput } from './cluster-check.type.js';

const CLUSTER_PATH = ['input', 'clusterId'];

export class ClusterCheckService {
  private readonly checks: ClusterCheckStore;
  private readonly upgrades: UpgradeChecks;

  constructor(
    private readonly platform: CheckPlatform,
    catalog: ClusterCatalogStore,
  ) {
    this.checks = new ClusterCheckStore(platform.database.prisma);
    this.upgrades = new UpgradeChecks(platform, catalog);
  }

  /**
   * Checks a cluster of the account and stores the result. Rejects with `NOT_FOUND`, and with `INVALID_STATE` for a
   * deleted cluster.
   */
  async run(
    { account }: Actor,
    input: RunClusterCheckInput,
    dryRun?: boolean | null,
  ): Promise<ClusterCheckRow | null> {
    const { database, clock } = this.platform;
    const token = input.clientToken;
    const request = {
      account,
      mutation: 'runClusterCheck',
      token,
      input,
      at: clock.now(),
      dryRun,
      result: idResult,
    };
    const { id } = await idempotentTransaction(database.prisma, request, async () => {
      const cluster = await this.checkable(account, input.clusterId);
      return { id: dryRun ? null : await this.check(cluster, input) };
    });
    if (id === null) return null;
    const [row] = await this.checks.byIds(account, [id]);
    return (
      row ??
      throwProblem(
        'NOT_FOUND',
        'The check that this clientToken made is no longer kept. Send a new clientToken.',
      )
    );
  }

  private async checkable(account: string, clusterId: string): Promise<ClusterRow> {
    const [cluster] = await new ClusterStore(this.platform.database.prisma).byIds(account, [clusterId]);
    if (!cluster) return throwNotFound('CLUSTER', clusterId, CLUSTER_PATH);
    if (cluster.deletedAt)
      throwProblem(
        'INVALID_STATE',
        `The cluster ${clusterId} is deleted. Query.clusters lists those that can be checked.`,
        { path: CLUSTER_PATH },
      );
    return cluster;
  }

  private async check(cluster: ClusterRow, { type, version }: RunClusterCheckInput): Promise<string> {
    const { account, id: clusterId } = cluster;
    const items = await this.upgrades.items(cluster, version);
    const createdAt = this.platform.clock.now();
    const state = blockersOf(items).length > 0 ? 'BLOCKED' : 'PASSED';
    const id = newId('clusterCheck');
    await this.checks.insert({
      id,
      account,
      clusterId,
      type,
      version,
      state,
      items,
      createdAt,
    });
    return id;
  }
}
