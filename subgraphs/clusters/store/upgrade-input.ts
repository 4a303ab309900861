import { changeOperation, stagesOf, type OperationRow } from '../../../engine/operations/operation-row.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { z } from 'zod';
import { problemSchema } from '../../../kernel/postgres/checked-columns.js';
import { inputReader } from './operation-input.js';
import type { Problem } from '../../../kernel/result.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import { type PausePolicy, phaseOf, type UpgradePhase } from '../model/upgrade.rules.js';

/** How the nodes of a cluster are upgraded. */
export interface RollingPolicy {
  /** Nodes of a pool that are upgraded concurrently; a tenth of the pool if omitted. */
  readonly batchSize?: number;
  /** Surge nodes of a pool during its upgrade. */
  readonly surge?: number;
  readonly pausePolicy?: PausePolicy;
}

/** Nodes that are being upgraded. */
interface UpgradeBatch {
  /** Counted from 1. */
  readonly number: number;
  readonly nodeIds: readonly string[];
  /** Start of the batch, RFC 3339. */
  readonly since: string;
}

/** Input of an upgrade operation. */
export interface UpgradeInput {
  readonly version: string;
  readonly rolling?: RollingPolicy;
  /** Whether the upgrade waits for its maintenance window. */
  readonly waiting?: boolean;
  /** Start of the maintenance window that the upgrade waits or waited for, RFC 3339. */
  readonly scheduledFor?: string;
  readonly batch?: UpgradeBatch;
  /** Time of the last resume, RFC 3339; it restarts the stall timeout. */
  readonly resumedAt?: string;
  /** Why the upgrade failed, and when (RFC 3339). The upgrade is rolled back before its operation ends. */
  readonly failing?: { readonly problem: Problem; readonly since: string };
  /** The last pool that the upgrade resized, and its former size. */
  readonly resized?: { readonly nodePoolId: string; readonly fromSize: number };
  /** Current number of surge nodes by pool id. */
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

/** Input of an upgrade operation. */
export const upgradeInput = inputReader<UpgradeInput>(upgradeInputSchema);

/** Updates the input of the operation; reads the row again under a lock, because other transactions write it. */
export async function updateUpgradeInput(
  tx: EventTransaction,
  id: string,
  change: { readonly [K in keyof UpgradeInput]?: UpgradeInput[K] | undefined },
): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM engine.operation WHERE id = ${id} FOR UPDATE`;
  const { input } = await tx.operation.findUniqueOrThrow({ where: { id }, select: { input: true } });
  // JSON.stringify removes keys whose value is undefined.
  const next = JSON.parse(
    JSON.stringify({ ...(input as Prisma.JsonObject), ...change }),
  ) as Prisma.InputJsonObject;
  await changeOperation(tx, id, { input: next });
}

/** Returns the phase of an upgrade. */
export function upgradePhase(operation: OperationRow): UpgradePhase {
  const waiting = upgradeInput(operation).waiting === true;
  return phaseOf({ state: operation.state, stages: stagesOf(operation), waiting });
}
