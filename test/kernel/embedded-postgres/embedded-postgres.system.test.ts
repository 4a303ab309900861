import { isDeepStrictEqual } from 'node:util';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AlreadyRunningError,
  startEmbeddedPostgres,
} from '../../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../../kernel/log.js';
import { failureReason } from '../../../kernel/embedded-postgres/failure.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { eventually } from '../../kit/eventually.js';

let directory: string;
const options = () => ({
  directory: join(directory, 'postgres'),
  password: 'p w/%',
  log: createLog('silent'),
  durable: false,
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fleetgraph-postgres-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

test('stops the server and keeps its data for the next start', async () => {
  const first = await startEmbeddedPostgres(options());
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first[Symbol.asyncDispose]();
  expect(() => process.kill(first.pid, 0)).toThrow();
  await using second = await startEmbeddedPostgres(options());
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('rejects a second platform on the folder of a running one', async () => {
  await using first = await startEmbeddedPostgres(options());
  await expect(startEmbeddedPostgres(options())).rejects.toThrow(AlreadyRunningError);
  expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('adopts the server of a killed process and stops it at the end', async () => {
  const { directory: folder, password } = options();
  const owner = spawn(
    process.execPath,
    [join(packageRoot, 'dist/test/kernel/embedded-postgres/postgres-owner.js'), folder, password],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    },
  );
  const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const heir = await startEmbeddedPostgres(options());
  expect(heir).toMatchObject({ adopted: true, pid: Number(pid) });
  await heir[Symbol.asyncDispose]();
  expect(() => process.kill(heir.pid, 0)).toThrow();
});

test('restarts a killed server on the same port with all committed data, repeatedly', async () => {
  await using server = await startEmbeddedPostgres({ ...options(), durable: true });
  const { url } = server;
  await query(url, 'CREATE TABLE IF NOT EXISTS lives (life int)');
  for (const life of [1, 2]) {
    await query(url, `INSERT INTO lives VALUES (${life})`);
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    await eventually(() => server.pid !== killed, { what: 'another server' });
    expect(server.url).toBe(url);
    expect((await query(url, 'SELECT life FROM lives')).length).toBe(life);
  }
  await expect(startEmbeddedPostgres(options())).rejects.toThrow(AlreadyRunningError);
});

test('keeps the server when only the owner connection ends', async () => {
  await using server = await startEmbeddedPostgres(options());
  const { pid } = server;
  const owners = `SELECT pid FROM pg_stat_activity WHERE application_name = 'fleetgraph owner'`;
  const [before] = await query(server.url, owners);
  await query(server.url, `SELECT pg_terminate_backend(pid) FROM (${owners}) AS owner`);
  await eventually(
    async () => {
      const [owner] = await query(server.url, owners);
      return owner !== undefined && !isDeepStrictEqual(owner, before);
    },
    { what: 'another owning connection' },
  );
  expect(server.pid).toBe(pid);
});

test('starts although the pid file names an unrelated process', async () => {
  await (await startEmbeddedPostgres(options()))[Symbol.asyncDispose]();
  const pidFile = join(directory, 'postgres/data/postmaster.pid');
  await writeFile(pidFile, `${process.pid}\n${dirname(pidFile)}\n0\n5432\n\n127.0.0.1\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(dirname(pidFile));
    await chown(pidFile, uid, gid);
  }
  await using server = await startEmbeddedPostgres(options());
  expect(server.adopted).toBe(false);
});

test('reports a full disk instead of its consequences', () => {
  const output = [
    'FATAL:  could not write: No space left on device\n',
    'PANIC:  cannot abort transaction 1\n',
  ];
  expect(failureReason(output)).toBe('no space is left on the disk.');
  expect(failureReason(['HINT:  Check free disk space.\n', 'PANIC:  x\n'])).toBe(
    'no space is left on the disk.',
  );
  expect(failureReason(['2026-12-01 09:04:21 UTC [1] FATAL:  no\n', '2026-12-01 [1] HINT:  do\n'])).toBe(
    'FATAL:  no HINT:  do',
  );
});

test('starts with a state folder that the user of the server cannot reach', async () => {
  const hidden = await mkdtemp(join(tmpdir(), 'fleetgraph-hidden-'));
  await chmod(hidden, 0o700);
  const server = await startEmbeddedPostgres({ ...options(), directory: join(hidden, 'state/postgres') });
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await server[Symbol.asyncDispose]();
  await rm(dirname(server.data), { recursive: true });
  await rm(hidden, { recursive: true });
});
