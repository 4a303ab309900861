import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';
import { binaries } from './postgres-binaries.js';
import type { Log } from './log.js';

/**
 * A real PostgreSQL server that lives with this process. Its data stands under `directory`; as root it runs as
 * another user (PostgreSQL refuses root), and where that user cannot reach `directory` or the binaries — a checkout
 * below a 0700 home — both stand under /var/lib/fleetgraph instead.
 */
export interface EmbeddedPostgresOptions {
  /** Where the data goes, when the server's user can get there. */
  readonly directory: string;
  /** Password of the only role, `fleetgraph`. */
  readonly password: string;
  readonly log: Log;
  /** Default a free one. */
  readonly port?: number;
  /** `off` only for throw-away data. Default: on. */
  readonly durable?: boolean;
  /** Further settings of the server, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection URL of the database `postgres`. */
  readonly url: string;
  readonly pid: number;
  /** Folder of the data, wherever it came to stand. */
  readonly data: string;
  /** Whether a server that a killed process had left behind was taken over. */
  readonly adopted: boolean;
}

/** Another live process owns the data directory. */
export class AlreadyRunningError extends Error {}

interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

interface Layout {
  readonly data: string;
  readonly bin: string;
  readonly user: ServerUser;
}

const ROLE = 'fleetgraph';
const SHARED_ROOT = '/var/lib/fleetgraph';
/** Held by the process that owns the server, so that two platforms never share one data directory. */
const OWNER_LOCK = 7_205_759_403;

/** Starts the server, or takes over the one that a killed process left behind. Throws `AlreadyRunningError`. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = await prepare(resolve(options.directory));
  if (!existsSync(join(layout.data, 'PG_VERSION'))) await initialise(layout, options.password);
  const left = await runningServer(layout.data, options.password);
  const server = left ?? (await launch(layout, options));
  const owner = await own(server.url, layout.data);
  options.log.info(
    { pid: server.pid, data: layout.data, adopted: left !== undefined },
    'embedded PostgreSQL is up',
  );
  return {
    ...server,
    data: layout.data,
    adopted: left !== undefined,
    async [Symbol.asyncDispose]() {
      await owner.end();
      await stop(server.pid);
    },
  };
}

async function prepare(directory: string): Promise<Layout> {
  const user = serverUser();
  const native = dirname(dirname((await binaries()).postgres));
  if (user.uid === undefined) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { data: join(directory, 'data'), bin: join(native, 'bin'), user };
  }
  const reachable = canTraverse(dirname(directory), user.uid);
  const home = reachable ? directory : join(SHARED_ROOT, directory.replaceAll('/', '-').slice(1));
  await mkdir(dirname(home), { recursive: true, mode: 0o755 });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chown(home, user.uid, user.gid ?? user.uid);
  return { data: join(home, 'data'), bin: join(await reachableBinaries(native, user.uid), 'bin'), user };
}

/** As root: the user `postgres` where there is one, else `nobody`. Otherwise: ourselves. */
function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
      );
      return { uid: uid!, gid: gid! };
    } catch {
      continue;
    }
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is neither a user postgres nor nobody; set DATABASE_URL',
  );
}

/** Whether the user may walk down to the folder: every folder on the way, as far as it exists, lets others through. */
function canTraverse(folder: string, uid: number): boolean {
  const parent = dirname(folder);
  const above = parent === folder || canTraverse(parent, uid);
  if (!above || !existsSync(folder)) return above;
  const { mode, uid: owner } = statSync(folder);
  return (mode & 0o001) !== 0 || (owner === uid && (mode & 0o100) !== 0);
}

async function reachableBinaries(native: string, uid: number): Promise<string> {
  if (canTraverse(native, uid)) return native;
  const version = execFileSync(join(native, 'bin/postgres'), ['--version'], { encoding: 'utf8' })
    .trim()
    .split(' ')
    .at(-1)!;
  const copy = join(SHARED_ROOT, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  // Copied aside and renamed, so that a killed process leaves no half copy behind.
  const partial = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(SHARED_ROOT, { recursive: true, mode: 0o755 });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, copy).catch(() => rm(partial, { recursive: true }));
  return copy;
}

async function initialise({ data, bin, user }: Layout, password: string): Promise<void> {
  const partial = `${data}.initialising`;
  const passwordFile = `${data}.password`;
  await rm(partial, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid!);
  const flags = [
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    `--username=${ROLE}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  try {
    await chmod(join(bin, 'initdb'), 0o755).catch(() => undefined);
    await finished(
      spawn(join(bin, 'initdb'), ['-D', partial, '--no-instructions', ...flags], { ...user, cwd: '/' }),
    );
    await rename(partial, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function launch(
  layout: Layout,
  options: EmbeddedPostgresOptions,
): Promise<{ url: string; pid: number }> {
  const port = options.port ?? (await freePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // A burst of short transactions should not stop for a checkpoint.
    max_wal_size: '2GB',
    ...(options.durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : {}),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Detached: a signal to our process group (Ctrl-C) must reach us first, so that we close before the database does.
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
  const url = `postgresql://${ROLE}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`;
  await answering(url, child, output);
  child.unref();
  return { url, pid: child.pid! };
}

async function answering(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await connects(url))) {
    if (child.exitCode !== null) throw new Error(`embedded PostgreSQL did not start:\n${output.join('')}`);
    if (Date.now() > deadline)
      throw new Error(`embedded PostgreSQL did not answer within 60 s:\n${output.join('')}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

/** The server a killed process left behind, from its pid file; undefined when none answers. */
async function runningServer(
  data: string,
  password: string,
): Promise<{ url: string; pid: number } | undefined> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8')
    .then((text) => text.split('\n'))
    .catch(() => undefined);
  if (!lines || !isAlive(Number(lines[0]))) return undefined;
  const url = `postgresql://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${Number(lines[3])}/postgres`;
  const deadline = Date.now() + 30_000;
  while (isAlive(Number(lines[0])) && Date.now() < deadline) {
    if (await connects(url)) return { url, pid: Number(lines[0]) };
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return undefined;
}

async function own(url: string, data: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'fleetgraph owner' });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
    OWNER_LOCK,
  ]);
  if (rows[0]?.mine) return client;
  await client.end();
  throw new AlreadyRunningError(
    `another Fleetgraph process runs on ${data}; stop it, or set FLEETGRAPH_HOME`,
  );
}

async function stop(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 20_000;
  while (isAlive(pid) && Date.now() < deadline) {
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
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

function finished(child: ChildProcess): Promise<void> {
  const output: string[] = [];
  child.stdout?.on('data', (text: Buffer) => output.push(text.toString()));
  child.stderr?.on('data', (text: Buffer) => output.push(text.toString()));
  return new Promise((accept, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? accept() : reject(new Error(`initdb failed (${code}):\n${output.join('')}`)),
    );
  });
}
