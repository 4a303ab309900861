import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { clientTokens } from '../../kit/client-tokens.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { clusterBody, instanceBodies, type Simulator, startSimulator } from '../../kubesim/simulator.js';
import { ApiClient } from './api-client.js';
import type { Implementation, Machines } from './implementation.js';

/** Id of the cluster. */
const CLUSTER = 'contract';
/** Version of Kubernetes, the same as that of the real control plane. */
const VERSION = '1.36.3';

/** A simulated cluster. */
export async function openKubesim(): Promise<Implementation> {
  const simulator = await startSimulator(undefined, undefined, { webhookHosts: ['127.0.0.1'] });
  await simulator.cloud('PUT', `/clusters/${CLUSTER}`, clusterBody({ version: VERSION }));
  await eventually(
    async () => (await simulator.cloud('GET', `/clusters/${CLUSTER}`)).body.state === 'RUNNING',
  );
  return implementationOf(simulator);
}

/** A cluster with a node of kubesim: a simulated one or, with programs of Kubernetes, one with a real control plane. */
export async function openWithNode(programs?: string): Promise<Implementation> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-nodes-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const controlPlane = programs === undefined ? undefined : { kind: 'REAL' as const, programs, folder };
  const simulator = started.use(await startSimulator(200, clientTokens, controlPlane && { controlPlane }));
  await simulator.cluster(CLUSTER, 1, { version: VERSION });
  const implementation = await implementationOf(simulator);
  const machines = machinesOf(simulator, implementation.admin);
  const running = started.move();
  return { ...implementation, machines, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function machinesOf(simulator: Simulator, api: ApiClient): Machines {
  const path = `/clusters/${CLUSTER}/instances`;
  return {
    async start(name, node) {
      await simulator.cloud('PUT', path, { instances: instanceBodies(name, 1, { ...node, name }) });
      await eventually(async () => {
        const { status, body } = await api.get(`/api/v1/nodes/${name}`);
        const conditions =
          status === 200 ? (body.status['conditions'] as { type: string; status: string }[]) : [];
        return conditions.some((each) => each.type === 'Ready' && each.status === 'True');
      });
    },
    async power(name, on) {
      await simulator.cloud('PUT', `${path}/${name}-i0/power`, { on });
    },
  };
}

async function implementationOf(simulator: Simulator): Promise<Implementation> {
  const { server, config } = await simulator.access(CLUSTER);
  const ca = Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64').toString();
  const dispatcher = new Agent({ connect: { ca } });
  const client = async (name: string, group: string) => {
    const { token } = await simulator.access(CLUSTER, { name, groups: [group] });
    return new ApiClient(server, dispatcher, { authorization: `Bearer ${token}` });
  };
  return {
    admin: await client('admin', 'system:masters'),
    anonymous: new ApiClient(server, dispatcher),
    user: client,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
      await simulator[Symbol.asyncDispose]();
    },
  };
}
