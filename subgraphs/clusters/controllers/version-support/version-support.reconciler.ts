import { done, type NewEvent, type Reconciler, type Schedule } from '../../../../engine/contract.js';
import { enqueue, enqueueAll } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import {
  updateCluster,
  clustersWithStaleSupport,
  findCluster,
  readLockedCluster,
} from '../../store/cluster.store.js';
import { conditionsOf, withCondition } from '../../model/conditions.js';
import { pagesById } from '../steps/pages-by-id.js';
import { changeCluster, type Cluster } from '../../store/reconcile.store.js';
import { unlessSuperseded } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import { supportOf, upgradeHint } from '../../model/release.rules.js';
import { publishedVersions } from '../../store/release.store.js';
import { VERSION_SUPPORT } from '../../model/reconciler-kinds.js';

/** The condition for whether the Kubernetes version is supported; absent until the version expires. */
const CONDITION = 'VersionSupported';

/** Clusters read in one statement. */
const BATCH = 500;

const REASONS = {
  SUPPORTED: 'Supported',
  PATCH_EXPIRED: 'PatchExpired',
  MINOR_EXPIRED: 'MinorExpired',
} as const;

/**
 * Updates a cluster's condition about its Kubernetes version from the catalog, and publishes an event once when the
 * version expires. Keys are cluster ids.
 */
export function createVersionSupportReconciler(): Reconciler {
  return {
    kind: VERSION_SUPPORT,
    async reconcile(key, scope) {
      const cluster = await findCluster(scope.database, key);
      if (!cluster || cluster.deletedAt) return done;
      const versions = await publishedVersions(scope.database);
      const found = supportOf(versions.status(cluster.version));
      const hint = upgradeHint(versions, cluster.version);
      const reason = REASONS[found];
      if (reasonOf(cluster) === reason) return done;
      return unlessSuperseded(async () => {
        await changeCluster(scope, cluster, async (tx, at): Promise<NewEvent[]> => {
          const row = await readLockedCluster(tx, key);
          const before = reasonOf(row);
          if (before === reason || row.version !== cluster.version) return [];
          const status = found === 'SUPPORTED' ? 'True' : 'False';
          const message = hint ?? `${row.version} is supported.`;
          await updateCluster(tx, key, {
            conditions: withCondition(row, { type: CONDITION, status, reason, message }, at),
          });
          return found === 'SUPPORTED' ? [] : [expired(row, { reason, message })];
        });
        return done;
      });
    },
  };
}

/** Enqueues a new cluster whose version has already expired, so that its owner gets an event. */
export async function enqueueVersionSupport(
  tx: Transaction,
  { id, version }: Pick<Cluster, 'id' | 'version'>,
): Promise<void> {
  const versions = await publishedVersions(tx);
  if (supportOf(versions.status(version)) !== 'SUPPORTED') await enqueue(tx, VERSION_SUPPORT, id);
}

/**
 * Enqueues clusters whose condition is outdated once an hour: a version may be published while a cluster is being
 * created, and a release of the platform may add versions.
 */
export function versionSupportSchedule(): Schedule {
  return {
    name: 'check-version-support',
    formerName: 'look-at-version-support',
    cron: '27 * * * *',
    async run({ database, signal }) {
      const versions = await publishedVersions(database);
      const byReason = Map.groupBy(versions.all(), (version) => REASONS[supportOf(version)]);
      const idsOf = (reason: (typeof REASONS)[keyof typeof REASONS]) =>
        (byReason.get(reason) ?? []).map(({ id }) => id);
      const clusters = clustersWithStaleSupport(database, {
        condition: CONDITION,
        supported: idsOf(REASONS.SUPPORTED),
        old: idsOf(REASONS.PATCH_EXPIRED),
        patchExpired: REASONS.PATCH_EXPIRED,
        minorExpired: REASONS.MINOR_EXPIRED,
        take: BATCH,
      });
      for await (const rows of pagesById(clusters, signal)) await enqueueAll(database, VERSION_SUPPORT, rows);
    },
  };
}

/** Reason of the cluster's condition; a cluster without the condition was always supported. */
function reasonOf(cluster: Cluster): string {
  return conditionsOf(cluster).find(({ type }) => type === CONDITION)?.reason ?? REASONS.SUPPORTED;
}

function expired(
  cluster: Cluster,
  { reason, message }: { readonly reason: string; readonly message: string },
): NewEvent {
  const text = `Cluster ${cluster.name}: ${message}`;
  return eventOf({ cluster }, 'VERSION_EXPIRED', text, {
    level: 'WARNING',
    data: { version: cluster.version, reason },
  });
}
