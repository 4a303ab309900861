import type { Problem } from '../../../kernel/result.js';
import { CatalogueStore } from '../catalogue/catalogue.store.js';
import { blockedMessage } from '../cluster-check/cluster-check.rules.js';
import { ClusterCheckService } from '../cluster-check/cluster-check.service.js';
import type { ClusterStep } from '../cluster/cluster.steps.js';

/** What stands in the way of the upgrade now; it may have come since the upgrade was asked for. */
export async function upgradeProblem(
  { cluster, scope, means }: ClusterStep,
  version: string,
): Promise<Problem | undefined> {
  // Read anew: versions are published while the platform runs.
  const catalogue = new CatalogueStore(scope.database);
  const platform = { database: { prisma: scope.database }, kubernetes: means.kubernetes, clock: scope.clock };
  const checks = new ClusterCheckService(platform, catalogue);
  const blockers = await checks.blockersOf({ ...cluster, state: 'RUNNING' }, version);
  return blockers.length > 0 ? { code: 'UPGRADE_BLOCKED', message: blockedMessage(blockers) } : undefined;
}
