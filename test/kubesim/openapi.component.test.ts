import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('documents');
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly definitions: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

const read = async (path: string, headers: Record<string, string> = {}) => {
  const response = await cluster.open(path, { headers, redirect: 'manual' });
  const text = await response.text();
  return { response, document: (text === '' ? undefined : JSON.parse(text)) as Document };
};

async function urlOf(path: string): Promise<string> {
  const { document } = await read('/openapi/v3');
  const url = String(document.paths[path]?.['serverRelativeURL']);
  return url.replace('/clusters/documents', '');
}

test('serves the OpenAPI v3 document of a group with the fields of its kinds', async () => {
  const { document } = await read(await urlOf('apis/apps/v1'));
  const path = '/apis/apps/v1/namespaces/{namespace}/deployments';
  const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
  expect(document.paths[path]?.['get']).toMatchObject({ 'x-kubernetes-group-version-kind': kind });
  expect(document.paths[`${path}/{name}`]?.['patch']).toMatchObject({
    parameters: expect.arrayContaining([expect.objectContaining({ name: 'fieldValidation' })]) as unknown,
  });
  expect(document.paths[`${path}/{name}/scale`]?.['put']).toMatchObject({
    'x-kubernetes-group-version-kind': { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  });
  const { schemas } = document.components;
  expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
    'x-kubernetes-group-version-kind': [kind],
  });
  const missing = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/([^"]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in schemas));
  expect(missing).toEqual([]);
});

test('lets clients keep an OpenAPI document by its hash', async () => {
  const url = await urlOf('api/v1');
  const { response } = await read(url);
  const etag = response.headers.get('etag') ?? '';
  expect(etag).toBe(`"${url.split('hash=')[1]}"`);
  expect(response.headers.get('cache-control')).toBe('public, immutable');
  expect((await read(url, { 'if-none-match': etag })).response.status).toBe(304);
  const moved = await read('/openapi/v3/api/v1?hash=old');
  expect(moved.response.status).toBe(301);
  expect(moved.response.headers.get('location')).toBe(`/clusters/documents${url}`);
});

test('serves the OpenAPI v2 document without defaults', async () => {
  const { document } = await read('/openapi/v2');
  const port = document.definitions['io.k8s.api.core.v1.ContainerPort'];
  expect(port?.properties?.['protocol']).toEqual({ type: 'string', enum: ['SCTP', 'TCP', 'UDP'] });
  const template = document.definitions['io.k8s.api.apps.v1.DeploymentSpec']?.properties?.['template'];
  expect(template).toEqual({ $ref: '#/definitions/io.k8s.api.core.v1.PodTemplateSpec' });
  expect(document.definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toEqual({ type: 'string' });
});

test('answers 406 to a client that accepts only protobuf', async () => {
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  expect((await read('/openapi/v2', { accept })).response.status).toBe(406);
});
