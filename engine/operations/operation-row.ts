import { z } from 'zod';
import {
  checkedColumns,
  type CheckedRow,
  oneOf,
  problemSchema,
} from '../../kernel/postgres/checked-columns.js';
import { type Operation, Prisma } from '../../prisma/generated/client.js';
import { OPERATION_STATES, type OperationStage } from '../contract.js';
import type { EventTransaction } from '../events/event-transaction.js';

/** The caller that caused an operation. */
export const requesterSchema = z.looseObject({
  subject: z.string(),
  issuer: z.string().optional(),
  groups: z.array(z.string()).optional(),
  requestId: z.string(),
  clientAddress: z.string().optional(),
});

const checks = {
  state: oneOf(OPERATION_STATES),
  stages: z.array(z.looseObject({ name: z.string(), state: z.string() })),
  failures: z.array(problemSchema),
  error: problemSchema.nullish(),
  input: z.record(z.string(), z.unknown()),
  requestedBy: requesterSchema.nullish(),
};

export type OperationRow = CheckedRow<Operation, typeof checks>;

/** Checks operations that were read; `input` depends on the type, its readers check it. */
export const checkOperations = checkedColumns('engine.operation', 'id', checks);

/** The operation's stages, in order. */
export function stagesOf(row: Pick<OperationRow, 'stages'>): OperationStage[] {
  return row.stages as unknown as OperationStage[];
}

/** All columns of an operation, as SQL selects them into an `OperationRow`. */
export const OPERATION_COLUMNS = Object.values(Prisma.OperationScalarFieldEnum)
  .map((name) => `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${name}"`)
  .join(', ');

/** Rows that a transaction has locked and changed; no other transaction can change them before it ends. */
const locked = new WeakMap<EventTransaction, Map<string, OperationRow>>();

/** Locks the operation and reads it; null when there is none. */
export async function lockOperation(tx: EventTransaction, id: string): Promise<OperationRow | null> {
  const cached = locked.get(tx)?.get(id);
  if (cached) return cached;
  const [row] = await tx.$queryRaw<OperationRow[]>`
    SELECT ${Prisma.raw(OPERATION_COLUMNS)} FROM engine.operation WHERE id = ${id} FOR UPDATE`.then(
    checkOperations,
  );
  return row ? rememberRow(tx, row) : null;
}

/**
 * Changes columns of an operation. The only writer: a direct update would leave the transaction's copy of the row stale.
 */
export async function changeOperation(
  tx: EventTransaction,
  id: string,
  data: Prisma.OperationUpdateInput,
): Promise<OperationRow> {
  return rememberRow(tx, await tx.operation.update({ where: { id }, data }).then(checkOperations));
}

function rememberRow(tx: EventTransaction, row: OperationRow): OperationRow {
  const rows = locked.get(tx) ?? new Map<string, OperationRow>();
  locked.set(tx, rows.set(row.id, row));
  return row;
}

/** Discards the cached row, so that the next read in this transaction queries the database. */
export function forgetOperation(tx: EventTransaction, id: string): void {
  locked.get(tx)?.delete(id);
}
