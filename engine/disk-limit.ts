import type { Database, Transaction } from '../kernel/database.js';
import { totalUsage } from './ledger-scopes.js';

/** Pay-as-you-go cloud disks of an account. */
export const DISKS = 'payg-disks';

const DISKS_PER_INSTANCE = 5;
const LEAST_DISKS = 10;

/** How many disks an account with so many instances may have, unless it was granted more. */
export function disksFor(instances: number): number {
  return Math.max(LEAST_DISKS, DISKS_PER_INSTANCE * instances);
}

/** The same of an account, which follows its machines in all regions: the places that its scaling groups hold. */
export async function diskLimit(database: Database | Transaction, account: string): Promise<number> {
  return disksFor(await totalUsage(database, account, 'instances-per-scaling-group'));
}
