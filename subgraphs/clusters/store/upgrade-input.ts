import { changeOperation, stagesOf, type OperationRow } from '../../../engine/operations/operation-row.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { z } from 'zod';
import { checkJson, problemSchema } from '../../../kernel/postgres/checked-columns.js';
import type { Problem } from '../../../kernel/result.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import { type PausePolicy, phaseOf, type UpgradePhase } from '../model/upgrade.rules.js';

/** How the nodes of a cluster are upgraded. */
export interface RollingPolicy {
  /** Nodes of a pool at the same time; a tenth of the pool if omitted. */
  readonly batchSize?: number;
  /** Nodes that a pool gets in addition while it is upgraded. */
  readonly surge?: number;
  readonly pausePolicy?: PausePolicy;
}

/** Nodes that are being upgraded. */
interface UpgradeBatch {
  /** Counted from 1. */
  readonly number: number;
  readonly nodeIds: readonly string[];
  /** When it began, RFC 3339. */
  readonly since: string;
}

/** What the operation of an upgrade remembers. */
export interface UpgradeInput {
  readonly version: string;
  readonly rolling?: RollingPolicy;
  /** It waits for its maintenance window. */
  readonly waiting?: boolean;
  /** The opening of the window for which it waits or waited, RFC 3339. */
  readonly scheduledFor?: string;
  readonly batch?: UpgradeBatch;
  /** When it was resumed last, RFC 3339: what waits is waited for anew. */
  readonly resumedAt?: string;
  /** Why it cannot be done, and since when that is known (RFC 3339): what it has changed is taken back, then it ends. */
  readonly failing?: { readonly problem: Problem; readonly since: string };
  /** The pool that was resized last for its sake, and the size that it had. */
  readonly resized?: { readonly nodePoolId: string; readonly fromSize: number };
  /** Nodes that each pool has in addition now, by the pool's id. */
  readonly surged?: Readonly<Record<string, number>>;
}

const upgradeInputSchema = z.looseObject({
  version: z.string(),
  rolling: z
    .looseObject({
      batchSize: z.number().optional(),
      surge: z.number().optional(),
      pausePolicy: z.enum(['NOT_PAUSE', 'FIRST_BATCH', 'EVERY_BATCH']).optional(),
    })
    .optional(),
  waiting: z.boolean().optional(),
  scheduledFor: z.string().optional(),
  batch: z.looseObject({ number: z.number(), nodeIds: z.array(z.string()), since: z.string() }).optional(),
  resumedAt: z.string().optional(),
  failing: z.looseObject({ problem: problemSchema, since: z.string() }).optional(),
  resized: z.looseObject({ nodePoolId: z.string(), fromSize: z.number() }).optional(),
  surged: z.record(z.string(), z.number()).optional(),
});

/** What the operation of an upgrade remembers. Throws `MalformedRowError`. */
export function upgradeInput({ id, input }: Pick<OperationRow, 'id' | 'input'>): UpgradeInput {
  checkJson(upgradeInputSchema, input, { table: 'engine.operation', id, column: 'input' });
  return input as unknown as UpgradeInput;
}

/** Changes what the operation remembers; the row is read again, since other transactions write it. */
export async function updateUpgradeInput(
  tx: EventTransaction,
  id: string,
  change: { readonly [K in keyof UpgradeInput]?: UpgradeInput[K] | undefined },
): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM engine.operation WHERE id = ${id} FOR UPDATE`;
  const { input } = await tx.operation.findUniqueOrThrow({ where: { id }, select: { input: true } });
  // Undefined takes a key away.
  const next = JSON.parse(
    JSON.stringify({ ...(input as Prisma.JsonObject), ...change }),
  ) as Prisma.InputJsonObject;
  await changeOperation(tx, id, { input: next });
}

/** Where an upgrade stands. */
export function upgradePhase(operation: OperationRow): UpgradePhase {
  const waiting = upgradeInput(operation).waiting === true;
  return phaseOf({ state: operation.state, stages: stagesOf(operation), waiting });
}
