import type { VSwitchPlace } from '../../../engine/providers/instance.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ResourceCreator } from '../model/network.enums.js';
import { checkVSwitches, type VSwitchRow } from './network.store.js';

/** The account's vSwitch; null if the id does not exist. */
export function findVSwitch(tx: Transaction, account: string, id: string): Promise<VSwitchRow | null> {
  return tx.vSwitch.findFirst({ where: { id, account } }).then(checkVSwitches);
}

/** Returns those of the vSwitches that belong to the account. */
export function findVSwitches(
  tx: Transaction,
  account: string,
  ids: readonly string[],
): Promise<VSwitchRow[]> {
  return tx.vSwitch.findMany({ where: { account, id: { in: [...ids] } } }).then(checkVSwitches);
}

/** vSwitches in the form of a provider request. */
export function vSwitchPlaces(database: Database, ids: readonly string[]): Promise<VSwitchPlace[]> {
  return database.vSwitch.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, zoneId: true, cidr: true },
    orderBy: { id: 'asc' },
  });
}

export function vSwitchesIn(tx: Transaction, vpcId: string): Promise<VSwitchRow[]> {
  return tx.vSwitch.findMany({ where: { vpcId } }).then(checkVSwitches);
}

export function countVSwitches(
  tx: Transaction,
  where: { readonly vpcId: string; readonly creator?: ResourceCreator },
): Promise<number> {
  return tx.vSwitch.count({ where });
}

export async function insertVSwitches(tx: Transaction, rows: readonly VSwitchRow[]): Promise<void> {
  if (rows.length > 0) await tx.vSwitch.createMany({ data: [...rows] });
}

/** Transfers vSwitches in a VPC from the platform to the account. */
export async function transferVSwitches(
  tx: Transaction,
  vpcId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.vSwitch.updateMany({ where: { vpcId, id: { in: [...ids] } }, data: { creator: 'USER' } });
}

/** Deletes the vSwitches that the platform created in a VPC; returns their number. */
export async function deletePlatformVSwitches(tx: Transaction, vpcId: string): Promise<number> {
  const { count } = await tx.vSwitch.deleteMany({ where: { vpcId, creator: 'PLATFORM' } });
  return count;
}

/** False when it was deleted concurrently. */
export async function deleteVSwitch(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx.vSwitch.deleteMany({ where: { id } });
  return count > 0;
}
