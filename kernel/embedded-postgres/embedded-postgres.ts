import { resolve } from 'node:path';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import pg from 'pg';
import { freePort } from './free-port.js';
import type { Log } from '../log.js';
import { type PostgresLayout, hasDatabase, initDatabase, prepareLayout } from './layout.js';
import {
  type PostgresServer,
  type ServerOptions,
  launchServer,
  runningServer,
  stopServer,
} from './server.js';

export { ForeignDataError } from './server.js';

/**
 * A PostgreSQL server that runs as long as this process, with its data in `directory`. PostgreSQL refuses to run as root:
 * started by root it runs as another user, and if that user cannot reach `directory` or the binaries (for example in a
 * checkout below a home directory with mode 0700), both are in /var/lib/fleetgraph instead.
 */
export interface EmbeddedPostgresOptions extends Omit<ServerOptions, 'port'> {
  /** Folder of the data, if the server's user can reach it. */
  readonly directory: string;
  /** Password of the only role, `fleetgraph`. */
  readonly password: string;
  readonly log: Log;
  /** Default a free port. */
  readonly port?: number;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection URL of the database `postgres`; stays the same when the server restarts. */
  readonly url: string;
  /** Pid of the running server. */
  readonly pid: number;
  /** Folder of the data. */
  readonly data: string;
  /** Whether the process adopted the server of a killed process. */
  readonly adopted: boolean;
}

/** The data folder of an embedded PostgreSQL in `directory`, if it contains a database. */
export async function existingData(directory: string): Promise<string | undefined> {
  const layout = await prepareLayout(resolve(directory));
  return hasDatabase(layout) ? layout.data : undefined;
}

/** Another live process owns the data directory. */
export class AlreadyRunningError extends Error {}

/** Advisory lock of the process that owns the server, so that two platforms never share a data directory. */
const OWNER_LOCK = 7_205_759_403;
const LOCK_TIMEOUT_MS = 1000;
/** SQLSTATE lock_not_available: the lock timeout has passed. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Starts the server, or adopts the server of a killed process. A server that dies is restarted on the same port. Throws
 * `AlreadyRunningError`, and `ForeignDataError` if the data has another password.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = await prepareLayout(resolve(options.directory));
  if (!hasDatabase(layout)) await initDatabase(layout, options.password);
  const leftover = await runningServer(layout.data, options.password);
  const server =
    leftover ?? (await launchServer(layout, { ...options, port: options.port ?? (await freePort()) }));
  const owner = await takeOwnership(server.url, layout.data);
  options.log.info(
    { postgres: server.pid, data: layout.data, adopted: leftover !== undefined },
    'embedded PostgreSQL is running',
  );
  return new SupervisedServer(server, owner, { ...options, layout, adopted: leftover !== undefined });
}

interface SupervisedServerOptions extends EmbeddedPostgresOptions {
  readonly layout: PostgresLayout;
  readonly adopted: boolean;
}

/** Owns a running server; notices its death by the end of the connection that holds the lock. */
class SupervisedServer implements EmbeddedPostgres {
  readonly url: string;
  readonly data: string;
  readonly adopted: boolean;
  private readonly closing = new AbortController();
  private restoring: Promise<void> | undefined;

  constructor(
    private server: PostgresServer,
    private owner: pg.Client,
    private readonly options: SupervisedServerOptions,
  ) {
    this.url = server.url;
    this.data = options.layout.data;
    this.adopted = options.adopted;
    this.watchOwner(owner);
  }

  get pid(): number {
    return this.server.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await this.restoring;
    await this.owner.end();
    await stopServer(this.pid);
  }

  private watchOwner(owner: pg.Client): void {
    this.owner = owner;
    owner.once('end', () => {
      if (!this.closing.signal.aborted) this.restoring = this.restore();
    });
  }

  /** Restarts the server and retries until it runs; its clients reconnect. */
  private async restore(): Promise<void> {
    const { log } = this.options;
    log.error({ postgres: this.pid }, 'embedded PostgreSQL died; restarting it');
    const policy = retry(
      handleWhen((error) => !(error instanceof AlreadyRunningError)),
      {
        maxAttempts: Infinity,
        backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }),
      },
    );
    policy.onFailure(({ reason }) =>
      log.error(
        { err: 'error' in reason && reason.error },
        'embedded PostgreSQL could not be restarted; retrying',
      ),
    );
    try {
      await policy.execute(() => this.restart(), this.closing.signal);
      log.info({ postgres: this.pid }, 'embedded PostgreSQL was restarted');
    } catch (err) {
      if (!this.closing.signal.aborted) log.fatal({ err }, 'embedded PostgreSQL is owned by another process');
    }
  }

  private async restart(): Promise<void> {
    const { layout, password } = this.options;
    const running = await runningServer(layout.data, password);
    if (running && running.url !== this.url) throw alreadyRunning(layout.data);
    const port = Number(new URL(this.url).port);
    this.server = running ?? (await launchServer(layout, { ...this.options, port }));
    this.watchOwner(await takeOwnership(this.url, layout.data));
  }
}

async function takeOwnership(url: string, data: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'fleetgraph owner' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // PostgreSQL releases the lock of a killed owner only after some milliseconds.
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK]);
    return client;
  } catch (error) {
    await client.end();
    throw (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE ? alreadyRunning(data) : error;
  }
}

function alreadyRunning(data: string): AlreadyRunningError {
  return new AlreadyRunningError(
    `another Fleetgraph process runs on ${data}; stop it, or set FLEETGRAPH_HOME`,
  );
}
