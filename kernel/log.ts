import { type DestinationStream, type Logger, pino } from 'pino';
import { truncateLine } from './log-line.js';
import { currentRequestScope } from './request-scope.js';
import { secretFields } from './secret-fields.js';

export type Log = Logger;

/** Paths that are redacted in every logged object. */
const REDACTED = secretFields.flatMap((name) => [name, `*.${name}`]);

/**
 * A structured logger: one JSON line per entry to standard error, of at most 16 KiB. `level` is a pino level, e.g. `info` or
 * `silent`. Entries of work in a request scope have the `requestId`.
 */
export function createLog(level: string, name = 'fleetgraph', destination?: DestinationStream): Log {
  const mixin = () => {
    const request = currentRequestScope();
    return request ? { requestId: request.requestId } : {};
  };
  return pino(
    { name, level, redact: REDACTED, mixin, hooks: { streamWrite: truncateLine } },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
