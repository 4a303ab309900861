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

/** Operations on a cluster that wait for its window and were not cancelled. */
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

/** Whether an operation waits for a window. */
export function isScheduledChange(operation: Operation): boolean {
  return operation.state === 'PENDING' && scheduledInput(operation).waiting === true;
}

/** Locks an operation; false when it does not wait any more, or was cancelled. */
export async function lockScheduledChange(tx: Transaction, { id }: Operation): Promise<boolean> {
  await tx.$executeRaw`SELECT 1 FROM engine.operation WHERE id = ${id} FOR UPDATE`;
  const operation = await tx.operation.findUniqueOrThrow({ where: { id } }).then(checkOperations);
  return isScheduledChange(operation) && operation.cancelRequestedAt === null;
}

/** Writes when an operation that waits begins. */
export async function setScheduledFor(
  tx: EventTransaction,
  { id, input }: Operation,
  scheduledFor: Date,
): Promise<void> {
  const changed = { ...(input as Prisma.JsonObject), scheduledFor: scheduledFor.toISOString() };
  await changeOperation(tx, id, { input: changed });
}

/** Takes a locked operation out of its waiting, and says what can be done with it from here on. */
export async function startScheduledChange(
  tx: EventTransaction,
  { id }: Operation,
  controls: { readonly cancelable: boolean; readonly pausable: boolean },
): Promise<void> {
  const { input } = await tx.operation.findUniqueOrThrow({ where: { id }, select: { input: true } });
  const { waiting: _, ...rest } = input as Prisma.JsonObject;
  await changeOperation(tx, id, { input: rest, ...controls });
}
