import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlanePrograms, findPrograms } from '../../kubesim/control-planes/programs.js';
import {
  createCluster,
  type GraphSession,
  operationEnd,
  queryGraph,
  readyReplicas,
} from '../kit/cluster-lifecycle.js';
import { builtControlPlanes } from '../kit/control-plane.js';
import * as documents from '../kit/documents.js';
import { eventually } from '../kit/eventually.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { publishVersion } from '../kit/publish-version.js';
import { runDemoOn } from '../kit/run-demo-on.js';
import { temporaryFolder } from '../kit/temporary-files.js';
import { makeBrokenPrograms } from '../kubesim/control-planes/broken-programs.js';
import { clustersInEtcd, programsIn } from '../kubesim/control-planes/running-programs.js';

const assets = builtControlPlanes('the scenarios of upgrades of real control planes');
/** The next minor version; its API server does not start. */
const BROKEN = '1.38.0';
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

const UPGRADE = `mutation ($input: UpgradeClusterInput!) {
  upgradeCluster(input: $input) { operation { id } userErrors { code message } } }`;
const CANCEL = 'mutation ($id: ID!) { cancelOperation(input: { id: $id }) { userErrors { code } } }';
const STATE = 'query ($id: ID!) { cluster(id: $id) { state version { id } } }';

interface ClusterState {
  readonly cluster: {
    readonly state: string;
    readonly version: { readonly id: string };
  };
}

describe.skipIf(!assets)('upgrade of a real control plane by the graph', { timeout: 180_000 }, () => {
  let folder: string;
  let platform: TestPlatform;
  let session: GraphSession;
  let older: ControlPlanePrograms;
  let newer: ControlPlanePrograms;
  let id: string;
  let workload: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-upgrade-'));
    const [newest, next] = await findPrograms(assets);
    if (!next) throw new Error(`${assets} has one version`);
    [newer, older] = [newest, next];
    const broken = await makeBrokenPrograms(join(folder, 'broken'), BROKEN, newer);
    platform = await startTestPlatform({
      simulationSpeed: 50,
      controlPlane: {
        kind: 'REAL',
        programs: [assets, broken].join(delimiter),
        folder: join(folder, 'control-planes'),
      },
      logLevel: process.env.LOG_LEVEL ?? 'silent',
    });
    await publishVersion(platform.url, newer.version);
    session = { url: platform.url, account: 'acme' };
  });
  afterAll(async () => {
    await (platform as TestPlatform | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function startUpgrade(version: string): Promise<string> {
    const { upgradeCluster } = await queryGraph<{
      upgradeCluster: { operation: { id: string }; userErrors: unknown[] };
    }>(session, UPGRADE, { input: { id, version } });
    expect(upgradeCluster.userErrors).toEqual([]);
    return upgradeCluster.operation.id;
  }

  const state = async () => (await queryGraph<ClusterState>(session, STATE, { id })).cluster;
  const pidOf = (name: string, version: ControlPlanePrograms) =>
    programsIn(folder).find(
      (program) =>
        program.name === name && (name === 'etcd' || program.programs === dirname(version.apiServer)),
    )?.pid;

  async function kubectl(...args: string[]): Promise<string> {
    const { cluster } = await queryGraph<{ cluster: { kubeconfig: { yaml: string } } }>(
      session,
      documents.KUBECONFIG,
      { id },
    );
    const file = join(folder, 'config');
    await writeFile(file, cluster.kubeconfig.yaml);
    const program = join(dirname(newer.apiServer), 'kubectl');
    const env = { KUBECONFIG: file, HOME: folder };
    return (await promisify(execFile)(program, args, { env })).stdout;
  }

  /** The version of its API server. */
  async function servedVersion(): Promise<string> {
    const { serverVersion } = JSON.parse(await kubectl('version', '-o', 'json')) as {
      serverVersion: { gitVersion: string };
    };
    return serverVersion.gitVersion;
  }

  test('the upgrade demo runs all steps and deletes what it created', async () => {
    const { report, text } = await runDemoOn(platform, { scenario: 'upgrade' });
    expect(text).toContain(`Kubernetes ${newer.version} on 3 ready nodes`);
    expect(report).toMatchObject({ nodes: 3, retries: 0 });
  });

  test('a canceled upgrade leaves the cluster on its version', async () => {
    const created = await createCluster(session, 'upgraded', 3, older.version);
    id = created.id;
    expect(await operationEnd(session, created.operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await servedVersion()).toBe(`v${older.version}`);
    const operation = await startUpgrade(newer.version);
    await eventually(() => pidOf('kube-apiserver', newer), { what: 'the new API server' });
    await queryGraph(session, CANCEL, { id: operation });
    expect(await operationEnd(session, operation)).toMatchObject({ state: 'CANCELED' });
    await eventually(async () => (await servedVersion().catch(() => '')) === `v${older.version}`);
    expect(await state()).toMatchObject({ state: 'RUNNING', version: { id: older.version } });
  });

  test('an upgrade succeeds though each process is killed in turn meanwhile; its pods stay and its nodes follow', async () => {
    const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
      session,
      documents.APPLY,
      { input: { clusterId: id, yaml: documents.deploymentYaml('web', 3) } },
    );
    workload = applyManifest.workload.id;
    await readyReplicas(session, workload, 3);
    const operation = await startUpgrade(newer.version);
    await eventually(() => !pidOf('kube-apiserver', older), { what: 'the end of the older API server' });
    for (const name of PROGRAMS) {
      const pid = await eventually(() => pidOf(name, newer), { what: `the new ${name}` });
      process.kill(pid, 'SIGKILL');
    }
    expect(await operationEnd(session, operation)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await servedVersion()).toBe(`v${newer.version}`);
    expect(await state()).toMatchObject({ state: 'RUNNING', version: { id: newer.version } });
    const kubelets = await kubectl(
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[*].status.nodeInfo.kubeletVersion}',
    );
    expect(kubelets).toBe(Array.from({ length: 3 }, () => `v${newer.version}`).join(' '));
    await readyReplicas(session, workload, 3);
    expect(programsIn(folder).map(({ name }) => name)).toEqual(PROGRAMS);
  });

  test('an upgrade to a version that does not start fails with the reason, and the cluster keeps its version', async () => {
    await publishVersion(platform.url, BROKEN);
    const operation = await startUpgrade(BROKEN);
    expect(await operationEnd(session, operation)).toMatchObject({
      state: 'FAILED',
      error: { code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('no such flag') },
    });
    expect(await state()).toMatchObject({ state: 'RUNNING', version: { id: newer.version } });
    expect(await servedVersion()).toBe(`v${newer.version}`);
    await readyReplicas(session, workload, 3);
  });

  test('nothing is left of the cluster when it is deleted', async () => {
    const { deleteCluster } = await queryGraph<{ deleteCluster: { operation: { id: string } } }>(
      session,
      documents.DELETE_CLUSTER,
      { input: { id } },
    );
    expect(await operationEnd(session, deleteCluster.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
    await eventually(async () => (await clustersInEtcd(folder)).length === 0, {
      what: 'the end of its keys',
    });
    await eventually(() => globSync(join(folder, 'control-planes/*/clusters/*')).length === 0, {
      what: 'the end of its files',
    });
    expect(programsIn(folder).map(({ name }) => name)).toEqual(['etcd']);
  });
});
