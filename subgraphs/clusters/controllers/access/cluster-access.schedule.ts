import type { Schedule } from '../../../../engine/contract.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { Platform } from '../../../../engine/platform.js';
import { runOutsideRequestScope } from '../../../../kernel/request-scope.js';
import { clustersWithPermissions } from '../../store/cluster-permission.store.js';
import { pagesById } from '../steps/pages-by-id.js';
import { CLUSTER_ACCESS } from './cluster-access.reconciler.js';

/** Clusters that are enqueued in one statement. */
const BATCH = 200;

/**
 * Compares the bindings of clusters with the permissions once a minute, in accounts that have changed them: for clusters and namespaces
 * that are new, bindings that were changed by hand, and changes of permissions that no engine saw.
 */
export function clusterAccessSchedule(): Schedule {
  return {
    name: 'bind-principals',
    cron: '* * * * *',
    async run({ database, signal }) {
      const clusters = (after: string) => clustersWithPermissions(database, { after, take: BATCH });
      for await (const rows of pagesById(clusters, signal)) await enqueueAll(database, CLUSTER_ACCESS, rows);
    },
  };
}

/** Enqueues the clusters of an account whenever its permissions change, until disposed. */
export async function watchPermissions({
  database: { prisma },
  rights,
  log,
}: Pick<Platform, 'database' | 'rights' | 'log'>): Promise<Disposable> {
  const ended = new AbortController();
  const enqueue = async (account: string) => {
    const clusters = (after: string) => clustersWithPermissions(prisma, { account, after, take: BATCH });
    for await (const rows of pagesById(clusters, ended.signal))
      await enqueueAll(prisma, CLUSTER_ACCESS, rows);
  };
  const stop = await rights.watch((account) => {
    runOutsideRequestScope(() => enqueue(account)).catch((err: unknown) =>
      log.warn({ err, account }, 'a change of permissions reaches the clusters later'),
    );
  });
  return {
    [Symbol.dispose]: () => {
      ended.abort();
      stop();
    },
  };
}
