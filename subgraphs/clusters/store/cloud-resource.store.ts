import type { Transaction } from '../../../kernel/postgres/database.js';
import type { CloudResourceType } from '../model/network.enums.js';
import { checkCloudResources, type CloudResourceRow } from './network.store.js';

export async function insertCloudResources(
  tx: Transaction,
  rows: readonly CloudResourceRow[],
): Promise<void> {
  if (rows.length > 0) await tx.cloudResource.createMany({ data: [...rows] });
}

/** The account's resource of a type; null if the id does not exist. */
export function findCloudResource(
  tx: Transaction,
  where: { readonly account: string; readonly id: string; readonly type: CloudResourceType },
): Promise<CloudResourceRow | null> {
  return tx.cloudResource.findFirst({ where }).then(checkCloudResources);
}

/** Resources that were created for a cluster. */
export function cloudResourcesOf(tx: Transaction, clusterId: string): Promise<CloudResourceRow[]> {
  return tx.cloudResource.findMany({ where: { clusterId, retained: false } }).then(checkCloudResources);
}

/** Marks resources that are kept when their cluster is deleted. */
export async function retainCloudResources(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.cloudResource.updateMany({ where: { id: { in: [...ids] } }, data: { retained: true } });
}

/** Deletes resources; returns how many still existed. */
export async function deleteCloudResources(tx: Transaction, ids: readonly string[]): Promise<number> {
  const { count } = await tx.cloudResource.deleteMany({ where: { id: { in: [...ids] } } });
  return count;
}
