import { Prisma } from '../../../prisma/generated/client.js';

/** PostgreSQL's codes for deadlocks and serialization failures: nothing was written, the same may be tried again. */
const CONFLICTS = /40P01|40001/;

/** Whether a transaction lost against another one and can be run again. */
export function isTransactionConflict(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return (
    error.code === 'P2034' ||
    CONFLICTS.test(error.message) ||
    CONFLICTS.test(JSON.stringify(error.meta ?? {}))
  );
}
