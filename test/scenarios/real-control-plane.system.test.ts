import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms } from '../../kubesim/control-planes/programs.js';
import {
  clusterLifecycle,
  createCluster,
  operationEnd,
  queryGraph,
  readyReplicas,
} from '../kit/cluster-lifecycle.js';
import { builtControlPlane } from '../kit/control-plane.js';
import * as documents from '../kit/documents.js';
import { eventually } from '../kit/eventually.js';
import { runDemoOn } from '../kit/run-demo-on.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { publishVersion } from '../kit/publish-version.js';
import { temporaryFolder } from '../kit/temporary-files.js';

const assets = builtControlPlane('the scenarios with real control planes');
/** Slower than in other tests: the deadline of a drain is real time divided by it. */
const SPEED = 50;

describe.skipIf(!assets)('platform with real control planes', { timeout: 180_000 }, () => {
  let folder: string;
  let platform: TestPlatform;

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-real-'));
    const controlPlane = { kind: 'REAL', programs: assets, folder: join(folder, 'control-planes') } as const;
    platform = await startTestPlatform({
      simulationSpeed: SPEED,
      controlPlane,
      logLevel: process.env.LOG_LEVEL ?? 'silent',
    });
    const [{ version }] = await findPrograms(assets);
    await publishVersion(platform.url, version);
  });
  afterAll(async () => {
    await (platform as TestPlatform | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const clusterFolders = () => globSync(join(folder, 'control-planes/*/clusters/*'));

  test('creates, watches, deploys to, scales with partial success, measures and deletes a cluster by one graph', async () => {
    await clusterLifecycle({ url: platform.url, account: 'acme' }, 'main-job');
    await eventually(() => clusterFolders().length === 0, { what: 'the end of the files' });
  });

  test('the demo runs all steps and deletes what it created', async () => {
    const { report, text } = await runDemoOn(platform);
    expect(text).toContain('PARTIAL: 22 of 32 created, 10 failed');
    expect(report).toMatchObject({ nodes: 25, retries: 0 });
    await eventually(() => clusterFolders().length === 0, { what: 'the end of the files' });
  });

  test('kubectl works on a cluster of the graph, whose pool is scaled in while a Deployment stays available', async () => {
    const session = { url: platform.url, account: 'other' };
    const { id, operationId } = await createCluster(session, 'kubectl');
    expect(await operationEnd(session, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    const { cluster } = await queryGraph<{ cluster: { kubeconfig: { yaml: string } } }>(
      session,
      documents.KUBECONFIG,
      { id },
    );
    await writeFile(join(folder, 'config'), cluster.kubeconfig.yaml);
    const kubectl = async (...args: string[]) => {
      const env = { KUBECONFIG: join(folder, 'config'), HOME: folder };
      return (await promisify(execFile)(join(assets ?? '', 'kubectl'), args, { env })).stdout;
    };
    const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
      session,
      documents.APPLY,
      {
        input: { clusterId: id, yaml: documents.deploymentYaml('web', 4) },
      },
    );
    await readyReplicas(session, applyManifest.workload.id, 4);
    expect(await kubectl('get', 'nodes', '--no-headers')).toMatch(/(\S+ +Ready .*\n){3}/);
    expect(await kubectl('logs', 'deployment/web', '--tail=1')).toContain('level=info');
    await writeFile(join(folder, 'web.yaml'), documents.deploymentYaml('web', 6));
    expect(
      await kubectl('apply', '--server-side', '--force-conflicts', '-f', join(folder, 'web.yaml')),
    ).toContain('serverside-applied');
    await readyReplicas(session, applyManifest.workload.id, 6);
    const view = await queryGraph<{ cluster: { nodePools: { nodes: { id: string }[] } } }>(
      session,
      documents.CLUSTER,
      { id },
    );
    const { scaleNodePool } = await queryGraph<{ scaleNodePool: { operation: { id: string } } }>(
      session,
      documents.SCALE_POOL,
      {
        input: { nodePoolId: view.cluster.nodePools.nodes[0]?.id, desiredSize: 2 },
      },
    );
    expect(await operationEnd(session, scaleNodePool.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
    await readyReplicas(session, applyManifest.workload.id, 6);
    expect((await kubectl('get', 'nodes', '--no-headers')).trim().split('\n')).toHaveLength(2);
    const { deleteCluster } = await queryGraph<{ deleteCluster: { operation: { id: string } } }>(
      session,
      documents.DELETE_CLUSTER,
      {
        input: { id },
      },
    );
    expect(await operationEnd(session, deleteCluster.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
    await eventually(() => clusterFolders().length === 0, { what: 'the end of the files' });
  });
});
