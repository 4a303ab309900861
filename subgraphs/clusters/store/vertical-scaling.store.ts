import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { changeOperation } from '../../../engine/operations/operation-row.js';
import { z } from 'zod';
import { inputReader } from './operation-input.js';
import { stringMapSchema, taintsSchema } from './json-schemas.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { VerticalScalingInput } from '../model/vertical-scaling.rules.js';
import { toJson } from './json-column.js';

/** Counts the running nodes of the pools that have another instance type. */
export function nodesToReplace(
  tx: Transaction,
  pools: readonly { readonly id: string }[],
  instanceTypes: readonly string[],
): Promise<number> {
  return tx.node.count({
    where: {
      nodePoolId: { in: pools.map(({ id }) => id) },
      state: 'running',
      instanceType: { notIn: [...instanceTypes] },
    },
  });
}

const scalingSchema = z.looseObject({
  instanceTypes: z.array(z.string()),
  batchSize: z.number().nullish(),
  pools: z.array(z.looseObject({ id: z.string(), baseSize: z.number() })),
  left: z
    .looseObject({
      poolId: z.string(),
      settings: z.array(
        z.looseObject({
          labels: stringMapSchema,
          annotations: stringMapSchema,
          taints: taintsSchema,
        }),
      ),
    })
    .optional(),
});

/** Reads the input of a vertical scaling operation. Throws `MalformedRowError`. */
export const scalingOf = inputReader<VerticalScalingInput>(scalingSchema);

/** Updates the input of the operation and, with `requested`, the number of nodes that it replaces. */
export async function saveScaling(
  tx: EventTransaction,
  id: string,
  scaling: VerticalScalingInput,
  requested?: number,
): Promise<void> {
  await changeOperation(tx, id, {
    input: toJson(scaling),
    ...(requested !== undefined && { requested }),
  });
}
