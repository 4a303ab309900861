import type { Transaction } from '../../../kernel/postgres/database.js';

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
