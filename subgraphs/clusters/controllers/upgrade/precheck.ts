import type { Problem } from '../../../../kernel/result.js';
import { ClusterCatalogStore } from '../../store/catalog.store.js';
import { blockedProblem, blockersOf, type ClusterCheckItem } from '../../model/cluster-check.rules.js';
import type { ClusterStep } from '../steps/cluster-step.js';
import { UpgradeChecks } from '../../inspection/upgrade-checks.js';

export interface Precheck {
  /** What blocks the upgrade now; it may have occurred after the request. */
  readonly problem: Problem | undefined;
  /** Findings that do not block the upgrade. */
  readonly warnings: readonly ClusterCheckItem[];
}

/** Runs the upgrade checks again before the first change. */
export async function precheckUpgrade(
  { cluster, scope, dependencies }: ClusterStep,
  version: string,
): Promise<Precheck> {
  // Not cached: versions are published while the platform runs.
  const catalog = new ClusterCatalogStore(scope.database);
  const platform = {
    database: { prisma: scope.database },
    kubernetes: dependencies.kubernetes,
    clock: scope.clock,
  };
  const checks = new UpgradeChecks(platform, catalog);
  const items = await checks.items({ ...cluster, state: 'RUNNING' }, version);
  const blockers = blockersOf(items);
  return {
    problem: blockedProblem(cluster.id, blockers),
    warnings: items.filter(({ level, result }) => level === 'WARNING' && result === 'FAILED'),
  };
}
