import {
  done,
  type Outcome,
  type Reconciler,
  type ReconcileScope,
  requeueAfter,
} from '../../../engine/contract.js';
import { appendEvents } from '../../../engine/events.js';
import { finishOperation, type OperationRow } from '../../../engine/operations.js';
import type { Platform } from '../../../engine/platform.js';
import { enqueue } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import type { Problem } from '../../../kernel/result.js';
import { CatalogueStore } from '../catalogue/catalogue.store.js';
import { blockedMessage } from '../cluster-check/cluster-check.rules.js';
import { ClusterCheckService } from '../cluster-check/cluster-check.service.js';
import { type ClusterRow, lockCluster, updateCluster } from '../cluster/cluster.store.js';
import { stopWaiting, windowInUse } from '../maintenance-window/maintenance-window.store.js';
import { upgradePhase } from './upgrade-input.js';
import { beginsAt, moveUpgrade, ruleOf, SCHEDULED_UPGRADE, scheduledFor } from './scheduled-upgrade.js';

/** How long the time may be trusted: a clock that was set forward is seen after this, in milliseconds. */
const LONGEST_LOOK_MS = 3_600_000;
/** How often a cluster is looked at that does something else while its window is open. */
const BUSY_LOOK_MS = 10_000;
/** States that a cluster comes out of by itself. */
const BUSY = ['SCALING', 'UPDATING', 'UPGRADING', 'REMOVING', 'DRAINING'];

/** Begins upgrades that wait for a maintenance window when it opens. From there the cluster's own reconciler goes on. */
export function createScheduledUpgradeReconciler({ kubernetes }: Pick<Platform, 'kubernetes'>): Reconciler {
  return {
    kind: SCHEDULED_UPGRADE,
    async reconcile(key, scope) {
      const operation = await scope.database.operation.findUnique({ where: { id: key } });
      const time = operation && scheduledFor(operation);
      if (!operation || upgradePhase(operation) !== 'WAITING' || !time) return done;
      if (operation.cancelRequestedAt) return endCanceled(operation, scope);
      const wait = time.getTime() - scope.clock.now().getTime();
      if (wait > 0) return requeueAfter(Math.min(wait, LONGEST_LOOK_MS));
      // Read anew: versions are published while the platform runs.
      const catalogue = new CatalogueStore(scope.database);
      const platform = { database: { prisma: scope.database }, kubernetes, clock: scope.clock };
      const checks = new ClusterCheckService(platform, catalogue);
      const problem = await problemOf(operation, { checks, catalogue, scope });
      return scope.database.$transaction((tx) => begin(tx, operation, { problem, at: scope.clock.now() }));
    },
  };
}

interface Means {
  readonly checks: ClusterCheckService;
  readonly catalogue: CatalogueStore;
  readonly scope: ReconcileScope;
}

/** What has come in the way since the upgrade was asked for. */
async function problemOf(
  operation: OperationRow,
  { checks, catalogue, scope }: Means,
): Promise<Problem | undefined> {
  const { account, targetId } = operation;
  const cluster = await scope.database.cluster.findUnique({ where: { id: targetId } });
  if (cluster?.state !== 'RUNNING') return undefined;
  const target = (await catalogue.catalogue()).versions.chooseUpgrade(cluster.version, versionOf(operation));
  if (!target.ok) return { code: target.code, message: target.message };
  const blockers = await checks.upgradeBlockers(account, targetId, versionOf(operation));
  return blockers.length > 0 ? { code: 'UPGRADE_BLOCKED', message: blockedMessage(blockers) } : undefined;
}

interface Beginning {
  readonly problem: Problem | undefined;
  readonly at: Date;
}

async function begin(tx: Transaction, operation: OperationRow, { problem, at }: Beginning): Promise<Outcome> {
  const cluster = await lockCluster(tx, operation.account, operation.targetId);
  const gone = goneProblem(cluster);
  if (!cluster || gone) return fail(tx, operation, { problem: gone, at });
  const window = await windowInUse(tx, cluster.id);
  const begins = window && beginsAt(ruleOf(window, cluster), at);
  if (begins && begins > at) {
    // The window closed before the upgrade could begin: it waits for the next.
    await appendEvents(tx, operation.account, at, [await moveUpgrade(tx, operation, begins)]);
    return done;
  }
  if (cluster.state !== 'RUNNING') return requeueAfter(BUSY_LOOK_MS);
  if (problem) return fail(tx, operation, { problem, at });
  // Cancelled in this moment: look again.
  if (!(await stopWaiting(tx, operation))) return requeueAfter(0);
  await updateCluster(tx, cluster.id, { state: 'UPGRADING', operationId: operation.id });
  await enqueue(tx, 'cluster', cluster.id);
  await appendEvents(tx, operation.account, at, []);
  return done;
}

function goneProblem(cluster: ClusterRow | null): Problem | undefined {
  if (cluster && (cluster.state === 'RUNNING' || BUSY.includes(cluster.state))) return undefined;
  const state = cluster?.state ?? 'DELETED';
  return { code: 'INVALID_STATE', message: `The cluster is ${state}; only a RUNNING one can be upgraded.` };
}

async function fail(tx: Transaction, operation: OperationRow, { problem, at }: Beginning): Promise<Outcome> {
  await finishOperation(tx, operation.id, { state: 'FAILED', ...(problem && { error: problem }) }, at);
  await appendEvents(tx, operation.account, at, []);
  return done;
}

function endCanceled(operation: OperationRow, scope: ReconcileScope): Promise<Outcome> {
  const at = scope.clock.now();
  const error = {
    code: 'OPERATION_CANCELED',
    message: 'The upgrade was cancelled before it began.',
  } as const;
  return scope.database.$transaction(async (tx) => {
    await finishOperation(tx, operation.id, { state: 'CANCELED', error }, at);
    await appendEvents(tx, operation.account, at, []);
    return done;
  });
}

function versionOf({ input }: OperationRow): string {
  return (input as { version: string }).version;
}
