import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { readQuotaUsage } from './ledger.js';

/** Pay-as-you-go cloud disks of an account: those of its machines, and those of volume claims. */
export const DISKS = 'payg-disks';

/** Machines of an account in all regions. Nothing limits them by themselves; the limit of disks follows them. */
export const INSTANCES = 'instances';

const DISKS_PER_INSTANCE = 5;
const MIN_DISKS = 10;

/** How many disks an account with so many machines may have, unless it was granted more. */
export function diskQuotaFor(instances: number): number {
  return Math.max(MIN_DISKS, DISKS_PER_INSTANCE * instances);
}

/** The same of an account as it is now. */
export async function diskLimit(database: Database | Transaction, account: string): Promise<number> {
  const [instances] = await readQuotaUsage(database, account, [{ resource: INSTANCES, scope: '' }]);
  return diskQuotaFor(instances?.used ?? 0);
}

/** What an account has and may have before machines are added to it. */
export interface DiskQuotaUsage {
  readonly instances: number;
  readonly disks: number;
  /** The limit that was granted; null: none. */
  readonly granted: number | null;
}

/** For how many of `count` more machines with so many disks each there is room; each raises the limit itself. */
export function instancesWithinDiskQuota(room: DiskQuotaUsage, count: number, disksEach: number): number {
  const fits = (machines: number) =>
    room.disks + machines * disksEach <= Math.max(room.granted ?? 0, diskQuotaFor(room.instances + machines));
  let machines = count;
  while (machines > 0 && !fits(machines)) machines--;
  return machines;
}
