import type { ReconcileContext } from '../../../../engine/contract.js';
import type { OperationRow } from '../../../../engine/operations/operation-row.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Problem } from '../../../../kernel/result.js';
import { ClusterCatalogStore } from '../../store/catalog.store.js';
import { blockedProblem } from '../../model/cluster-check.rules.js';
import { updateCluster, findCluster } from '../../store/cluster.store.js';
import type { ScheduledChange } from '../maintenance-window/scheduled-change.reconciler.js';
import { upgradeTarget } from '../../store/upgrade-target.js';
import { upgradeInput } from '../../store/upgrade-input.js';
import { controlsIn } from '../../model/upgrade.rules.js';
import { UpgradeChecks } from '../../inspection/upgrade-checks.js';

/** Starts a scheduled upgrade; the cluster reconciler then performs it. */
export function scheduledUpgrade({ kubernetes }: Pick<Platform, 'kubernetes'>): ScheduledChange {
  return {
    states: ['RUNNING'],
    controls: controlsIn('PRECHECK'),
    obstacle: (operation, scope) => {
      // Not cached: versions are published while the platform runs.
      const catalog = new ClusterCatalogStore(scope.database);
      const platform = { database: { prisma: scope.database }, kubernetes, clock: scope.clock };
      const checks = new UpgradeChecks(platform, catalog);
      return blockingReason(operation, { checks, catalog, scope });
    },
    startScheduledChange: async (tx, { id }, operation) => {
      await updateCluster(tx, id, { state: 'UPGRADING', operationId: operation.id });
      await enqueue(tx, 'cluster', id);
      return undefined;
    },
  };
}

interface ScheduledUpgradeDependencies {
  readonly checks: UpgradeChecks;
  readonly catalog: ClusterCatalogStore;
  readonly scope: ReconcileContext;
}

async function blockingReason(
  operation: OperationRow,
  { checks, catalog, scope }: ScheduledUpgradeDependencies,
): Promise<Problem | undefined> {
  const { account, targetId } = operation;
  const { version } = upgradeInput(operation);
  const cluster = await findCluster(scope.database, targetId);
  if (cluster?.state !== 'RUNNING') return undefined;
  const { versions } = await catalog.read();
  const target = await upgradeTarget(cluster, version, { database: scope.database, versions });
  if (!target.ok) return { code: target.code, message: target.message };
  const blockers = await checks.upgradeBlockers(account, targetId, version);
  return blockedProblem(targetId, blockers);
}
