import type { ReconcileContext, Schedule } from '../../../../engine/contract.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { checkComponents } from '../../inspection/component-check.js';
import { deleteOrphanedComponents } from '../../store/component.store.js';
import { pagesById } from '../steps/pages-by-id.js';
import { clustersAfter } from '../../store/reconcile.store.js';

/** Clusters that are checked concurrently. */
const BATCH = 5;

/** Compares the components of running clusters with their specs every ten minutes. */
export function componentDriftSchedule({ kubernetes }: { readonly kubernetes: KubernetesApis }): Schedule {
  return {
    name: 'check-components',
    cron: '*/10 * * * *',
    async run(scope) {
      await deleteOrphanedComponents(scope.database);
      const clusters = clustersAfter(scope.database, { states: ['RUNNING'], take: BATCH });
      for await (const rows of pagesById(clusters, scope.signal))
        await Promise.all(rows.map(({ id }) => checkCluster(id, { scope, kubernetes })));
    },
  };
}

async function checkCluster(
  id: string,
  { scope, kubernetes }: { readonly scope: ReconcileContext; readonly kubernetes: KubernetesApis },
): Promise<void> {
  try {
    const client = await clientOf(id, { scope, kubernetes });
    if (client) await checkComponents({ database: scope.database, client, at: scope.clock.now() }, id);
  } catch (error) {
    scope.log.warn({ err: error, clusterId: id }, 'the components of a cluster could not be compared');
  }
}
