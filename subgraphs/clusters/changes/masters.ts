import type { Transaction } from '../../../kernel/postgres/database.js';
import { releaseInstanceQuota } from './quota-usage.js';
import { mastersOf } from '../store/node.store.js';
import { deleteMasterRows } from '../store/node-changes.store.js';

/** Deletes the masters of a deleted cluster and releases their quota. */
export async function deleteMasters(
  tx: Transaction,
  { id, account }: { readonly id: string; readonly account: string },
): Promise<void> {
  const masters = await mastersOf(tx, id);
  if (masters.length === 0) return;
  await deleteMasterRows(tx, id);
  await releaseInstanceQuota(tx, account, masters);
}
