import type { Transaction } from '../../../kernel/postgres/database.js';
import { checkVpcs, type VpcRow } from './network.store.js';

/** The account's VPC; null if the id does not exist. Takes no lock. */
export function findVpc(tx: Transaction, account: string, id: string): Promise<VpcRow | null> {
  return tx.vpc.findFirst({ where: { id, account } }).then(checkVpcs);
}

/** The VPC if the platform created it; null if the account did. */
export function findPlatformVpc(tx: Transaction, id: string): Promise<VpcRow | null> {
  return tx.vpc.findFirst({ where: { id, creator: 'PLATFORM' } }).then(checkVpcs);
}

/** Locks and reads the account's VPC; null if the id does not exist. */
export async function lockVpc(tx: Transaction, account: string, id: string): Promise<VpcRow | null> {
  await tx.$queryRaw`SELECT id FROM clusters.vpc WHERE id = ${id} AND account = ${account} FOR UPDATE`;
  return findVpc(tx, account, id);
}

/** Serializes transactions that create or delete the account's default VPC of a region. */
export async function lockDefaultVpc(tx: Transaction, account: string, regionId: string): Promise<void> {
  const key = JSON.stringify(['default-vpc', account, regionId]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

/** The VPC that the platform created in the region; null if there is none. */
export function findDefaultVpc(tx: Transaction, account: string, regionId: string): Promise<VpcRow | null> {
  return tx.vpc
    .findFirst({ where: { account, regionId, creator: 'PLATFORM' }, orderBy: { id: 'asc' } })
    .then(checkVpcs);
}

export async function insertVpc(tx: Transaction, row: VpcRow): Promise<void> {
  await tx.vpc.create({ data: row });
}

export async function renameVpc(tx: Transaction, id: string, name: string): Promise<void> {
  await tx.vpc.update({ where: { id }, data: { name } });
}

/** Transfers a VPC from the platform to the account: it is no longer deleted with its last cluster. */
export async function transferVpc(tx: Transaction, id: string): Promise<void> {
  await tx.vpc.update({ where: { id }, data: { creator: 'USER' } });
}

export async function deleteVpc(tx: Transaction, id: string): Promise<void> {
  await tx.vpc.delete({ where: { id } });
}
