import { errorCauses } from './error-causes.js';

/**
 * What a lost or refused connection is called: by the system, by PostgreSQL (SQLSTATE) and by Prisma; and what a database
 * answers that takes no writes (25006) or has no disk space, memory or connections left (class 53).
 */
const UNAVAILABLE_CODE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|25006|53\w{3}|P1001|P1017|P2037)$/;
const UNAVAILABLE_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout']);
/** pg has no code for a connection that ends under a statement, nor for one that is used again afterwards. */
const TERMINATED =
  /^(Connection terminated|Client has encountered a connection error and is not queryable|Client was closed and is not queryable)/;

interface ErrorFields {
  readonly code?: unknown;
  readonly kind?: unknown;
  readonly message?: unknown;
}

/** Whether a statement failed because PostgreSQL cannot be reached or written now, or dropped the connection: it may pass. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...errorCauses(error)].some(({ code, kind, message }: ErrorFields) => {
    return (
      UNAVAILABLE_CODE.test(String(code)) ||
      UNAVAILABLE_KINDS.has(String(kind)) ||
      TERMINATED.test(String(message))
    );
  });
}
