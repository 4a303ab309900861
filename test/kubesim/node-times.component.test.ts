import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(200);
  cluster = await simulator.cluster('times', 3);
  // From now on a simulated second takes one of the clock, which the tests move.
  await simulator.cloud('PATCH', '/settings', { speed: 1 });
});
afterAll(() => simulator[Symbol.asyncDispose]());

const NAMESPACE = '/api/v1/namespaces/default';

interface NodeView {
  readonly spec: { readonly taints?: readonly { readonly effect: string; readonly timeAdded: string }[] };
  readonly status: {
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      lastTransitionTime: string;
    }[];
  };
}

interface PodView {
  readonly metadata: { readonly deletionTimestamp?: string; readonly deletionGracePeriodSeconds?: number };
  readonly status: { readonly phase?: string };
}

async function read<T>(path: string): Promise<T> {
  return (await cluster.api('GET', path)).body as unknown as T;
}

const seconds = (time: string) => Date.parse(time) / 1000;

async function startPod(name: string, nodeName: string, command: string): Promise<void> {
  const containers = [{ name: 'main', image: 'busybox', command: ['sh', '-c', command] }];
  const body = { metadata: { name }, spec: { nodeName, containers, restartPolicy: 'Never' } };
  expect((await cluster.api('POST', `${NAMESPACE}/pods`, body)).status).toBe(201);
  await eventually(
    async () => {
      simulator.clock.advance(100);
      return (await read<PodView>(`${NAMESPACE}/pods/${name}`)).status.phase === 'Running';
    },
    { what: `the pod ${name}` },
  );
}

/** Moves the clock; resolves when everything that was due before has happened. */
async function pass(duration: number): Promise<void> {
  const name = `waits-${duration}`;
  await startPod(name, 'node-1', `sleep ${duration}`);
  simulator.clock.advance((duration + 0.5) * 1000);
  await eventually(
    async () => (await read<PodView>(`${NAMESPACE}/pods/${name}`)).status.phase === 'Succeeded',
    { what: `${duration} seconds` },
  );
}

async function readyOf(node: string) {
  const { status } = await read<NodeView>(`/api/v1/nodes/${node}`);
  return status.conditions.find(({ type }) => type === 'Ready');
}

test('knows nothing of a node after 50 seconds without a lease, and deletes its pods after 300 more', async () => {
  await startPod('lost', 'node-0', 'sleep 100000');
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-0';
  await simulator.cloud('PUT', '/clusters/times/instances/times-i0/power', { on: false });
  const { spec } = await read<{ readonly spec: { readonly renewTime: string } }>(lease);

  await pass(35);
  expect(await readyOf('node-0')).toMatchObject({ status: 'True' });
  await pass(13);
  const unknown = await eventually(async () => {
    const ready = await readyOf('node-0');
    return ready?.status === 'Unknown' && ready;
  });
  const silence = seconds(unknown.lastTransitionTime) - seconds(spec.renewTime);
  expect(silence).toBeGreaterThan(49);
  expect(await read(lease)).toMatchObject({ spec });

  const tainted = await eventually(async () => (await read<NodeView>('/api/v1/nodes/node-0')).spec.taints);
  const taint = tainted.find(({ effect }) => effect === 'NoExecute');
  await pass(290);
  expect((await read<PodView>(`${NAMESPACE}/pods/lost`)).metadata).not.toHaveProperty('deletionTimestamp');
  await pass(11);
  const { metadata } = await eventually(async () => {
    const pod = await read<PodView>(`${NAMESPACE}/pods/lost`);
    return pod.metadata.deletionTimestamp !== undefined && pod;
  });
  const evicted = seconds(metadata.deletionTimestamp ?? '') - (metadata.deletionGracePeriodSeconds ?? 0);
  expect(evicted - seconds(taint?.timeAdded ?? '')).toBeGreaterThanOrEqual(300);
});

test('keeps the pods of a deleted node for 40 seconds', async () => {
  await startPod('orphan', 'node-2', 'sleep 100000');
  await cluster.api('DELETE', '/api/v1/nodes/node-2');
  await pass(30);
  expect((await cluster.api('GET', `${NAMESPACE}/pods/orphan`)).status).toBe(200);
  await pass(12);
  await eventually(async () => (await cluster.api('GET', `${NAMESPACE}/pods/orphan`)).status === 404);
});
