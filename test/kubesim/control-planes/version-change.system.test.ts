import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlanePrograms, findPrograms } from '../../../kubesim/control-planes/programs.js';
import { clientTokens } from '../../kit/client-tokens.js';
import { builtControlPlanes } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { type Cluster, clusterBody, deploymentBody, type Simulator, startSimulator } from '../simulator.js';
import { makeBrokenPrograms } from './broken-programs.js';
import { certificatesIn, clustersInEtcd, programsIn } from './running-programs.js';

const assets = builtControlPlanes('the tests of upgrades of real control planes');
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const PODS = '/api/v1/namespaces/default/pods';
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
/** A version whose API server ends at once. */
const BROKEN = '1.98.0';

describe.skipIf(!assets)('version of a real control plane', { timeout: 120_000 }, () => {
  let folder: string;
  let simulator: Simulator;
  let older: ControlPlanePrograms;
  let newer: ControlPlanePrograms;

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-versions-'));
    const [newest, next] = await findPrograms(assets);
    if (!next) throw new Error(`${assets} has one version`);
    [newer, older] = [newest, next];
    const broken = await makeBrokenPrograms(join(folder, 'broken'), BROKEN, newer);
    const programs = [broken, assets].join(delimiter);
    simulator = await startSimulator(200, clientTokens, {
      controlPlane: { kind: 'REAL', programs, folder: join(folder, 'control-planes') },
    });
  });
  afterAll(async () => {
    await (simulator as Simulator | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const cloudState = async (id: string) => (await simulator.cloud('GET', `/clusters/${id}`)).body;
  const running = (id: string, version: string) =>
    eventually(
      async () => {
        const { state, version: present } = await cloudState(id);
        return state === 'RUNNING' && present === version;
      },
      { what: `${id} on ${version}`, timeoutMs: 60_000 },
    );
  const gitVersion = async (cluster: Cluster) =>
    ((await cluster.api('GET', '/version')).body as unknown as { gitVersion: string }).gitVersion;
  const upgrade = (id: string, version: string) =>
    simulator.cloud('PUT', `/clusters/${id}/version`, { version });
  /** The programs of a cluster that run, with the versions of those that are built. */
  const versionsOf = (id: string) =>
    programsIn(join(folder, 'control-planes'))
      .filter(({ args }) => args.some((arg) => arg.includes(`clusters/${id}`)))
      .map(({ name, programs }) => `${name} ${programs === dirname(newer.etcd) ? 'newer' : 'older'}`);

  /** Creates objects one after the other until it is disposed. */
  function keepWriting(cluster: Cluster) {
    const written: string[] = [];
    let isStopped = false;
    const work = (async () => {
      for (let number = 0; !isStopped; number += 1) {
        const name = `written-${number}`;
        const { status } = await cluster
          .api('POST', CONFIG_MAPS, { metadata: { name } })
          .catch(() => ({ status: 503 }));
        if (status === 201) written.push(name);
      }
    })();
    return {
      written,
      async [Symbol.asyncDispose]() {
        isStopped = true;
        await work;
      },
    };
  }

  async function names(cluster: Cluster, path: string): Promise<string[]> {
    return (await cluster.api('GET', path)).body.items.map(({ metadata }) => metadata.name);
  }

  /** Creates a Deployment and returns the uids of its pods. */
  async function deploy(cluster: Cluster): Promise<string[]> {
    await cluster.api('POST', DEPLOYMENTS, deploymentBody('web', 4, 'nginx', '10m'));
    await eventually(
      async () => (await cluster.api('GET', `${DEPLOYMENTS}/web`)).body.status['availableReplicas'] === 4,
      { what: 'a Deployment' },
    );
    return podUids(cluster);
  }

  async function podUids(cluster: Cluster): Promise<string[]> {
    return (await cluster.api('GET', PODS)).body.items.map(({ metadata }) => metadata.uid).sort();
  }

  async function deleteCluster(id: string): Promise<void> {
    await simulator.cloud('DELETE', `/clusters/${id}`);
    await eventually(async () => (await simulator.cloud('GET', `/clusters/${id}`)).status === 404, {
      what: 'the end of the cluster',
    });
    await eventually(async () => (await clustersInEtcd(folder)).length === 0, {
      what: 'the end of its keys',
    });
    await eventually(() => globSync(join(folder, 'control-planes/*/clusters/*')).length === 0, {
      what: 'the end of its files',
    });
    expect(programsIn(folder).map(({ name }) => name)).toEqual(['etcd']);
  }

  /** The cluster of all tests but the last, which are its life: a control plane takes seconds of CPU to start. */
  let cluster: Cluster;
  const ID = 'upgraded';

  test('is the one asked for; a version that is not built is rejected', async () => {
    cluster = await simulator.cluster(ID, 1, { version: '1.34.1' });
    expect(await gitVersion(cluster)).toBe(`v${older.version}`);
    const rejected = { status: 422, body: { code: 'VERSION_NOT_BUILT' } };
    expect(await simulator.cloud('PUT', '/clusters/none', clusterBody({ version: '1.32.1' }))).toMatchObject(
      rejected,
    );
    expect((await simulator.cloud('GET', '/clusters/none')).status).toBe(404);
    expect(await upgrade(ID, '1.94.0')).toMatchObject(rejected);
  });

  test('is the former one again when an upgrade is canceled', async () => {
    const { version } = await cloudState(ID);
    await upgrade(ID, newer.version);
    await eventually(() => versionsOf(ID).includes('kube-apiserver newer'), { what: 'the new version' });
    await simulator.cloud('DELETE', `/clusters/${ID}/version`);
    await running(ID, version);
    expect(versionsOf(ID)).toEqual(PROGRAMS.slice(1).map((name) => `${name} older`));
    expect(await gitVersion(cluster)).toBe(`v${older.version}`);
  });

  test('changes in an upgrade in which each process is killed in turn, while objects are written and pods run', async () => {
    const pods = await deploy(cluster);
    const certificates = certificatesIn(folder);
    const written = await (async () => {
      await using writer = keepWriting(cluster);
      await upgrade(ID, newer.version);
      for (const name of PROGRAMS) {
        const isNext = (program: { name: string; programs: string }) =>
          program.name === name && (name === 'etcd' || program.programs === dirname(newer.etcd));
        const pid = await eventually(() => programsIn(folder).find(isNext)?.pid, { what: `a new ${name}` });
        expect((await cloudState(ID)).state).toBe('UPGRADING');
        process.kill(pid, 'SIGKILL');
      }
      await running(ID, newer.version);
      return writer.written;
    })();
    await eventually(async () => (await gitVersion(cluster)) === `v${newer.version}`);
    expect(await names(cluster, CONFIG_MAPS)).toEqual(expect.arrayContaining(written));
    expect(await podUids(cluster)).toEqual(pods);
    await eventually(() => programsIn(folder).length === PROGRAMS.length, { what: 'one process of each' });
    expect(versionsOf(ID)).toEqual(PROGRAMS.slice(1).map((name) => `${name} newer`));
    expect(certificatesIn(folder)).toEqual(certificates);
    expect(await clustersInEtcd(folder)).toEqual([ID]);
    // Its controllers and its scheduler work.
    await cluster.api('DELETE', `${PODS}/${(await names(cluster, PODS))[0]}`);
    await eventually(
      async () => (await cluster.api('GET', `${DEPLOYMENTS}/web`)).body.status['availableReplicas'] === 4,
    );
  });

  test('is the former one again when the new API server does not start', async () => {
    await upgrade(ID, BROKEN);
    await eventually(async () => (await cloudState(ID)).state === 'FAILED', {
      what: 'the failure',
      timeoutMs: 60_000,
    });
    expect(await cloudState(ID)).toMatchObject({
      failure: 'kube-apiserver ended 5 times: no such flag',
      version: newer.version,
    });
    await simulator.cloud('DELETE', `/clusters/${ID}/version`);
    await running(ID, newer.version);
    expect(await gitVersion(cluster)).toBe(`v${newer.version}`);
    await deleteCluster(ID);
  });

  test('a cluster that is deleted while it is upgraded leaves nothing', async () => {
    await simulator.cluster('deleted', 0, { version: older.version });
    await upgrade('deleted', newer.version);
    await eventually(() => !versionsOf('deleted').includes('kube-apiserver older'), {
      what: 'the end of the older API server',
    });
    await deleteCluster('deleted');
  });
});
