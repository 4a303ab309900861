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
 * A real PostgreSQL server that lives with this process. Its data stands under `directory`; as root it runs as
 * another user (PostgreSQL refuses root), and where that user cannot reach `directory` or the binaries — a checkout
 * below a 0700 home — both stand under /var/lib/fleetgraph instead.
 */
export interface EmbeddedPostgresOptions extends Omit<ServerOptions, 'port'> {
  /** Where the data goes, when the server's user can get there. */
  readonly directory: string;
  /** Password of the only role, `fleetgraph`. */
  readonly password: string;
  readonly log: Log;
  /** Default a free one. */
  readonly port?: number;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection URL of the database `postgres`; stays the same when the server is started again. */
  readonly url: string;
  /** Process of the server that runs now. */
  readonly pid: number;
  /** Folder of the data, wherever it came to stand. */
  readonly data: string;
  /** Whether a server that a killed process had left behind was taken over. */
  readonly adopted: boolean;
}

/** The folder of the data of an embedded PostgreSQL below `directory`, when there is a database in it. */
export async function existingData(directory: string): Promise<string | undefined> {
  const layout = await prepareLayout(resolve(directory));
  return hasDatabase(layout) ? layout.data : undefined;
}

/** Another live process owns the data directory. */
export class AlreadyRunningError extends Error {}

/** Held by the process that owns the server, so that two platforms never share one data directory. */
const OWNER_LOCK = 7_205_759_403;
const LOCK_TIMEOUT_MS = 1000;
/** SQLSTATE lock_not_available: the timeout has passed. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Starts the server, or takes over the one that a killed process left behind; when it dies it is started again, at the
 * same address. Throws `AlreadyRunningError`, and `ForeignDataError` when the data has another password.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = await prepareLayout(resolve(options.directory));
  if (!hasDatabase(layout)) await initDatabase(layout, options.password);
  const left = await runningServer(layout.data, options.password);
  const server =
    left ?? (await launchServer(layout, { ...options, port: options.port ?? (await freePort()) }));
  const owner = await takeOwnership(server.url, layout.data);
  options.log.info(
    { postgres: server.pid, data: layout.data, adopted: left !== undefined },
    'embedded PostgreSQL is up',
  );
  return new SupervisedServer(server, owner, { ...options, layout, adopted: left !== undefined });
}

interface SupervisedServerOptions extends EmbeddedPostgresOptions {
  readonly layout: PostgresLayout;
  readonly adopted: boolean;
}

/** Owns a running server: the connection that holds the lock is also how its death is noticed. */
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

  /** Brings the server back, however often it takes; its clients come back by themselves. */
  private async restore(): Promise<void> {
    const { log } = this.options;
    log.error({ postgres: this.pid }, 'embedded PostgreSQL is gone; it is started again');
    const policy = retry(
      handleWhen((error) => !(error instanceof AlreadyRunningError)),
      {
        maxAttempts: Infinity,
        backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }),
      },
    );
    policy.onFailure(({ reason }) =>
      log.error({ err: 'error' in reason && reason.error }, 'embedded PostgreSQL could not be started again'),
    );
    try {
      await policy.execute(() => this.restart(), this.closing.signal);
      log.info({ postgres: this.pid }, 'embedded PostgreSQL is up again');
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
    // PostgreSQL notices only after some milliseconds that an owner was killed.
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
