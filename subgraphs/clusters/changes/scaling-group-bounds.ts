import type { ScalingBounds } from '../../../engine/providers/node-pool-provider.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { groupLimit } from './quota.reservations.js';
import { type BoundedPool, boundsOf, enabledOf } from '../model/scaling-group.js';

/** The bounds of a pool's scaling group under the account's current quota. */
export async function desiredBounds(
  database: Database | Transaction,
  pool: BoundedPool & { readonly id: string; readonly account: string },
): Promise<ScalingBounds> {
  return boundsOf(pool, enabledOf(pool) ? null : await groupLimit(database, pool.account, pool.id));
}
