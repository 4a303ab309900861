import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deriveKey } from '../../../kernel/secret.js';
import { builtControlPlane } from '../../kit/control-plane.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startRole } from '../../kit/role-process.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { clusterBody, instanceBodies } from '../simulator.js';

const assets = builtControlPlane('the tests of a killed kubesim');
const SECRET = 'a secret of the tests that is long enough';
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

describe.skipIf(!assets)('kubesim with real control planes', { timeout: 120_000 }, () => {
  let folder: string;
  let database: TestDatabase;
  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-killed-'));
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const startKubesim = () =>
    startRole(['kubesim'], {
      DATABASE_URL: database.url,
      FLEETGRAPH_HOME: folder,
      FLEETGRAPH_SECRET: SECRET,
      AUTH_SECRET: SECRET,
      CONTROL_PLANE: 'real',
      KUBEBUILDER_ASSETS: assets ?? '',
      KUBESIM_PORT: '0',
      SIMULATION_SPEED: '200',
    });

  async function cloud(url: string, method: string, path: string, body?: object) {
    const token = Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const text = body && JSON.stringify(body);
    const response = await fetch(`${url}/cloud/v1${path}`, { method, headers, body: text });
    return (await response.json()) as { readonly state: string; readonly available: boolean };
  }

  /** Process ids by the pid files of the running programs. */
  function pids(): number[] {
    return PROGRAMS.flatMap((program) => globSync(join(folder, `**/${program}.pid`)))
      .map((file) => Number(readFileSync(file, 'utf8').split('\n')[0]))
      .filter((pid) => existsSync(`/proc/${pid}`));
  }

  test('ends after kill -9 what was left running, continues with the cluster, and ends everything on SIGTERM', async () => {
    const killed = await startKubesim();
    await cloud(killed.url, 'PUT', '/clusters/kept', clusterBody());
    await cloud(killed.url, 'PUT', '/clusters/kept/instances', { instances: instanceBodies('kept', 1) });
    await eventually(async () => (await cloud(killed.url, 'GET', '/clusters/kept')).state === 'RUNNING', {
      what: 'a running cluster',
    });
    const left = pids();
    expect(left).toHaveLength(PROGRAMS.length);
    await killed.kill();
    expect(left.filter((pid) => existsSync(`/proc/${pid}`))).toEqual(left);

    const next = await startKubesim();
    await eventually(() => pids().length === PROGRAMS.length && !pids().some((pid) => left.includes(pid)), {
      what: 'new processes',
    });
    expect(left.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect((await cloud(next.url, 'GET', '/clusters/kept')).state).toBe('RUNNING');
    const running = pids();
    await next[Symbol.asyncDispose]();
    expect(running.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});
