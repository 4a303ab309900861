import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { NotReadyError } from '../not-ready-error.js';

/** `ok` if a database accepts reads and writes, otherwise the reason why not. */
export type DatabaseState = 'ok' | 'unreachable' | 'read-only' | 'full';

/** Timeout of the connection and of the statement, each in milliseconds. */
const TIMEOUT = 2000;

/** Almost a page, stored uncompressed: it needs a new block of the disk, so that the probe notices a full disk. */
const FILLER_BYTES = 7000;

/** Autovacuum removes the rolled-back row. */
const PROBE = `BEGIN;
  INSERT INTO engine.write_probe (id, filler) VALUES ('${randomUUID()}', repeat('x', ${FILLER_BYTES}));
  ROLLBACK`;

/** SQLSTATEs of a database that rejects writes. */
const READ_ONLY = '25006';
const DISK_FULL = '53100';

/**
 * Checks that a database accepts writes, by an insert that is rolled back. Uses a separate connection: a pool whose
 * connections are all in use is busy, not unreachable.
 */
export class DatabaseProbe {
  private running: Promise<DatabaseState> | undefined;

  constructor(private readonly url: string) {}

  /** The current state, within four seconds. Concurrent calls share one probe. */
  state(): Promise<DatabaseState> {
    return (this.running ??= probe(this.url).finally(() => (this.running = undefined)));
  }

  /** Throws `NotReadyError` unless the database accepts reads and writes. */
  async check(): Promise<void> {
    const state = await this.state();
    if (state !== 'ok') throw new NotReadyError(`the database is ${state}`);
  }
}

async function probe(url: string): Promise<DatabaseState> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT,
    query_timeout: TIMEOUT,
    application_name: 'fleetgraph-probe',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(PROBE);
    return 'ok';
  } catch (error) {
    return stateOf(error);
  } finally {
    // Not awaited: an unresponsive server does not respond to the end of the connection either.
    void client.end().catch(() => undefined);
  }
}

function stateOf(error: unknown): DatabaseState {
  const { code } = error as { readonly code?: unknown };
  if (code === READ_ONLY) return 'read-only';
  return code === DISK_FULL ? 'full' : 'unreachable';
}
