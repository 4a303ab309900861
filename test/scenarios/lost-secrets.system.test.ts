import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { SecretsError } from '../../kernel/process/state-directory.js';
import { type SecretsOfFolder, claimDatabase } from '../../roles/secret-fingerprints.js';
import { type TestDatabase, createTestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { type RoleProcess, processEnvironment, startRole } from '../kit/role-process.js';

let home: string;
let kit: TestDatabase;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-lost-secrets-'));
  // Started by root, PostgreSQL runs as another user, which must reach this folder.
  await chmod(home, 0o755);
});
afterAll(() => rm(home, { recursive: true, force: true }));
beforeEach(async () => {
  kit = await createTestDatabase();
});
afterEach(() => kit[Symbol.asyncDispose]());

describe('secrets of a database', () => {
  const original = { platform: 'a'.repeat(43), auth: 'b'.repeat(43) };
  const other = { platform: 'c'.repeat(43), auth: 'd'.repeat(43) };
  let pool: pg.Pool;
  let written: number;
  beforeEach(() => {
    ({ pool } = kit.database);
    written = 0;
  });

  const folder = (secrets: SecretsOfFolder['secrets'], more: Partial<SecretsOfFolder> = {}) => ({
    file: '/state/secrets.json',
    replace: false,
    secrets,
    ...more,
  });
  const write = () => Promise.resolve(void (written += 1));
  const claim = (secrets: SecretsOfFolder) => claimDatabase(pool, 'postgresql://fleet@db/graph', secrets);
  const someData = () =>
    pool.query(`INSERT INTO engine.event_counter (account, last_sequence) VALUES ('acme', 3)`);

  test('a new database accepts new secrets, and the same secrets at every later start', async () => {
    await claim(folder(original, { write }));
    expect(written).toBe(1);
    await someData();
    await claim(folder(original));
    const { rows } = await pool.query<{ fingerprint: string }>('SELECT * FROM engine.secret_fingerprint');
    expect(rows.map((row) => Object.values(original).includes(row.fingerprint))).toEqual([false, false]);
  });

  test.each([
    ['new ones', { write }, 'is missing, but its secrets are in use in the database'],
    ['those of another folder', {}, 'does not belong to the database'],
  ])('a database that was used with secrets rejects %s with the remedy', async (_, more, fault) => {
    await claim(folder(original));
    const rejection = claim(folder(other, more));
    await expect(rejection).rejects.toThrow(SecretsError);
    await expect(rejection).rejects.toThrow(`/state/secrets.json ${fault} postgresql://fleet@db/graph.`);
    await expect(rejection).rejects.toThrow(/set FLEETGRAPH_SECRET and AUTH_SECRET .*--new-secrets/);
    expect(written).toBe(0);
    await claim(folder(original));
  });

  test('a database with data of an earlier release accepts existing secrets and rejects new ones', async () => {
    await someData();
    await expect(claim(folder(original, { write }))).rejects.toThrow(
      'is missing, but there is data in the database',
    );
    await claim(folder(original));
    await expect(claim(folder(other))).rejects.toThrow('does not belong');
  });

  test('a database accepts other secrets with --new-secrets, and rejects the former ones later', async () => {
    await claim(folder(original));
    await claim(folder(other, { write, replace: true }));
    expect(written).toBe(1);
    await expect(claim(folder(original))).rejects.toThrow('does not belong');
  });

  test('a database ignores secrets that are set by settings', async () => {
    await claim(folder(original));
    await claim(folder({ platform: original.platform }));
    await expect(claim(folder({ auth: other.auth }, { write }))).rejects.toThrow(/or set AUTH_SECRET to/);
  });

  test('a database belongs to exactly one of several concurrent first starts', async () => {
    const starts = Array.from({ length: 8 }, (_, index) => ({
      platform: `${index}`.repeat(43),
      auth: `${index}`.repeat(44),
    }));
    const outcomes = await Promise.allSettled(starts.map((secrets) => claim(folder(secrets, { write }))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(written).toBe(1);
  });

  test('a database belongs to no start whose secrets cannot be written', async () => {
    const full = () => Promise.reject(new Error('no space'));
    await expect(claim(folder(original, { write: full }))).rejects.toThrow('no space');
    await claim(folder(other, { write }));
  });
});

const CREATE = `mutation { createCluster(input: { name: "kept", regionId: "cn-hangzhou", type: MANAGED_KUBERNETES, spec: PRO,
  nodePools: [{ name: "default", instanceTypes: ["ecs.g7.xlarge"], desiredSize: 1 }] }) { userErrors { code } } }`;
const NAMESPACES = '{ clusters { nodes { name namespaces { nodes { name } } } } }';

describe('start on a database of DATABASE_URL', { timeout: 240_000 }, () => {
  const environment = (name: string) => ({
    FLEETGRAPH_HOME: join(home, name),
    DATABASE_URL: kit.url,
    PORT: '0',
    KUBESIM_PORT: '0',
    SIMULATION_SPEED: '1000',
  });
  const start = (env: Record<string, string>, ...args: string[]) =>
    startRole(['start', ...args], env, /GraphQL\s+(\S+)\/graphql/);

  /** The response body of a request with the token that the last start wrote to the folder. */
  async function graph(platform: RoleProcess, env: ReturnType<typeof environment>, query: string) {
    const token = await readFile(join(env.FLEETGRAPH_HOME, 'token'), 'utf8');
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.trim()}` },
      body: JSON.stringify({ query }),
    });
    return response.text();
  }

  test('fails without writing secrets after the loss of the state folder, until the secrets are restored or --new-secrets is given, which reaches existing clusters', async () => {
    const first = environment('first');
    {
      await using platform = await start(first);
      await graph(platform, first, CREATE);
      await eventually(async () => (await graph(platform, first, NAMESPACES)).includes('kube-system'), {
        what: 'the cluster to answer',
      });
    }
    const second = environment('second');
    const rejection = String(await start(second).catch((error: unknown) => error));
    expect(rejection).toContain(
      `${second.FLEETGRAPH_HOME}/secrets.json is missing, but its secrets are in use`,
    );
    expect(rejection).toContain(new URL(kit.url).pathname);
    expect(await readdir(second.FLEETGRAPH_HOME)).not.toContain('secrets.json');
    const { platform, auth } = JSON.parse(
      await readFile(join(first.FLEETGRAPH_HOME, 'secrets.json'), 'utf8'),
    ) as { platform: string; auth: string };
    const shared = { ...second, FLEETGRAPH_SECRET: platform, AUTH_SECRET: auth };
    await (await start(shared))[Symbol.asyncDispose]();
    {
      await using renewed = await start(second, '--new-secrets');
      expect(await graph(renewed, second, NAMESPACES)).toContain('kube-system');
    }
    await (await start(second))[Symbol.asyncDispose]();
    expect(String(await start(first).catch((error: unknown) => error))).toContain('does not belong to');
  });

  test('rejects --new-secrets for the embedded database', async () => {
    const env = { ...processEnvironment, FLEETGRAPH_HOME: join(home, 'embedded') };
    const run = promisify(execFile)(
      process.execPath,
      [join(packageRoot, 'bin/fleetgraph.js'), 'start', '--new-secrets'],
      { env },
    );
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('fleetgraph reset') });
  });
});
