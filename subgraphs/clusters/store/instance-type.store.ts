import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { InstanceType } from '../../../prisma/generated/client.js';

/** Instance types by their ids; a type that is unknown is left out. */
export function findInstanceTypes(
  db: Database | Transaction,
  ids: readonly string[],
): Promise<InstanceType[]> {
  return db.instanceType.findMany({ where: { id: { in: [...ids] } } });
}
