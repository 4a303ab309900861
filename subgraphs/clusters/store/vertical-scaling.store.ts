import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { changeOperation, type OperationRow } from '../../../engine/operations/operations.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { VerticalScalingInput } from '../model/vertical-scaling.rules.js';
import { toJson } from './json-column.js';

/** How many running nodes of the pools are of other types. */
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

/** What the operation of a vertical scaling remembers. */
export function scalingOf({ input }: Pick<OperationRow, 'input'>): VerticalScalingInput {
  return input as unknown as VerticalScalingInput;
}

/** Changes what the operation remembers; with `requested`, also how many nodes it replaces. */
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
