import type { Database, Transaction } from '../../../kernel/database.js';
import type { MaintenanceWindow, Operation, Prisma } from '../../../prisma/generated/client.js';
import type { ReadByKeys } from '../loading.js';

export type MaintenanceWindowRow = MaintenanceWindow;

/** Reads maintenance windows. */
export class MaintenanceWindowStore {
  constructor(private readonly database: Database | Transaction) {}

  /** By cluster. */
  readonly ofClusters: ReadByKeys<MaintenanceWindowRow> = async (account, clusterIds) => {
    const rows = await this.database.maintenanceWindow.findMany({
      where: { account, clusterId: { in: [...clusterIds] } },
    });
    return new Map(rows.map((row) => [row.clusterId, row]));
  };
}

/** The window of a cluster that is in use; null when there is none. */
export function windowInUse(tx: Transaction, clusterId: string): Promise<MaintenanceWindowRow | null> {
  return tx.maintenanceWindow.findFirst({ where: { clusterId, enabled: true } });
}

export async function putWindow(tx: Transaction, row: MaintenanceWindowRow): Promise<void> {
  const { clusterId, ...rest } = row;
  await tx.maintenanceWindow.upsert({ where: { clusterId }, create: { clusterId, ...rest }, update: rest });
}

/** The upgrade of a cluster that waits for its window and was not cancelled; null when there is none. */
export function waitingUpgrade(tx: Transaction, clusterId: string): Promise<Operation | null> {
  return tx.operation.findFirst({
    where: {
      targetId: clusterId,
      type: 'UPGRADE_CLUSTER',
      state: 'PENDING',
      cancelRequestedAt: null,
      input: { path: ['waiting'], equals: true },
    },
  });
}

/** Writes when an operation that waits begins. */
export async function setScheduledFor(
  tx: Transaction,
  { id, input }: Operation,
  scheduledFor: Date,
): Promise<void> {
  const changed = { ...(input as Prisma.JsonObject), scheduledFor: scheduledFor.toISOString() };
  await tx.operation.update({ where: { id }, data: { input: changed } });
}

/** Takes an operation out of its waiting: from here on it can be paused. False when it does not wait any more. */
export async function stopWaiting(tx: Transaction, { id, input }: Operation): Promise<boolean> {
  const { waiting: _, ...rest } = input as Prisma.JsonObject;
  const { count } = await tx.operation.updateMany({
    where: { id, state: 'PENDING', cancelRequestedAt: null, input: { path: ['waiting'], equals: true } },
    data: { input: rest, pausable: true },
  });
  return count === 1;
}
