import 'reflect-metadata';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as documents from '../kit/documents.js';
import { eventually } from '../kit/eventually.js';
import {
  queryGraph,
  createCluster,
  operationEnd,
  readyReplicas,
  type GraphSession,
} from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) process.stderr.write('skipped: kubectl is not installed\n');

const PODS = `query Pods($id: ID!) {
  cluster(id: $id) { workloads(first: 500) { nodes { pods(first: 500) { nodes { namespace name phase ip nodeName } } } } }
}`;

interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly ip: string;
  readonly nodeName: string;
}

interface KubectlPod {
  readonly metadata: { namespace: string; name: string };
  readonly status: { phase: string; podIP: string };
  readonly spec: { nodeName: string };
}

describe.skipIf(!hasKubectl)('kubectl with the kubeconfig of the graph', () => {
  let platform: TestPlatform;
  let session: GraphSession;
  let folder: string;

  beforeAll(async () => {
    platform = await startTestPlatform();
    session = { url: platform.url, account: 'acme' };
    folder = await mkdtemp(join(tmpdir(), 'fleetgraph-kubeconfig-'));
  });
  afterAll(async () => {
    await platform[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('lists the pods that the graph lists', async () => {
    const cluster = await createCluster(session, 'kubectl', 2);
    await operationEnd(session, cluster.operationId);
    const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
      session,
      documents.APPLY,
      {
        input: { clusterId: cluster.id, yaml: documents.deploymentYaml('web', 4) },
      },
    );
    await readyReplicas(session, applyManifest.workload.id, 4);
    const { cluster: access } = await queryGraph<{ cluster: { kubeconfig: { yaml: string } } }>(
      session,
      documents.KUBECONFIG,
      { id: cluster.id },
    );
    await writeFile(join(folder, 'config'), access.kubeconfig.yaml, { mode: 0o600 });

    const environment = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
    const ofKubectl = async () => {
      const { stdout } = await promisify(execFile)('kubectl', ['get', 'pods', '-A', '-o', 'json'], {
        env: environment,
      });
      return (JSON.parse(stdout) as { items: KubectlPod[] }).items.map(({ metadata, status, spec }): Pod => ({
        namespace: metadata.namespace,
        name: metadata.name,
        phase: status.phase,
        ip: status.podIP,
        nodeName: spec.nodeName,
      }));
    };
    const ofGraph = async () => {
      const { cluster: listed } = await queryGraph<{
        cluster: { workloads: { nodes: { pods: { nodes: Pod[] } }[] } };
      }>(session, PODS, { id: cluster.id });
      return listed.workloads.nodes.flatMap((workload) => workload.pods.nodes);
    };
    // Components of a new cluster may still be starting, so both lists must describe the same moment.
    const { listed, graphed } = await eventually(
      async () => {
        const before = sorted(await ofKubectl());
        const between = sorted(await ofGraph());
        return isDeepStrictEqual(before, sorted(await ofKubectl())) && { listed: before, graphed: between };
      },
      { what: 'a moment in which no pod changes' },
    );
    expect(graphed).toEqual(listed);
    expect(listed.filter(({ name }) => name.startsWith('web-'))).toHaveLength(4);
  });
});

function sorted(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}
