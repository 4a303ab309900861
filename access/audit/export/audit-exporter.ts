import { setTimeout as delay } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import pg from 'pg';
import type { Log } from '../../../kernel/log.js';
import { acquireLease } from '../../../kernel/postgres/lease.js';
import type { AuditSink } from './audit-sink.js';
import { confirmRows, nextBatch, type PendingLog, pendingLogs } from './export-cursors.js';

const POLL_MS = 1_000;
const BACKOFF = new ExponentialBackoff<unknown>({ initialDelay: 500, maxDelay: 30_000 });

export interface AuditExportOptions {
  readonly databaseUrl: string;
  readonly sinks: readonly AuditSink[];
  readonly log: Log;
}

/**
 * Sends the rows of all audit logs to each sink, at least once and those of an account in order. A cursor in the database moves after
 * the sink has confirmed. Every engine process starts exporters; for each sink the one that holds its lease sends.
 */
export function startAuditExport({ databaseUrl, sinks, log }: AuditExportOptions): AsyncDisposable {
  const stopping = new AbortController();
  // A pool of its own: a lease occupies a connection for as long as the process runs.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: Math.max(1, sinks.length),
    application_name: 'fleetgraph audit export',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const exporters = sinks.map((sink) => new SinkExporter(sink, pool, log).run(stopping.signal));
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the export stops'));
      await Promise.all(exporters);
      await pool.end();
    },
  };
}

class SinkExporter {
  private backoff: IBackoff<unknown> | undefined;

  constructor(
    private readonly sink: AuditSink,
    private readonly pool: pg.Pool,
    private readonly log: Log,
  ) {}

  /** A loop instead of cockatiel's `retry`, whose back-off delay does not end when the exporter stops. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.whileLeaseHolds(signal).catch(async (error: unknown) => {
        if (signal.aborted) return;
        this.backoff = this.backoff?.next(undefined) ?? BACKOFF.next();
        // Not the error itself: it may contain the address of the sink with its credentials.
        const reason = error instanceof Error ? `${error.name} ${codeOf(error)}`.trim() : 'unknown';
        const retryInMs = Math.round(this.backoff.duration);
        this.log.warn(
          { sink: this.sink.name, reason, retryInMs },
          'the export of the audit log failed; retrying',
        );
        await pause(retryInMs, signal);
      });
    }
  }

  private async whileLeaseHolds(signal: AbortSignal): Promise<void> {
    await using lease = await acquireLease({
      ...{ pool: this.pool, name: `audit-export-${this.sink.name}`, log: this.log, signal },
    });
    const ended = AbortSignal.any([signal, lease.lost]);
    while (!ended.aborted) {
      const sent = await this.round(lease.client, ended);
      if (sent === 0) await pause(POLL_MS, ended);
    }
  }

  /** Sends a batch of each log that has unconfirmed rows; returns the number of batches. */
  private async round(client: pg.PoolClient, signal: AbortSignal): Promise<number> {
    let sent = 0;
    for (let after = ''; ;) {
      const logs = await pendingLogs(client, this.sink.name, after);
      for (const log of logs) sent += await this.batch(client, log, signal);
      const last = logs.at(-1);
      if (!last) return sent;
      after = last.account;
    }
  }

  /** Through the session of the lease: when it is lost, no cursor moves any more. */
  private async batch(client: pg.PoolClient, log: PendingLog, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const rows = await nextBatch(client, log);
    const last = rows.at(-1);
    if (!last) return 0;
    await this.sink.send(rows, signal);
    await confirmRows(client, this.sink.name, last);
    this.backoff = undefined;
    return 1;
  }
}

/** The code of an error, e.g. `ECONNREFUSED` or `HTTP 500`; empty without one. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
