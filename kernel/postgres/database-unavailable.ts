import { errorCauses } from './error-causes.js';

/**
 * Codes of a lost or refused connection, of the system, PostgreSQL (SQLSTATE) and Prisma; and SQLSTATEs of a database
 * that is read-only (25006) or has no disk space, memory or connections left (class 53).
 */
const UNAVAILABLE_CODE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|25006|53\w{3}|P1001|P1017|P2037)$/;
const UNAVAILABLE_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout']);
/** pg has no code for a connection that ends during a statement, nor for one that is used afterwards. */
const TERMINATED =
  /^(Connection terminated|Client has encountered a connection error and is not queryable|Client was closed and is not queryable)/;

interface ErrorFields {
  readonly code?: unknown;
  readonly kind?: unknown;
  readonly message?: unknown;
}

/** Whether a statement failed because PostgreSQL is unreachable or read-only, or dropped the connection: a retry may succeed. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...errorCauses(error)].some(({ code, kind, message }: ErrorFields) => {
    return (
      UNAVAILABLE_CODE.test(String(code)) ||
      UNAVAILABLE_KINDS.has(String(kind)) ||
      TERMINATED.test(String(message))
    );
  });
}
