import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Paths that never reach the log, whatever object is logged. */
const REDACTED = [
  'token',
  'authorization',
  'password',
  'kubeconfig',
  'headers.authorization',
  '*.token',
  '*.authorization',
  '*.password',
];

/** A structured logger (one JSON line an entry, to standard error). `level` is a pino level, e.g. `info` or `silent`. */
export function createLog(level: string, name = 'fleetgraph'): Log {
  return pino({ name, level, redact: REDACTED }, pino.destination({ dest: 2, sync: true }));
}
