import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('malformed');
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Sends a raw request, which HTTP clients would normalise, and returns the status. */
async function statusOf(method: string, target: string): Promise<number> {
  const { hostname, port } = new URL(cluster.server);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  const chunks: Buffer[] = [];
  socket.on('data', (part: Buffer) => chunks.push(part));
  socket.write(
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${cluster.token}\r\n\r\n`,
  );
  await once(socket, 'close');
  return Number(Buffer.concat(chunks).toString().split(' ')[1]);
}

test.each([
  ['//', 404],
  ['//elsewhere/x', 404],
  ['*', 404],
  ['https:////', 404],
  ['/clusters/%zz/api', 400],
  ['/clusters/malformed/api/v1/pods/%', 400],
  ['/clusters/malformed/api/v1/namespaces/%zz/pods', 400],
  ['/clusters/malformed/openapi/v3/%zz', 400],
  ['/clusters/malformed/api/v1/../', 404],
  ['/clusters/malformed/../other/api', 404],
  ['/clusters/malformed/api//v1/pods', 404],
  ['/clusters/malformed//api', 404],
  ['/clusters/malformed/api/v1/__proto__', 404],
  ['https://elsewhere/clusters/malformed/version', 200],
])('answers GET %s with %i', async (target, status) => {
  expect(await statusOf('GET', target)).toBe(status);
});

test.each(['TRACE', 'OPTIONS', 'PROPFIND', 'HEAD'])('answers the method %s with 405', async (method) => {
  expect(await statusOf(method, '/clusters/malformed/api/v1/namespaces/default/configmaps')).toBe(405);
});

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const named = (more: object) => ({ metadata: { name: 'a', ...more } });

test.each([
  [CONFIG_MAPS, { metadata: 'x' }],
  [CONFIG_MAPS, named({ name: 5 })],
  [CONFIG_MAPS, named({ labels: 'x' })],
  [CONFIG_MAPS, named({ annotations: 5 })],
  [CONFIG_MAPS, named({ finalizers: 5 })],
  [CONFIG_MAPS, named({ ownerReferences: 5 })],
  [PODS, { ...named({}), spec: 'x' }],
  [PODS, { ...named({}), spec: { containers: 5 } }],
  [PODS, { ...named({}), spec: { containers: [5] } }],
  ['/api/v1/namespaces/default/services', { ...named({}), spec: { ports: 5 } }],
  ['/apis/apps/v1/namespaces/default/deployments', { ...named({}), spec: { selector: 5 } }],
  ['/apis/batch/v1/namespaces/default/jobs', { ...named({}), spec: { template: [] } }],
])('rejects a body for %s with a field of the wrong type: %j', async (path, body) => {
  const { status, body: responseBody } = await cluster.api('POST', path, body);
  expect([status, responseBody.message]).toEqual([
    400,
    expect.stringMatching(/ cannot be handled as a \w+: json: cannot unmarshal /),
  ]);
});

function nested(open: string, close: string, levels: number): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

test.each([
  ['POST', CONFIG_MAPS, 'application/json'],
  ['PATCH', `${CONFIG_MAPS}/kube-root-ca.crt`, 'application/merge-patch+json'],
  ['PATCH', `${CONFIG_MAPS}/kube-root-ca.crt`, 'application/strategic-merge-patch+json'],
  ['PATCH', `${CONFIG_MAPS}/new?fieldManager=a`, 'application/apply-patch+yaml'],
])('rejects %s of a body that nests too deeply: %s %s', async (method, path, type) => {
  const response = await cluster.open(path, {
    method,
    headers: { 'content-type': type },
    body: `{"metadata":{"name":"deep"},"data":{"a":${nested('[', ']', 100_000)}}}`,
  });
  expect(response.status).toBe(400);
  // Regression: writing such a body ended the simulation for every cluster.
  expect((await cluster.api('GET', CONFIG_MAPS)).status).toBe(200);
});

test('rejects a patch of a scale that is not JSON', async () => {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale';
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect((await cluster.open(path, { method: 'PATCH', headers, body: '{' })).status).toBe(400);
});
