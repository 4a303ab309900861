import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../../kernel/log.js';
import { ControlPlane, type ControlPlanePart } from '../../../kubesim/control-planes/control-plane.js';
import { type Etcd, startEtcd } from '../../../kubesim/control-planes/etcd.js';
import { createPki } from '../../../kubesim/control-planes/pki.js';
import { findPrograms, type ControlPlanePrograms } from '../../../kubesim/control-planes/programs.js';
import { builtControlPlane } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';

const assets = builtControlPlane('the tests of real control planes');
const log = createLog('silent');
const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const REPLICA_SETS = '/apis/apps/v1/namespaces/default/replicasets';
const parts: readonly ControlPlanePart[] = ['apiServer', 'controllerManager', 'scheduler'];

describe.skipIf(!assets)('real control plane', () => {
  let folder: string;
  let programs: ControlPlanePrograms;
  let etcd: Etcd;
  let plane: ControlPlane;

  async function startPlane(id: string): Promise<ControlPlane> {
    const pki = await createPki('10.96.0.1', new Date());
    const options = { id, folder: join(folder, id), pki, serviceCidr: '10.96.0.0/16' };
    return ControlPlane.start(programs, etcd, options, log);
  }

  async function exists(path: string): Promise<boolean> {
    return plane.client.call({ method: 'GET', path }).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-control-planes-'));
    [programs] = await findPrograms(assets);
    etcd = await startEtcd(programs, { folder: join(folder, 'etcd'), durable: false }, log);
    plane = await startPlane('one');
  });
  afterAll(async () => {
    // A start that failed has left some of them undefined.
    await (plane as ControlPlane | undefined)?.[Symbol.asyncDispose]();
    await (etcd as Etcd | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('is ready after its start, and its controllers create the default service account', async () => {
    expect(await plane.client.isReady()).toBe(true);
    await eventually(() => exists(ACCOUNT), { what: 'the default service account' });
  });

  test.each([...parts, 'etcd'] as const)(
    'starts %s again after it was killed, with all objects',
    async (part) => {
      const name = part.toLowerCase();
      const body = { metadata: { name } };
      expect(await plane.client.call({ method: 'POST', path: CONFIG_MAPS, body })).toMatchObject({
        status: 201,
      });
      const pid = () => (part === 'etcd' ? etcd.pid : plane.pid(part));
      const killed = pid() ?? 0;
      process.kill(killed, 'SIGKILL');
      await eventually(() => pid() !== undefined && pid() !== killed, { what: 'a new process' });
      await eventually(() => plane.client.isReady(), { what: 'a ready API server' });
      await eventually(() => exists(`${CONFIG_MAPS}/${name}`), { what: 'the object' });
    },
  );

  test('a paused controller manager does nothing until it is resumed', async () => {
    await plane.pause('controllerManager');
    expect(plane.pid('controllerManager')).toBeUndefined();
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    const body = { metadata: { name: 'web' }, spec: { selector: { matchLabels: labels }, template } };
    await plane.client.call({ method: 'POST', path: DEPLOYMENTS, body });
    const replicaSets = async () => {
      const { body: list } = await plane.client.call<{ items: unknown[] }>({
        method: 'GET',
        path: REPLICA_SETS,
      });
      return list.items.length;
    };
    expect(await replicaSets()).toBe(0);
    await plane.resume('controllerManager');
    await eventually(async () => (await replicaSets()) === 1, { what: 'the ReplicaSet' });
  });

  test('a control plane ends its processes, and erasing deletes only its objects', async () => {
    const other = await startPlane('two');
    const pids = parts.map((part) => other.pid(part) ?? 0);
    expect((await etcd.clusters()).sort()).toEqual(['one', 'two']);
    await other[Symbol.asyncDispose]();
    await etcd.erase('two');
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(await etcd.clusters()).toEqual(['one']);
    expect(await exists(ACCOUNT)).toBe(true);
  });
});
