import { Prisma } from '../../../prisma/generated/client.js';

/**
 * SQLSTATE codes for deadlock_detected and serialization_failure: the transaction was rolled back and can be retried.
 */
const CONFLICTS = /40P01|40001/;

/** Whether a transaction failed because of a concurrent one and can be retried. */
export function isTransactionConflict(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return (
    error.code === 'P2034' ||
    CONFLICTS.test(error.message) ||
    CONFLICTS.test(JSON.stringify(error.meta ?? {}))
  );
}
