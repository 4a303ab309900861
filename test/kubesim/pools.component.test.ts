import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Simulator } from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

const IMAGE = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';
const ask = async (method: string, path: string, body?: unknown) =>
  (await simulator.cloud(method, path, body)) as unknown as {
    status: number;
    body: Record<string, unknown> & {
      instances: { id: string; state: string; chargeType: string; failure?: { code: string } }[];
    };
  };
const put = (cluster: string, instances: object[]) =>
  ask('PUT', `/clusters/${cluster}/instances`, { instances });
const instanceBody = (id: string, more: object = {}) => ({
  id,
  name: id,
  nodePoolId: 'pool',
  instanceTypes: ['ecs.g6.xlarge'],
  zoneIds: ['cn-hangzhou-b'],
  ...more,
});
const instance = async (cluster: string, id: string) =>
  (await ask('GET', `/clusters/${cluster}/instances`)).body.instances.find((instance) => instance.id === id);

test('enforces the maximum of a scaling group, also after a restart', async () => {
  await simulator.cluster('groups');
  const group = '/clusters/groups/scaling-groups/pool';
  const created = await ask('PUT', group, { minSize: 0, maxSize: 1, desiredSize: 1 });
  expect(created.body).toMatchObject({ state: 'ACTIVE', maxSize: 1, totalInstances: 0 });
  await simulator.restart();
  const { instances } = (await put('groups', [instanceBody('one'), instanceBody('two')])).body;
  expect(instances.map(({ failure }) => failure?.code)).toEqual([undefined, 'SCALING_GROUP_FULL']);
  expect((await ask('DELETE', group)).body).toMatchObject({ state: 'DELETED' });
  await simulator.restart();
  // A repeated request does not create another instance.
  expect((await ask('PUT', group, { minSize: 0, maxSize: 5, desiredSize: 1 })).body).toMatchObject({
    state: 'DELETED',
  });
  expect((await put('groups', [instanceBody('three')])).body.instances[0]?.failure?.code).toBe(
    'SCALING_GROUP_MISSING',
  );
  expect((await ask('PATCH', group, { maxSize: 9 })).status).toBe(404);
});

test('keeps detached instances across a restart, and rejects creating or attaching an instance that is a node', async () => {
  await simulator.cluster('homes');
  const instance = {
    account: 'acme',
    zoneId: 'cn-hangzhou-b',
    instanceType: 'ecs.g6.xlarge',
    imageId: IMAGE,
  };
  expect((await ask('PUT', '/instances/i-kept', { ...instance, files: ['a'] })).body).toMatchObject({
    releasable: true,
  });
  await simulator.restart();
  const { account } = (await ask('GET', '/clusters/homes')).body as unknown as { account: string };
  await ask('PUT', '/instances/i-own', { ...instance, account });
  const attach = (id: string, providerId: string) =>
    ask('POST', '/clusters/homes/instances/attach', {
      instances: [{ id, name: id, nodePoolId: 'pool', providerId, mode: 'MANUAL' }],
    });
  expect((await attach('a', 'i-own')).body.instances[0]).toMatchObject({
    providerId: 'i-own',
    attached: true,
  });
  expect((await attach('b', 'i-own')).body.instances[0]?.failure?.code).toBe('INSTANCE_IN_USE');
  expect((await ask('PUT', '/instances/i-own', instance)).status).toBe(409);
  const list = (await ask('GET', '/instances?account=acme')).body as unknown as {
    instances: { id: string }[];
  };
  expect(list.instances.some(({ id }) => id === 'i-kept')).toBe(true);
});

test('reclaims a spot instance after its notice, also across a restart', async () => {
  await simulator.cluster('spots');
  await put('spots', [instanceBody('spot', { chargeType: 'SPOT' }), instanceBody('plain')]);
  await eventually(async () => (await instance('spots', 'spot'))?.state === 'RUNNING');
  expect((await ask('POST', '/clusters/spots/instances/plain/reclaim')).status).toBe(422);
  await ask('POST', '/clusters/spots/instances/spot/reclaim');
  await simulator.restart();
  simulator.clock.advance(300_000);
  await eventually(async () => (await instance('spots', 'spot')) === undefined);
  expect(await instance('spots', 'plain')).toMatchObject({ chargeType: 'POSTPAID' });
});
