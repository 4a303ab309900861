import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { NodeRow } from '../store/node.store.js';
import { releaseInstanceQuota } from './quota-usage.js';

/** The masters of a cluster, by name. */
export function readMasters(db: Database | Transaction, clusterId: string): Promise<NodeRow[]> {
  return db.node.findMany({ where: { clusterId, role: 'MASTER' }, orderBy: { name: 'asc' } });
}

/** Forgets the masters of a cluster that is gone, and gives back what they held. */
export async function deleteMasters(
  tx: Transaction,
  { id, account }: { readonly id: string; readonly account: string },
): Promise<void> {
  const masters = await readMasters(tx, id);
  if (masters.length === 0) return;
  await tx.node.deleteMany({ where: { clusterId: id, role: 'MASTER' } });
  await releaseInstanceQuota(tx, account, masters);
}
