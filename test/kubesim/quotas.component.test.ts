import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('quota', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Creates a namespace with a quota or limits; returns its path. */
async function namespaceWith(
  name: string,
  kind: 'resourcequotas' | 'limitranges',
  spec: object,
): Promise<string> {
  await cluster.api('POST', '/api/v1/namespaces', { metadata: { name } });
  const path = `/api/v1/namespaces/${name}`;
  await cluster.api('POST', `${path}/${kind}`, { metadata: { name: 'limits' }, spec });
  return path;
}

const pod = (name: string, resources: object = {}, more: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'nginx:1', resources }], ...more },
});

test('admits objects up to the amounts of a quota and shows what is used', async () => {
  const path = await namespaceWith('counted', 'resourcequotas', {
    hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi', 'count/configmaps': '3' },
  });
  const resources = { requests: { cpu: '400m' }, limits: { cpu: '1', memory: '512Mi' } };
  await cluster.api('POST', `${path}/pods`, pod('a', resources));
  await eventually(async () => {
    const { status } = (await cluster.api('GET', `${path}/resourcequotas/limits`)).body;
    const expected = { pods: '1', 'requests.cpu': '400m', 'limits.memory': '512Mi', 'count/configmaps': '1' };
    return isDeepStrictEqual(status['used'], expected);
  });
  const large = { ...resources, requests: { cpu: '700m' } };
  const rejected = await cluster.api('POST', `${path}/pods`, pod('b', large));
  expect(rejected.status).toBe(403);
  expect(rejected.body.message).toBe(
    'pods "b" is forbidden: exceeded quota: limits, requested: requests.cpu=700m, used: requests.cpu=400m, ' +
      'limited: requests.cpu=1',
  );
  const unspecified = await cluster.api('POST', `${path}/pods`, pod('c'));
  expect(unspecified.body.message).toBe(
    'pods "c" is forbidden: failed quota: limits: must specify limits.memory for: c; requests.cpu for: c',
  );
  await cluster.api('DELETE', `${path}/pods/a`);
  await eventually(async () => (await cluster.api('POST', `${path}/pods`, pod('b', large))).status === 201);
});

test('rejects the pods of a Deployment that exceed the quota, and reports it by an event', async () => {
  const path = await namespaceWith('small', 'resourcequotas', { hard: { pods: '2' } });
  await cluster.api('POST', '/apis/apps/v1/namespaces/small/deployments', deploymentBody('web', 3));
  const event = await eventually(async () => {
    const { items } = (await cluster.api('GET', `${path}/events?fieldSelector=reason%3DFailedCreate`)).body;
    return items[0] as unknown as { message: string } | undefined;
  });
  expect(event.message).toContain('exceeded quota: limits, requested: pods=1, used: pods=2, limited: pods=2');
  expect((await cluster.api('GET', `${path}/pods`)).body.items).toHaveLength(2);
});

test('counts only the pods in the scopes of a quota', async () => {
  const path = await namespaceWith('scoped', 'resourcequotas', {
    hard: { pods: '0' },
    scopes: ['Terminating'],
  });
  expect((await cluster.api('POST', `${path}/pods`, pod('long'))).status).toBe(201);
  const short = pod('short', {}, { activeDeadlineSeconds: 60 });
  expect((await cluster.api('POST', `${path}/pods`, short)).status).toBe(403);
});

test('counts node ports and load balancers of Services, also when an update adds them', async () => {
  const path = await namespaceWith('ports', 'resourcequotas', { hard: { 'services.nodeports': '1' } });
  const service = {
    metadata: { name: 's' },
    spec: {
      ports: [
        { port: 80, name: 'a' },
        { port: 81, name: 'b' },
      ],
    },
  };
  expect((await cluster.api('POST', `${path}/services`, service)).status).toBe(201);
  const merge = { 'content-type': 'application/merge-patch+json' };
  const { body } = await cluster.api('PATCH', `${path}/services/s`, { spec: { type: 'NodePort' } }, merge);
  expect(body.message).toContain('requested: services.nodeports=2, used: services.nodeports=0');
});

test('gives containers the defaults of a LimitRange and rejects those outside its bounds', async () => {
  const path = await namespaceWith('ranged', 'limitranges', {
    limits: [
      {
        type: 'Container',
        default: { cpu: '500m' },
        defaultRequest: { cpu: '250m' },
        min: { cpu: '100m' },
        max: { cpu: '1' },
      },
    ],
  });
  const { body } = await cluster.api('POST', `${path}/pods`, pod('plain'));
  expect(body.spec['containers']).toMatchObject([
    { resources: { requests: { cpu: '250m' }, limits: { cpu: '500m' } } },
  ]);
  const above = await cluster.api('POST', `${path}/pods`, pod('above', { limits: { cpu: '2' } }));
  expect(above.body.message).toBe(
    'pods "above" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  );
  const below = await cluster.api('POST', `${path}/pods`, pod('below', { requests: { cpu: '50m' } }));
  expect(below.body.message).toContain('minimum cpu usage per Container is 100m, but request is 50m');
});

test('rejects a claim outside the bounds of a LimitRange', async () => {
  const path = await namespaceWith('claims', 'limitranges', {
    limits: [{ type: 'PersistentVolumeClaim', max: { storage: '10Gi' } }],
  });
  const { body } = await cluster.api('POST', `${path}/persistentvolumeclaims`, {
    metadata: { name: 'big' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
  });
  expect(body.message).toBe(
    'persistentvolumeclaims "big" is forbidden: maximum storage usage per PersistentVolumeClaim is 10Gi, ' +
      'but request is 20Gi',
  );
});
