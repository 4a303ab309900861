import { z } from 'zod';
import type { OperationRow } from '../../../engine/operations/operation-row.js';
import { checkedColumns, oneOf, problemSchema } from '../../../kernel/postgres/checked-columns.js';
import type { Failure } from '../../../engine/contract.js';
import type { PendingComponentChange } from '../model/component.rules.js';
import { CHARGE_TYPES, type ChargeType } from '../model/node-pool.enums.js';
import type { PoolConfig } from '../model/pool-config.js';
import { stringMapSchema, taintsSchema } from './json-schemas.js';

/**
 * Returns a reader of the column `input`, which another release may have written. The reader throws
 * `MalformedRowError`.
 */
export function inputReader<T>(schema: z.ZodType) {
  const check = checkedColumns('engine.operation', 'id', { input: schema });
  return (row: Pick<OperationRow, 'id' | 'input'>): T => check(row).input as T;
}

/** Input of operations on node pools. Each field belongs to some types of operations. */
export interface PoolOperationInput {
  /** Size of the pool before the change, and what triggered it. */
  readonly fromSize?: number;
  readonly trigger?: string;
  /** The last pool that an operation on the cluster resized. */
  readonly resized?: { readonly nodePoolId: string; readonly fromSize: number };
  /** Number of new nodes per zone. */
  readonly zones?: Readonly<Record<string, number>>;
  /** Labels and taints of the pool before the change. */
  readonly before?: Pick<PoolConfig, 'labels' | 'taints'>;
  /** Whether the desired size is decremented by the lost nodes. */
  readonly decrementDesiredSize?: boolean;
  /** Instances that were rejected before the change started. */
  readonly rejected?: readonly Failure[];
}

export const poolOperationInput = inputReader<PoolOperationInput>(
  z.looseObject({
    fromSize: z.number().optional(),
    trigger: z.string().optional(),
    resized: z.looseObject({ nodePoolId: z.string(), fromSize: z.number() }).optional(),
    zones: z.record(z.string(), z.number()).optional(),
    before: z.looseObject({ labels: stringMapSchema, taints: taintsSchema }).optional(),
    decrementDesiredSize: z.boolean().optional(),
    rejected: z.array(problemSchema).optional(),
  }),
);

/** Input of a deletion: ids of the resources that are kept. */
export const deletionInput = inputReader<{ readonly retain?: readonly string[] | null }>(
  z.looseObject({ retain: z.array(z.string()).nullish() }),
);

export interface ChargeConversion {
  readonly nodeIds: readonly string[];
  readonly chargeType: ChargeType;
}

export const chargeConversionInput = inputReader<ChargeConversion>(
  z.looseObject({ nodeIds: z.array(z.string()), chargeType: oneOf(CHARGE_TYPES) }),
);

export const edgeAutonomyInput = inputReader<{ readonly enabled: boolean }>(
  z.looseObject({ enabled: z.boolean() }),
);

/** Input of an operation that waits or waited for a maintenance window. */
export const scheduledInput = inputReader<{
  readonly waiting?: boolean;
  /** RFC 3339. */
  readonly scheduledFor?: string;
  readonly componentId?: string;
}>(
  z.looseObject({
    waiting: z.boolean().optional(),
    scheduledFor: z.string().optional(),
    componentId: z.string().optional(),
  }),
);

export const componentChangeInput = inputReader<PendingComponentChange>(
  z.looseObject({
    name: z.string(),
    componentId: z.string(),
    version: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
);
