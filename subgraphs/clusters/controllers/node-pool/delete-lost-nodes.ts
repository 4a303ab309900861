import type { NewEvent } from '../../../../engine/contract.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { releaseNodeNetwork } from '../../changes/node-network.js';
import { releaseInstanceQuota } from '../../changes/quota-usage.js';
import { deleteNodes, type RemovalOptions, markRemoving } from '../../store/node-changes.store.js';
import { eventOf, type Subject } from '../../model/cluster-events.js';
import type { Node } from '../../store/reconcile.store.js';

/** Deletes nodes whose instances were released outside the platform, and releases their quota. */
export async function deleteLostNodes(
  tx: Transaction,
  {
    subject,
    account,
    lost,
  }: { readonly subject: Subject; readonly account: string; readonly lost: readonly Node[] },
): Promise<NewEvent[]> {
  if (lost.length === 0) return [];
  const ids = lost.map(({ id }) => id);
  const deleted = await deleteNodes(tx, ids);
  await releaseInstanceQuota(tx, account, deleted);
  await releaseNodeNetwork(tx, subject.cluster.id);
  const present = new Set(deleted.map(({ id }) => id));
  return lost
    .filter(({ id }) => present.has(id))
    .map(({ id, name, instanceId, chargeType }) => {
      const spot = chargeType === 'SPOT';
      const text = spot
        ? `The cloud took back the spot instance of the node ${name}.`
        : `The instance of the node ${name} was released outside the platform.`;
      const data = { nodeId: id, name, instanceId };
      return eventOf(subject, spot ? 'SPOT_RECLAIMED' : 'NODE_LOST', text, { level: 'WARNING', data });
    });
}

/** Marks nodes for removal. */
export function markNodesRemoving(
  tx: Transaction,
  nodes: readonly Node[],
  leaving: RemovalOptions,
): Promise<void> {
  return markRemoving(
    tx,
    nodes.map(({ id }) => id),
    leaving,
  );
}
