import type { NodeStatus } from '../../model/node.enums.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext, Schedule } from '../../../../engine/contract.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { listNodes, isReady } from '../../inspection/kubernetes-nodes.js';
import { pagesById } from '../steps/pages-by-id.js';
import { clustersAfter } from '../../store/reconcile.store.js';
import { runningNodeStatus } from '../../store/node.store.js';

/** Clusters that are checked concurrently. */
const BATCH = 20;

/**
 * Compares the node conditions in running clusters with the recorded status once a minute, one list per cluster, and
 * enqueues the nodes that differ.
 */
export function nodeHealthSchedule({ kubernetes }: { readonly kubernetes: KubernetesApis }): Schedule {
  return {
    name: 'check-nodes',
    cron: '* * * * *',
    async run(scope) {
      const clusters = clustersAfter(scope.database, { states: ['RUNNING'], take: BATCH });
      for await (const rows of pagesById(clusters, scope.signal)) {
        const ids = rows.map(({ id }) => id);
        await checkClusters(ids, { scope, kubernetes });
      }
    },
  };
}

interface Check {
  readonly scope: ReconcileContext;
  readonly kubernetes: KubernetesApis;
}

async function checkClusters(ids: readonly string[], { scope, kubernetes }: Check): Promise<void> {
  const { database, log } = scope;
  const accesses = await clusterAccess(database, null, ids);
  const rows = await runningNodeStatus(database, [...accesses.keys()]);
  const changed = await Promise.all(
    [...accesses.values()].map(async (access) => {
      const mine = rows.filter(({ clusterId }) => clusterId === access.clusterId);
      if (mine.length === 0) return [];
      try {
        const found = new Map(
          (await listNodes(kubernetes, access, scope.signal)).map((node) => [node.metadata?.name, node]),
        );
        return mine
          .filter(({ name, status }) => status !== statusOf(found.get(name)))
          .map(({ id }) => ({ id, account: access.account }));
      } catch (error) {
        log.warn({ err: error, clusterId: access.clusterId }, 'the nodes of a cluster could not be listed');
        return [];
      }
    }),
  );
  await enqueueAll(database, 'node', changed.flat());
}

/** Maps a Kubernetes node to its status in the platform. */
function statusOf(node: Parameters<typeof isReady>[0] | undefined): NodeStatus {
  if (!node) return 'Unknown';
  return isReady(node) ? 'Ready' : 'NotReady';
}
