import { scheduledInput } from './operation-input.js';
import {
  checkOperations,
  type OperationRow as Operation,
  changeOperation,
} from '../../../engine/operations/operation-row.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { MaintenanceWindow, Prisma } from '../../../prisma/generated/client.js';
import type { ReadByKeys } from './children.js';

export type MaintenanceWindowRow = MaintenanceWindow;

/** Reads maintenance windows. */
export class MaintenanceWindowStore {
  constructor(private readonly database: Database | Transaction) {}

  /** By cluster id. */
  readonly ofClusters: ReadByKeys<MaintenanceWindowRow> = async (account, clusterIds) => {
    const rows = await this.database.maintenanceWindow.findMany({
      where: { account, clusterId: { in: [...clusterIds] } },
    });
    return new Map(rows.map((row) => [row.clusterId, row]));
  };
}

/** The enabled window of a cluster; null if there is none. */
export function windowInUse(tx: Transaction, clusterId: string): Promise<MaintenanceWindowRow | null> {
  return tx.maintenanceWindow.findFirst({ where: { clusterId, enabled: true } });
}

export async function putWindow(tx: Transaction, row: MaintenanceWindowRow): Promise<void> {
  const { clusterId, ...rest } = row;
  await tx.maintenanceWindow.upsert({ where: { clusterId }, create: { clusterId, ...rest }, update: rest });
}

/** Operations on a cluster that wait for its maintenance window and are not cancelled. */
export function scheduledChangesOf(tx: Transaction, clusterId: string): Promise<Operation[]> {
  return tx.operation
    .findMany({
      where: {
        targetId: clusterId,
        state: 'PENDING',
        cancelRequestedAt: null,
        input: { path: ['waiting'], equals: true },
      },
      orderBy: { id: 'asc' },
    })
    .then(checkOperations);
}

/** Whether an operation waits for a maintenance window. */
export function isScheduledChange(operation: Operation): boolean {
  return operation.state === 'PENDING' && scheduledInput(operation).waiting === true;
}

/** Locks an operation; false if it no longer waits or was cancelled. */
export async function lockScheduledChange(tx: Transaction, { id }: Operation): Promise<boolean> {
  await tx.$executeRaw`SELECT 1 FROM engine.operation WHERE id = ${id} FOR UPDATE`;
  const operation = await tx.operation.findUniqueOrThrow({ where: { id } }).then(checkOperations);
  return isScheduledChange(operation) && operation.cancelRequestedAt === null;
}

/** Sets the start time of a waiting operation. */
export async function setScheduledFor(
  tx: EventTransaction,
  { id, input }: Operation,
  scheduledFor: Date,
): Promise<void> {
  const changed = { ...(input as Prisma.JsonObject), scheduledFor: scheduledFor.toISOString() };
  await changeOperation(tx, id, { input: changed });
}

/** Ends the waiting of a locked operation and sets which controls it allows. */
export async function startScheduledChange(
  tx: EventTransaction,
  { id }: Operation,
  controls: { readonly cancelable: boolean; readonly pausable: boolean },
): Promise<void> {
  const { input } = await tx.operation.findUniqueOrThrow({ where: { id }, select: { input: true } });
  const { waiting: _, ...rest } = input as Prisma.JsonObject;
  await changeOperation(tx, id, { input: rest, ...controls });
}
