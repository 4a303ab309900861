import { throwNotFound } from '../../../../engine/not-found.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { type ClusterRow, lockCluster, updateCluster } from '../../store/cluster.store.js';
import { proQuotaRequirements } from '../../changes/migration-quotas.js';
import { migrationProblems, MIGRATE_CLUSTER } from '../../model/migration.rules.js';
import type { ClusterCatalog } from '../../model/catalog.js';

const MIGRATION_STAGES = ['PRECHECK', 'CONTROL_PLANE', 'SWITCH'];

export interface MigrationRequest {
  readonly id: string;
  readonly clientToken?: string | null;
}

/** Migrates ACK Standard clusters to ACK Pro; their workloads keep running. */
export class MigrationService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /** Starts a migration. Rejects with every reason that prevents it; `dryRun` only checks. */
  async migrate(actor: Actor, input: MigrationRequest, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const catalog = await this.catalog.read();
    return change(this.platform, { actor, mutation: 'migrateCluster', input, dryRun }, async (tx, at) => {
      const cluster = await lockCluster(tx, actor.account, input.id);
      if (!cluster) return throwNotFound('CLUSTER', input.id, ['input', 'id']);
      if (cluster.deletedAt)
        throwProblem('INVALID_STATE', `The cluster ${input.id} is deleted.`, { path: ['input', 'id'] });
      await precheck(tx, cluster, catalog);
      const { account, id } = cluster;
      const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
      const fields = {
        ...target,
        type: MIGRATE_CLUSTER,
        stages: MIGRATION_STAGES,
        input: { product: 'ACK_PRO' },
      };
      const operation = await createOperation(tx, fields, at);
      await updateCluster(tx, id, { state: 'UPDATING', operationId: operation.id });
      await enqueue(tx, 'cluster', id);
      return { clusterId: id, operationId: operation.id };
    });
  }
}

async function precheck(
  tx: Transaction,
  cluster: ClusterRow,
  { regions, versions }: ClusterCatalog,
): Promise<void> {
  const { id, product, state, regionId, version } = cluster;
  const problems = migrationProblems({
    id,
    product,
    state,
    regionId,
    version,
    supported: versions.has(version) && versions.status(version).minorSupported,
    proThere: regions.get(regionId)?.availability.get('ACK_PRO'),
    needs: await proQuotaRequirements(tx, cluster),
  });
  if (problems.length > 0) throw new ProblemError(problems);
}
