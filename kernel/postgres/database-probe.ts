import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { NotReadyError } from '../not-ready-error.js';

/** Whether a database takes reads and writes: why not. */
export type DatabaseState = 'ok' | 'unreachable' | 'read-only' | 'full';

/** Milliseconds that the connection and the statement may take, each. */
const TIMEOUT = 2000;

/** Almost a page, stored as it is: it takes a new block of the disk, which writes into old ones would not. */
const FILLER_BYTES = 7000;

/** Nothing is kept: what is rolled back is vacuumed with the next rows. */
const PROBE = `BEGIN;
  INSERT INTO engine.write_probe (id, filler) VALUES ('${randomUUID()}', repeat('x', ${FILLER_BYTES}));
  ROLLBACK`;

/** SQLSTATE of a database that does not take writes. */
const READ_ONLY = '25006';
const DISK_FULL = '53100';

/**
 * Asks a database whether it takes writes, by one that is rolled back, on a connection of its own: a pool whose
 * connections are all in use is busy, not away.
 */
export class DatabaseProbe {
  private running: Promise<DatabaseState> | undefined;

  constructor(private readonly url: string) {}

  /** The state now, within four seconds. Who asks while a probe runs gets its answer. */
  state(): Promise<DatabaseState> {
    return (this.running ??= probe(this.url).finally(() => (this.running = undefined)));
  }

  /** Throws `NotReadyError` unless the database takes reads and writes. */
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
    // A server that does not answer does not answer this either.
    void client.end().catch(() => undefined);
  }
}

function stateOf(error: unknown): DatabaseState {
  const { code } = error as { readonly code?: unknown };
  if (code === READ_ONLY) return 'read-only';
  return code === DISK_FULL ? 'full' : 'unreachable';
}
