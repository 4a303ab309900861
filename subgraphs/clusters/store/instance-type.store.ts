import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { InstanceType } from '../../../prisma/generated/client.js';

/** Reads instance types by id; unknown ids are omitted. */
export function findInstanceTypes(
  db: Database | Transaction,
  ids: readonly string[],
): Promise<InstanceType[]> {
  return db.instanceType.findMany({ where: { id: { in: [...ids] } } });
}
