import type { Transaction } from '../../../kernel/postgres/database.js';
import { checkVpcs, type VpcRow } from './network.store.js';

/** The account's VPC; null when it has none of the id. Takes no lock. */
export function findVpc(tx: Transaction, account: string, id: string): Promise<VpcRow | null> {
  return tx.vpc.findFirst({ where: { id, account } }).then(checkVpcs);
}

/** The VPC when the platform has created it; null when the account did. */
export function findPlatformVpc(tx: Transaction, id: string): Promise<VpcRow | null> {
  return tx.vpc.findFirst({ where: { id, creator: 'PLATFORM' } }).then(checkVpcs);
}

/** Makes transactions that change this VPC wait for each other; null when the account has none of the id. */
export async function lockVpc(tx: Transaction, account: string, id: string): Promise<VpcRow | null> {
  await tx.$queryRaw`SELECT id FROM clusters.vpc WHERE id = ${id} AND account = ${account} FOR UPDATE`;
  return findVpc(tx, account, id);
}

/** Makes transactions that create or delete the account's default VPC of a region wait for each other. */
export async function lockDefaultVpc(tx: Transaction, account: string, regionId: string): Promise<void> {
  const key = JSON.stringify(['default-vpc', account, regionId]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

/** The VPC that the platform has created in the region; null when there is none. */
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

/** Makes a VPC of the platform one of its account: it is no longer deleted with its last cluster. */
export async function transferVpc(tx: Transaction, id: string): Promise<void> {
  await tx.vpc.update({ where: { id }, data: { creator: 'USER' } });
}

export async function deleteVpc(tx: Transaction, id: string): Promise<void> {
  await tx.vpc.delete({ where: { id } });
}
