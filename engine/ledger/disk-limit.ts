import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { readQuotaUsage } from './ledger.js';

/** Pay-as-you-go cloud disks of an account: those of its instances and of volume claims. */
export const DISKS = 'payg-disks';

/** Instances of an account in all regions. They have no limit; the limit of disks depends on their number. */
export const INSTANCES = 'instances';

const DISKS_PER_INSTANCE = 5;
const MIN_DISKS = 10;

/** Disk quota of an account with this number of instances. A higher granted quota takes precedence. */
export function diskQuotaFor(instances: number): number {
  return Math.max(MIN_DISKS, DISKS_PER_INSTANCE * instances);
}

/** The present disk quota of an account. */
export async function diskLimit(database: Database | Transaction, account: string): Promise<number> {
  const [instances] = await readQuotaUsage(database, account, [{ resource: INSTANCES, scope: '' }]);
  return diskQuotaFor(instances?.used ?? 0);
}

/** Disk usage and quota of an account before instances are added. */
export interface DiskQuotaUsage {
  readonly instances: number;
  readonly disks: number;
  /** The granted limit; null if none. */
  readonly granted: number | null;
}

/** Number of additional instances, at most `count`, whose disks fit into the disk quota; each instance raises the quota. */
export function instancesWithinDiskQuota(room: DiskQuotaUsage, count: number, disksEach: number): number {
  const fits = (instances: number) =>
    room.disks + instances * disksEach <=
    Math.max(room.granted ?? 0, diskQuotaFor(room.instances + instances));
  let instances = count;
  while (instances > 0 && !fits(instances)) instances--;
  return instances;
}
