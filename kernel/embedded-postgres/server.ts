import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { failureReason } from './failure.js';
import { type PostgresLayout, ROLE } from './layout.js';

/** A PostgreSQL server that runs on this host. */
export interface PostgresServer {
  /** Connection URL of the database `postgres`. */
  readonly url: string;
  readonly pid: number;
}

export interface ServerOptions {
  readonly password: string;
  readonly port: number;
  /** False only for temporary data. Default true. */
  readonly durable?: boolean;
  /** Further settings of the server, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The data was created with another password. */
export class ForeignDataError extends Error {}

/** Starts a server; resolves when it accepts connections. Throws `ForeignDataError`. */
export async function launchServer(layout: PostgresLayout, options: ServerOptions): Promise<PostgresServer> {
  const { password, port } = options;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // Avoids checkpoints during bursts of short transactions.
    max_wal_size: '2GB',
    ...(options.durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : {}),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Detached: a signal to the process group (Ctrl-C) must not stop the database before the platform has closed.
  const child = spawn(join(layout.bin, 'postgres'), ['-D', layout.data, '-p', String(port), ...flags], {
    ...layout.user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < 100) output.push(text);
  });
  const url = urlOf(password, port);
  try {
    await waitUntilReady(url, child, output);
  } catch (error) {
    if (child.pid !== undefined) await stopServer(child.pid);
    throw error;
  }
  child.unref();
  return { url, pid: child.pid! };
}

async function waitUntilReady(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await connects(url))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The embedded PostgreSQL did not start: ${failureReason(output)}`);
    if (Date.now() > deadline)
      throw new Error(`The embedded PostgreSQL did not answer within 60 s: ${failureReason(output)}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

/**
 * The running server of a killed process, from its pid file; undefined if there is none. Throws `ForeignDataError`, and if
 * the server does not accept connections.
 */
export async function runningServer(data: string, password: string): Promise<PostgresServer | undefined> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8')
    .then((text) => text.split('\n'))
    .catch(() => undefined);
  const pid = Number(lines?.[0]);
  if (!lines || !isAlive(pid) || !(await servesData(pid, data))) return undefined;
  const url = urlOf(password, Number(lines[3]));
  const deadline = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (await connects(url)) return { url, pid };
    if (Date.now() > deadline)
      throw new Error(
        `PostgreSQL (process ${pid}), which an earlier start left running on ${data}, does not respond. Wait until it does, or end it (kill ${pid}), then start again.`,
      );
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return undefined;
}

/** Stops a server without waiting for its clients. */
export async function stopServer(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 20_000;
  while (isAlive(pid) && Date.now() < deadline) {
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** Whether the process is a server of the data, because pids are reused; always true on systems other than Linux. */
async function servesData(pid: number, data: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes(data);
}

function urlOf(password: string, port: number): string {
  return `postgresql://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/** SQLSTATE invalid_password. */
const INVALID_PASSWORD = '28P01';

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === INVALID_PASSWORD)
      throw new ForeignDataError('the data of PostgreSQL has another password', { cause: error });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
