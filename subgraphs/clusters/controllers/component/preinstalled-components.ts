import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { newId } from '../../../../kernel/ids.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { isPreinstalled, versionsFor } from '../../model/component-catalog.js';
import { componentDefinitions } from '../../store/component-catalog.js';
import { insertComponents } from '../../store/component.store.js';
import { PREINSTALLED } from './preinstalled.reconciler.js';

/** Plans the preinstalled components of the cluster's product; idempotent. */
export async function planPreinstalled(tx: Transaction, cluster: ClusterRow, at: Date): Promise<void> {
  const entries = (await componentDefinitions.entries()).filter((entry) => isPreinstalled(entry, cluster));
  const rows = entries.flatMap((entry) => {
    const [version] = versionsFor(entry, cluster.version);
    if (version === undefined) return [];
    const { account, id: clusterId } = cluster;
    const { name } = entry;
    return [
      { id: newId('component'), account, clusterId, name, version, state: 'INSTALLING', createdAt: at },
    ];
  });
  await insertComponents(tx, rows);
  if (rows.length > 0) await enqueue(tx, PREINSTALLED, cluster.id);
}
