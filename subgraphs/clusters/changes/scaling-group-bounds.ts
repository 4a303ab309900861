import type { ScalingBounds } from '../../../engine/providers/node-pool-provider.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { groupLimit } from './quota.reservations.js';
import { type BoundedPool, boundsOf, enabledOf } from '../model/scaling-group.js';

/** The bounds that the group of a pool must have by the quota of its account as it is now. */
export async function desiredBounds(
  database: Database | Transaction,
  pool: BoundedPool & { readonly id: string; readonly account: string },
): Promise<ScalingBounds> {
  return boundsOf(pool, enabledOf(pool) ? null : await groupLimit(database, pool.account, pool.id));
}
