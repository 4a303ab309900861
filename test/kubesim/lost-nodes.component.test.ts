import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(20);
  cluster = await simulator.cluster('lost', 2);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const NAMESPACE = '/api/v1/namespaces/default';

interface PodView {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

async function pods(): Promise<PodView[]> {
  return (await cluster.api('GET', `${NAMESPACE}/pods`)).body.items as unknown as PodView[];
}

const isReady = ({ status }: PodView) =>
  status.conditions.some(({ type, status: on }) => type === 'Ready' && on === 'True');

/** Numbers of ready and unready addresses of the Service. */
async function addresses(): Promise<readonly [number, number]> {
  const { body } = await cluster.api('GET', `${NAMESPACE}/endpoints/web`);
  const { subsets } = body as unknown as {
    readonly subsets?: readonly { readonly addresses?: unknown[]; readonly notReadyAddresses?: unknown[] }[];
  };
  return [subsets?.[0]?.addresses?.length ?? 0, subsets?.[0]?.notReadyAddresses?.length ?? 0];
}

const power = (on: boolean) => simulator.cloud('PUT', '/clusters/lost/instances/lost-i0/power', { on });

test('sets the pods of a lost node to not ready, removes them from endpoints, and evicts them after 300 s', async () => {
  await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('web', 2));
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
  await cluster.api('POST', `${NAMESPACE}/services`, { metadata: { name: 'web' }, spec });
  await eventually(async () => (await addresses()).join() === '2,0');

  await power(false);
  const lost = await eventually(async () => (await pods()).find((pod) => !isReady(pod)));
  expect(lost.spec.nodeName).toBe('node-0');
  expect(lost.metadata.deletionTimestamp).toBeUndefined();
  await eventually(async () => (await addresses()).join() === '1,1');

  await power(true);
  await eventually(async () => (await addresses()).join() === '2,0');
  expect((await pods()).map(({ metadata }) => metadata.name)).toContain(lost.metadata.name);

  await power(false);
  await eventually(async () => (await addresses()).join() === '1,1');
  await eventually(async () => (await pods()).some(({ metadata }) => metadata.deletionTimestamp));
  await eventually(async () => (await addresses()).join() === '2,0');
  const running = (await pods()).filter(isReady);
  expect(running.map(({ spec: { nodeName } }) => nodeName)).toEqual(['node-1', 'node-1']);
});

test.each(['default', 'kube-system', 'kube-public'])('refuses to delete the namespace %s', async (name) => {
  const { status, body } = await cluster.api('DELETE', `/api/v1/namespaces/${name}`);
  expect(status).toBe(403);
  expect(body.message).toBe(`namespaces "${name}" is forbidden: this namespace may not be deleted`);
});

test('restores the Service kubernetes and the namespace of node leases after their deletion', async () => {
  await cluster.api('DELETE', `${NAMESPACE}/services/kubernetes`);
  await cluster.api('DELETE', '/api/v1/namespaces/kube-node-lease');
  const uid = async (path: string) => (await cluster.api('GET', path)).status === 200;
  await eventually(() => uid(`${NAMESPACE}/services/kubernetes`));
  await eventually(() => uid('/api/v1/namespaces/kube-node-lease'));
});
