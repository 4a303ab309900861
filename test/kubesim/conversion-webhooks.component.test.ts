import { text } from 'node:stream/consumers';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority, issueCertificate } from '../../kubesim/certificates.js';
import { eventually } from '../kit/eventually.js';
import { type Cluster, type Simulator, startSimulator } from './simulator.js';

interface Robot {
  readonly apiVersion: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Robot[];
  };
}

const MIB = 1024 * 1024;
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const stack = new AsyncDisposableStack();
let simulator: Simulator;
let cluster: Cluster;
/** Characters of the objects of each call. */
let calls: { readonly objects: number; readonly characters: number }[] = [];
/** What the webhook adds to each object. */
let added = '';
let clientConfig: object;

beforeAll(async () => {
  const now = new Date();
  const authority = await createCertificateAuthority(now, 'webhooks');
  const subject = { name: '127.0.0.1' };
  const request = { subject, use: 'server', hosts: ['127.0.0.1'] } as const;
  const server = createServer(await issueCertificate(authority, request, now), (request, response) => {
    void text(request).then((body) => response.end(JSON.stringify(converted(JSON.parse(body) as Review))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => new Promise((resolve) => server.close(() => resolve())));
  stack.defer(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  clientConfig = {
    url: `https://127.0.0.1:${port}/`,
    caBundle: Buffer.from(authority.cert).toString('base64'),
  };
  simulator = await startSimulator(200, undefined, { webhookHosts: ['127.0.0.1'] });
  cluster = await simulator.cluster('conversion');
});
afterAll(async () => {
  await simulator[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

function converted({ apiVersion, kind, request: { uid, desiredAPIVersion, objects } }: Review): object {
  calls.push({ objects: objects.length, characters: JSON.stringify(objects).length });
  const convertedObjects = objects.map((object) => ({
    ...object,
    apiVersion: desiredAPIVersion,
    spec: { ...object.spec, ...(added && { added }) },
  }));
  return { apiVersion, kind, response: { uid, convertedObjects, result: { status: 'Success' } } };
}

/** Defines a kind and creates objects of it in the version v1; returns the path of those in the version v2. */
async function define(group: string, count: number, spec: object): Promise<string> {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  };
  const versions = ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema }));
  const webhook = { clientConfig, conversionReviewVersions: ['v1'] };
  const names = { plural: 'robots', singular: 'robot', kind: 'Robot' };
  const conversion = { strategy: 'Webhook', webhook };
  await cluster.api('POST', DEFINITIONS, {
    metadata: { name: `robots.${group}` },
    spec: { group, scope: 'Namespaced', names, versions, conversion },
  });
  const path = (version: string) => `/apis/${group}/${version}/namespaces/default/robots`;
  await eventually(async () => (await cluster.api('GET', path('v1'))).status === 200);
  for (let created = 0; created < count; created += 1) {
    const body = { metadata: { name: `r${created}` }, spec };
    const { status } = await cluster.api('POST', path('v1'), {
      ...{ apiVersion: `${group}/v1`, kind: 'Robot' },
      ...body,
    });
    expect(status).toBe(201);
  }
  [calls, added] = [[], ''];
  return path('v2');
}

test('converts a list in calls of at most 500 objects', async () => {
  const path = await define('many.example.com', 510, {});
  const { status, body } = await cluster.api('GET', path);
  expect([status, body.items.length]).toEqual([200, 510]);
  expect(calls.map(({ objects }) => objects)).toEqual([500, 10]);
});

test('converts a list in calls of at most 1 MiB, and a larger object alone', async () => {
  const path = await define('large.example.com', 5, { text: 'x'.repeat(0.4 * MIB) });
  expect((await cluster.api('GET', path)).body.items.length).toBe(5);
  expect(calls.map(({ objects }) => objects)).toEqual([2, 2, 1]);
  for (const { characters } of calls) expect(characters).toBeLessThanOrEqual(MIB);

  const huge = await define('huge.example.com', 2, { text: 'x'.repeat(1.2 * MIB) });
  expect((await cluster.api('GET', huge)).body.items.length).toBe(2);
  expect(calls.map(({ objects }) => objects)).toEqual([1, 1]);
});

test('refuses a list of which a webhook makes more than 64 MiB', async () => {
  const path = await define('growing.example.com', 20, { text: 'x'.repeat(0.6 * MIB) });
  added = 'y'.repeat(4 * MIB);
  const { status, body } = await cluster.api('GET', path);
  expect(status).toBe(500);
  expect(body.message).toBe(
    `conversion webhook for growing.example.com/v1, Kind=Robot returned more than ${64 * MIB} characters`,
  );
  // It is not called for the rest.
  expect(calls.length).toBeLessThan(20);
  expect((await cluster.api('GET', `${path}/r0`)).status).toBe(200);
});

test('refuses an answer of a webhook of more than 5 MiB', async () => {
  const path = await define('endless.example.com', 1, {});
  added = 'y'.repeat(6 * MIB);
  const { status, body } = await cluster.api('GET', `${path}/r0`);
  expect(status).toBe(500);
  expect(body.message).toMatch(/^conversion webhook for endless.example.com\/v1, Kind=Robot failed: /);
  added = '';
  expect((await cluster.api('GET', `${path}/r0`)).status).toBe(200);
});
