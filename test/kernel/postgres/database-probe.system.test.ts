import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { DatabaseProbe } from '../../../kernel/postgres/database-probe.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../../kernel/log.js';
import { prepareDatabase } from '../../../roles/prepare-database.js';

let directory: string;
let server: EmbeddedPostgres;
let probe: DatabaseProbe;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fleetgraph-probe-'));
  await chmod(directory, 0o755);
  const log = createLog('silent');
  server = await startEmbeddedPostgres({ directory, password: 'p', log, durable: false });
  await prepareDatabase(server.url);
  probe = new DatabaseProbe(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function sql(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

test('reports a writable database as ok and stores nothing', async () => {
  expect(await probe.state()).toBe('ok');
  await expect(probe.check()).resolves.toBeUndefined();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  expect((await client.query('SELECT FROM engine.write_probe')).rowCount).toBe(0);
  await client.end();
});

test('reports a read-only database', async () => {
  await sql('ALTER DATABASE postgres SET default_transaction_read_only = on');
  expect(await probe.state()).toBe('read-only');
  await expect(probe.check()).rejects.toThrow('the database is read-only');
  await sql(
    'SET default_transaction_read_only = off',
    'ALTER DATABASE postgres RESET default_transaction_read_only',
  );
  expect(await probe.state()).toBe('ok');
});

test('reports a stopped server as unreachable and a continued one as ok', async () => {
  // Stops only the postmaster, which accepts connections.
  process.kill(server.pid, 'SIGSTOP');
  try {
    expect(await probe.state()).toBe('unreachable');
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  await expect.poll(() => probe.state()).toBe('ok');
});

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=777', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('reports a database whose disk is full', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-full-'));
  await chmod(folder, 0o755);
  // Only root can mount a file system that is small enough.
  if (!mount(folder)) return context.skip();
  try {
    await sql('CHECKPOINT');
    execFileSync('chown', [String(await ownerOf(server.data)), folder]);
    await sql(
      `CREATE TABLESPACE small LOCATION '${folder}'`,
      'ALTER TABLE engine.write_probe SET TABLESPACE small',
    );
    expect(await probe.state()).toBe('ok');
    const filler = execFileSync('sh', ['-c', `dd if=/dev/zero of=${folder}/filler bs=1k 2>&1 || true`]);
    expect(String(filler)).toContain('No space left');
    await expect.poll(() => probe.state()).toBe('full');
  } finally {
    await rm(join(folder, 'filler'), { force: true });
    await sql('ALTER TABLE engine.write_probe SET TABLESPACE pg_default', 'DROP TABLESPACE small');
    execFileSync('umount', [folder]);
    await rm(folder, { recursive: true });
  }
});

async function ownerOf(path: string): Promise<number> {
  return (await stat(path)).uid;
}
