import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deriveKey } from '../../../kernel/secret.js';
import { findPrograms } from '../../../kubesim/control-planes/programs.js';
import { masterCredentials } from '../../kit/client-tokens.js';
import { builtControlPlane, builtControlPlanes } from '../../kit/control-plane.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startRole } from '../../kit/role-process.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { clusterBody, instanceBodies } from '../simulator.js';
import { certificatesIn, clustersInEtcd, programsIn } from './running-programs.js';

const assets = builtControlPlane('the tests of a killed kubesim');
const twoVersions = builtControlPlanes('the test of a kubesim that is killed while it upgrades a cluster');
const SECRET = 'a secret of the tests that is long enough';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
/** An upgrade starts the programs of a control plane in turn, on processors that other tests use as well. */
const UPGRADE_MS = 180_000;
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
      KUBEBUILDER_ASSETS: twoVersions ?? assets ?? '',
      KUBESIM_PORT: '0',
      SIMULATION_SPEED: '200',
    });

  async function cloud(url: string, method: string, path: string, body?: object) {
    const token = Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const text = body && JSON.stringify(body);
    const response = await fetch(`${url}/cloud/v1${path}`, { method, headers, body: text });
    return (await response.json()) as {
      readonly state: string;
      readonly version: string;
      readonly server: string;
      readonly caData: string;
      readonly token: string;
    };
  }

  /** Requests to the API server of a cluster; their status is 0 if it cannot be reached. */
  async function clusterApi(url: string, id: string) {
    const { server, caData, token } = await cloud(
      url,
      'POST',
      `/clusters/${id}/credentials`,
      masterCredentials(),
    );
    const dispatcher = new Agent({ connect: { ca: Buffer.from(caData, 'base64').toString() } });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return async (method: string, path: string, body?: object) => {
      const request = { method, headers, dispatcher, body: body && JSON.stringify(body) };
      const response = await fetch(`${server}${path}`, request).catch(() => undefined);
      return response ? { status: response.status, text: await response.text() } : { status: 0, text: '' };
    };
  }

  /** Process ids by the pid files of the running programs. */
  function pids(): number[] {
    return PROGRAMS.flatMap((program) => globSync(join(folder, `**/${program}.pid`)))
      .map((file) => Number(readFileSync(file, 'utf8').split('\n')[0]))
      .filter((pid) => existsSync(`/proc/${pid}`));
  }

  test('ends after kill -9 what was left running, continues with the cluster, and ends everything on SIGTERM', async () => {
    const [{ version }] = await findPrograms(assets);
    const killed = await startKubesim();
    await cloud(killed.url, 'PUT', '/clusters/kept', clusterBody({ version }));
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

  test.skipIf(!twoVersions)(
    'completes after kill -9 the upgrade of a cluster, which loses no object and leaves nothing when it is deleted',
    async () => {
      const [newer, older] = await findPrograms(twoVersions);
      const version = older?.version;
      const killed = await startKubesim();
      await cloud(killed.url, 'PUT', '/clusters/upgraded', clusterBody({ version }));
      const state = async (url: string) => (await cloud(url, 'GET', '/clusters/upgraded')).state;
      await eventually(async () => (await state(killed.url)) === 'RUNNING', { what: 'a running cluster' });
      const before = await clusterApi(killed.url, 'upgraded');
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          before('POST', CONFIG_MAPS, { metadata: { name: `written-${number}` } }),
        ),
      );
      expect(written.map(({ status }) => status)).toEqual(written.map(() => 201));
      const certificates = certificatesIn(folder);
      await cloud(killed.url, 'PUT', '/clusters/upgraded/version', { version: newer.version });
      const isNewer = ({ name, programs }: { name: string; programs: string }) =>
        name === 'kube-apiserver' && programs === dirname(newer.etcd);
      await eventually(() => programsIn(folder).some(isNewer), { what: 'the new API server' });
      expect(await state(killed.url)).toBe('UPGRADING');
      await killed.kill();

      await using next = await startKubesim();
      await eventually(async () => (await state(next.url)) === 'RUNNING', {
        what: 'the end of the upgrade',
        timeoutMs: UPGRADE_MS,
      });
      expect((await cloud(next.url, 'GET', '/clusters/upgraded')).version).toBe(newer.version);
      const running = programsIn(folder).filter(({ args }) => args.some((arg) => arg.includes('/upgraded')));
      expect(running.map(({ name, programs }) => [name, programs])).toEqual(
        PROGRAMS.slice(1).map((name) => [name, dirname(newer.etcd)]),
      );
      expect(certificatesIn(folder)).toMatchObject(certificates);
      expect(await clustersInEtcd(folder)).toContain('upgraded');
      const after = await clusterApi(next.url, 'upgraded');
      expect((await after('GET', '/version')).text).toContain(`"v${newer.version}"`);
      const { text } = await after('GET', CONFIG_MAPS);
      expect(text.match(/"name":"written-\d+"/g)).toHaveLength(20);

      await cloud(next.url, 'DELETE', '/clusters/upgraded');
      await eventually(async () => !(await clustersInEtcd(folder)).includes('upgraded'), {
        what: 'the end of its keys',
      });
      await eventually(() => globSync(join(folder, '**/clusters/upgraded')).length === 0, {
        what: 'the end of its files',
      });
      expect(programsIn(folder).filter(({ args }) => args.some((arg) => arg.includes('/upgraded')))).toEqual(
        [],
      );
    },
    120_000 + UPGRADE_MS,
  );
});
