import { once } from 'node:events';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { type AuditSink, type ExportedRow, jsonLine } from './audit-sink.js';
import { SinkError } from './sink-error.js';

const TIMEOUT_MS = 10_000;
const MIN_ROUND_TRIP_MS = 50;
/** Facility 13: log audit. */
const FACILITY = 13;
const SEVERITIES: Readonly<Record<string, number>> = { SUCCEEDED: 6, REJECTED: 5, REFUSED: 4, FAILED: 3 };

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  /** Certificates that sign those of the server, in PEM. Default: those of Node.js. */
  readonly ca?: string | undefined;
}

/**
 * Sends rows as syslog messages (RFC 5424) over TLS with octet counting (RFC 5425). Syslog confirms nothing, so each batch has a
 * connection of its own: the server has read all of it when it closes the connection after the end of the batch.
 */
export class SyslogSink implements AuditSink {
  readonly name = 'syslog';

  constructor(private readonly options: SyslogOptions) {}

  async send(rows: readonly ExportedRow[], signal: AbortSignal): Promise<void> {
    const { host, port, ca } = this.options;
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca }),
    });
    const abort = () => socket.destroy(new SinkError('TIMEOUT'));
    const over = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    over.addEventListener('abort', abort, { once: true });
    try {
      await deliver(socket, rows.map((row) => frame(syslogMessage(row))).join(''));
    } finally {
      over.removeEventListener('abort', abort);
      socket.destroy();
    }
  }
}

/**
 * Resolves when the server has closed the connection after all of the text. A server that closes it earlier may have read a part only.
 * The end is sent when the text has had time to arrive: a server that dies before it has read the text then resets the connection.
 */
async function deliver(socket: TLSSocket, text: string): Promise<void> {
  const closed = closeOf(socket);
  const early = closed.then((): never => {
    throw new SinkError('CLOSED_EARLY');
  });
  early.catch(() => undefined);
  const startedAt = performance.now();
  await Promise.race([early, once(socket, 'secureConnect')]);
  // A handshake takes at least one round trip.
  const roundTripMs = Math.max(MIN_ROUND_TRIP_MS, performance.now() - startedAt);
  await Promise.race([early, new Promise<void>((resolve) => socket.write(text, () => resolve()))]);
  await Promise.race([early, delay(roundTripMs)]);
  socket.end();
  await closed;
}

/** Resolves when the server closes the connection. */
function closeOf(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('end', resolve);
    socket.once('close', () => reject(new SinkError('CLOSED_EARLY')));
    socket.resume();
  });
}

function frame(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** The message of a row: structured data with the fields for filters, and the row as JSON. */
function syslogMessage(row: ExportedRow): string {
  const { account, sequence, id, at, principal, action, outcome } = row;
  const fields = { account, sequence: sequence.toString(), id, principal, action, outcome };
  const data = Object.entries(fields).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const priority = FACILITY * 8 + (SEVERITIES[outcome] ?? 5);
  const header = `<${priority}>1 ${at.toISOString()} ${hostname() || '-'} fleetgraph ${process.pid} audit`;
  // 32473 is the number for examples (RFC 5612): the project has none of its own.
  return `${header} [audit@32473${data.join('')}] \u{feff}${jsonLine(row)}`;
}

function escaped(text: string): string {
  return text.replace(/["\\\]]/g, String.raw`\$&`);
}
