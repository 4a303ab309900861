/** What a lost or refused connection is called: by the system, by PostgreSQL (SQLSTATE) and by Prisma. */
const AWAY = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|P1001|P1017)$/;
const AWAY_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout']);
/** pg has no code for a connection that ends under a statement, nor for one that is used again afterwards. */
const TERMINATED =
  /^(Connection terminated|Client has encountered a connection error and is not queryable|Client was closed and is not queryable)/;
/** Errors wrap one another at most this deep. */
const DEPTH = 5;

interface Fault {
  readonly code?: unknown;
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}

/** Whether a statement failed because PostgreSQL cannot be reached now or dropped the connection: it may pass. */
export function isDatabaseAway(error: unknown, depth = DEPTH): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const { code, kind, message, cause, meta } = error as Fault;
  if (AWAY.test(String(code)) || AWAY_KINDS.has(String(kind)) || TERMINATED.test(String(message)))
    return true;
  return isDatabaseAway(meta?.driverAdapterError, depth - 1) || isDatabaseAway(cause, depth - 1);
}
