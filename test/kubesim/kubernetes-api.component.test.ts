import { AppsV1Api, CoreV1Api, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('api', 2);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

async function configMap(
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
) {
  return cluster.api('POST', CONFIG_MAPS, { metadata: { name, labels }, data });
}

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion?: string;
      readonly annotations?: object;
    };
    readonly code?: number;
  };
}

/** Reads a watch to its end. */
async function watched(path: string): Promise<WatchEvent[]> {
  const text = await (await cluster.open(path)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as WatchEvent);
}

test('creates, lists and deletes by the typed client', async () => {
  const core = cluster.config.makeApiClient(CoreV1Api);
  await core.createNamespacedConfigMap({
    namespace: 'default',
    body: { metadata: { name: 'typed' }, data: { a: 'b' } },
  });
  const list = await core.listNamespacedConfigMap({
    namespace: 'default',
    fieldSelector: 'metadata.name=typed',
  });
  expect(list.items.map((item) => item.data)).toEqual([{ a: 'b' }]);
  await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'typed' });
  await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'typed' })).rejects.toMatchObject({
    code: 404,
  });
});

test('scales and reads a deployment by the typed client', async () => {
  const apps = cluster.config.makeApiClient(AppsV1Api);
  await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('typed', 1));
  const scale = await apps.readNamespacedDeploymentScale({ namespace: 'default', name: 'typed' });
  await apps.replaceNamespacedDeploymentScale({
    namespace: 'default',
    name: 'typed',
    // Without the resourceVersion: controllers may have changed the status since.
    body: { ...scale, metadata: { name: 'typed', namespace: 'default' }, spec: { replicas: 3 } },
  });
  await eventually(
    async () =>
      (await apps.readNamespacedDeployment({ namespace: 'default', name: 'typed' })).status?.readyReplicas ===
      3,
  );
});

test('rejects a scale with an old resourceVersion as a conflict', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments/scaled-late';
  await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('scaled-late', 0));
  const { body } = await cluster.api('GET', `${path}/scale`);
  const labels = { metadata: { labels: { changed: 'yes' } } };
  await cluster.api('PATCH', path, labels, { 'content-type': 'application/merge-patch+json' });
  expect(await cluster.api('PUT', `${path}/scale`, { ...body, spec: { replicas: 1 } })).toMatchObject({
    status: 409,
    body: { reason: 'Conflict' },
  });
});

test.each(['PUT', 'PATCH'])(
  '%s of a scale keeps what others change while its body arrives',
  async (method) => {
    const name = `scaled-${method.toLowerCase()}`;
    const path = `/apis/apps/v1/namespaces/default/deployments/${name}`;
    await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody(name, 0));
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const writer = body.writable.getWriter();
    const text = new TextEncoder();
    const scaling = cluster.open(`${path}/scale`, {
      method,
      body: body.readable,
      duplex: 'half',
      headers: { 'content-type': method === 'PUT' ? 'application/json' : 'application/merge-patch+json' },
    });
    await writer.write(text.encode('{"spec":'));
    const labels = { metadata: { labels: { changed: 'meanwhile' } } };
    await cluster.api('PATCH', path, labels, { 'content-type': 'application/merge-patch+json' });
    await writer.write(text.encode('{"replicas":1}}'));
    await writer.close();
    expect((await scaling).status).toBe(200);
    expect((await cluster.api('GET', path)).body).toMatchObject({
      metadata: { labels: { changed: 'meanwhile' } },
      spec: { replicas: 1 },
    });
  },
);

test('sends existing objects and changes to an informer', async () => {
  const core = cluster.config.makeApiClient(CoreV1Api);
  await configMap('before', {}, { informer: 'yes' });
  const received: string[] = [];
  const informer = makeInformer<V1ConfigMap>(
    cluster.config,
    `${CONFIG_MAPS}?labelSelector=informer%3Dyes`,
    () => core.listNamespacedConfigMap({ namespace: 'default', labelSelector: 'informer=yes' }),
  );
  informer.on('add', (map) => received.push(`add ${map.metadata?.name}`));
  informer.on('delete', (map) => received.push(`delete ${map.metadata?.name}`));
  await informer.start();
  await configMap('after', {}, { informer: 'yes' });
  await eventually(() => received.includes('add after'));
  await cluster.api('DELETE', `${CONFIG_MAPS}/before`);
  await eventually(() => received.includes('delete before'));
  await informer.stop();
  expect(received).toEqual(['add before', 'add after', 'delete before']);
});

test('sends every change after a revision in order, and a bookmark at the timeout of the watch', async () => {
  const { body } = await cluster.api('GET', CONFIG_MAPS);
  await configMap('w1');
  await cluster.api(
    'PATCH',
    `${CONFIG_MAPS}/w1`,
    { data: { x: 'y' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await cluster.api('DELETE', `${CONFIG_MAPS}/w1`);
  const from = body.metadata.resourceVersion;
  const events = await watched(
    `${CONFIG_MAPS}?watch=true&resourceVersion=${from}&timeoutSeconds=1&allowWatchBookmarks=true`,
  );
  expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);
  const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect([...revisions].sort((a, b) => a - b)).toEqual(revisions);
});

test('sends initial events and marks their end in a watch that requests them', async () => {
  await configMap('initial', {}, { initial: 'yes' });
  const query =
    'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const [added, end] = await watched(`${CONFIG_MAPS}?${query}&labelSelector=initial%3Dyes`);
  expect(added).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'initial' } } });
  expect(end).toMatchObject({
    type: 'BOOKMARK',
    object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  });
});

test('sends ADDED and DELETED when an object enters and leaves the selection of a watch', async () => {
  await configMap('moves');
  const from = (await cluster.api('GET', CONFIG_MAPS)).body.metadata.resourceVersion;
  for (const label of ['blue', 'red']) {
    await cluster.api(
      'PATCH',
      `${CONFIG_MAPS}/moves`,
      { metadata: { labels: { color: label } } },
      { 'content-type': 'application/merge-patch+json' },
    );
  }
  const events = await watched(
    `${CONFIG_MAPS}?watch=true&resourceVersion=${from}&labelSelector=color%3Dblue&timeoutSeconds=1`,
  );
  expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
});

test('sends an Expired error to a watch from an expired revision', async () => {
  const first = (await configMap('churn')).body.metadata.resourceVersion;
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        cluster.api(
          'PATCH',
          `${CONFIG_MAPS}/churn`,
          { data: { key: `${round}-${index}` } },
          { 'content-type': 'application/merge-patch+json' },
        ),
      ),
    );
  }
  const events = await watched(`${CONFIG_MAPS}?watch=true&resourceVersion=${first}`);
  expect(events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
});

test('pages the list of a selection with each object once and without the remaining count', async () => {
  await Promise.all(
    Array.from({ length: 7 }, (_, index) => configMap(`page-${index}`, {}, { paged: 'yes' })),
  );
  const names: string[] = [];
  const remainingCounts: (number | undefined)[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const { body }: Awaited<ReturnType<Cluster['api']>> = await cluster.api(
      'GET',
      `${CONFIG_MAPS}?labelSelector=paged&limit=3&continue=${next}`,
    );
    names.push(...body.items.map(({ metadata }) => metadata.name));
    remainingCounts.push(body.metadata.remainingItemCount);
    next = body.metadata.continue;
  }
  expect(names).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4', 'page-5', 'page-6']);
  expect(remainingCounts).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['labelSelector=tier+in+(a,b)', ['sel-a', 'sel-b']],
  ['labelSelector=tier+notin+(a),tier', ['sel-b', 'sel-c']],
  ['labelSelector=tier!%3Da,tier', ['sel-b', 'sel-c']],
  ['labelSelector=!tier,sel', ['sel-none']],
  ['labelSelector=tier%3Da', ['sel-a']],
])('selects objects by %s', async (query, names) => {
  await Promise.all(['a', 'b', 'c'].map((tier) => configMap(`sel-${tier}`, {}, { tier, sel: 'x' })));
  await configMap('sel-none', {}, { sel: 'x' });
  const { body } = await cluster.api('GET', `${CONFIG_MAPS}?${query}`);
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual(names);
});

test('rejects a field selector on an unsupported field', async () => {
  const { body } = await cluster.api('GET', '/api/v1/pods?fieldSelector=spec.hostname%3Dx');
  expect(body).toMatchObject({ code: 400, reason: 'BadRequest' });
});

test('rejects an update with an old resourceVersion as a conflict', async () => {
  const { body } = await configMap('conflict', { a: '1' });
  const second = await cluster.api('PUT', `${CONFIG_MAPS}/conflict`, { ...body, data: { a: '2' } });
  expect(second.status).toBe(200);
  const third = await cluster.api('PUT', `${CONFIG_MAPS}/conflict`, { ...body, data: { a: '3' } });
  expect(third).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
});

test('keeps the resourceVersion in an update without changes', async () => {
  const { body } = await configMap('same', { a: '1' });
  const again = await cluster.api('PUT', `${CONFIG_MAPS}/same`, body);
  expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
});

test('rejects a second object of a name, generates free names, and stores nothing in a dry run', async () => {
  await configMap('once');
  expect(await configMap('once')).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });
  const created = await cluster.api('POST', CONFIG_MAPS, { metadata: { generateName: 'made-' } });
  expect(created.body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
  expect(
    (await cluster.api('POST', `${CONFIG_MAPS}?dryRun=All`, { metadata: { name: 'tried' } })).status,
  ).toBe(201);
  expect((await cluster.api('GET', `${CONFIG_MAPS}/tried`)).status).toBe(404);
});

test('applies a JSON patch, and rejects it as a whole if its test fails', async () => {
  await configMap('json', { a: '1', b: '2' });
  const type = { 'content-type': 'application/json-patch+json' };
  const patch = [
    { op: 'test', path: '/data/a', value: '1' },
    { op: 'replace', path: '/data/a', value: '9' },
    { op: 'remove', path: '/data/b' },
  ];
  expect((await cluster.api('PATCH', `${CONFIG_MAPS}/json`, patch, type)).body.data).toEqual({ a: '9' });
  expect((await cluster.api('PATCH', `${CONFIG_MAPS}/json`, patch, type)).status).toBe(422);
});

test('limits an object that patches grow to the size of a body', async () => {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await cluster.api('POST', accounts, { metadata: { name: 'growing' } });
  const type = { 'content-type': 'application/merge-patch+json' };
  const grow = (field: string) =>
    cluster.api('PATCH', `${accounts}/growing`, { [field]: [{ name: 'x'.repeat(2_000_000) }] }, type);
  expect([(await grow('secrets')).status, (await grow('imagePullSecrets')).status]).toEqual([200, 413]);
});

test('limits a pod to 250 containers', async () => {
  const pod = (count: number) => ({
    metadata: { name: `of-${count}` },
    spec: { containers: Array.from({ length: count }, (_, n) => ({ name: `c${n}`, image: 'n' })) },
  });
  const path = '/api/v1/namespaces/default/pods?dryRun=All';
  const rejected = await cluster.api('POST', path, pod(251));
  expect([(await cluster.api('POST', path, pod(250))).status, rejected.status]).toEqual([201, 422]);
  expect(rejected.body.message).toContain('spec.containers: Too many: 251: must have at most 250 items');
});

test('truncates the warnings of 5,000 unknown fields, so that clients can read the headers', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field${n}`, n]));
  const body = { ...unknown, metadata: { name: 'unknown' } };
  const { status, headers } = await cluster.api('POST', CONFIG_MAPS, body);
  expect(status).toBe(201);
  expect(headers.get('warning')).toMatch(/^299 - "unknown field \\"field0\\"", /);
});

test('merges containers by name in a strategic merge patch', async () => {
  await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('strategic', 0));
  const containers = [
    { name: 'side', image: 'side:1' },
    { name: 'web', image: 'nginx:2' },
  ];
  const type = { 'content-type': 'application/strategic-merge-patch+json' };
  const { body } = await cluster.api(
    'PATCH',
    '/apis/apps/v1/namespaces/default/deployments/strategic',
    { spec: { template: { spec: { containers } } } },
    type,
  );
  expect(body.spec).toMatchObject({
    template: {
      spec: {
        containers: [
          { name: 'side' },
          { name: 'web', image: 'nginx:2', resources: { requests: { cpu: '100m' } } },
        ],
      },
    },
  });
  expect(body.metadata.generation).toBe(2);
});

test('rejects an invalid object with all causes', async () => {
  const wrong = {
    metadata: { name: 'Wrong_Name' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'c' } }, spec: { containers: [{ name: 'x' }] } },
    },
  };
  const { status, body } = await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', wrong);
  expect(status).toBe(422);
  expect(body.reason).toBe('Invalid');
  expect(body.details.causes.map(({ field }) => field)).toEqual([
    'metadata.name',
    'spec.template.metadata.labels',
    'spec.template.spec.containers[0].image',
  ]);
});

test('warns of an unknown field, or rejects it if the client requests that', async () => {
  const body = { metadata: { name: 'fields' }, dataa: {} };
  expect((await cluster.api('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, body)).body.message).toContain(
    'unknown field "dataa"',
  );
  const warned = await cluster.api('POST', `${CONFIG_MAPS}?fieldValidation=Warn`, body);
  expect(warned.status).toBe(201);
  expect(warned.headers.get('warning')).toContain('unknown field');
  expect(warned.body).not.toHaveProperty('dataa');
});

test('returns a table with the columns of kubectl', async () => {
  const { body } = await cluster.api('GET', '/api/v1/nodes', undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  expect(body.kind).toBe('Table');
  expect(body.columnDefinitions.slice(0, 5).map(({ name }) => name)).toEqual([
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
  ]);
  expect(body.rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
    ['node-0', 'Ready', '<none>'],
    ['node-1', 'Ready', '<none>'],
  ]);
  expect(body.rows[0]?.object.kind).toBe('PartialObjectMetadata');
});

test('lists the groups in both formats of discovery', async () => {
  const legacy = await cluster.api('GET', '/apis');
  expect(legacy.body.groups.map(({ name }) => name)).toContain('apps');
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const aggregated = await cluster.api('GET', '/apis', undefined, { accept });
  expect(aggregated.headers.get('content-type')).toBe(accept);
  expect(aggregated.body.items.map(({ metadata }) => metadata.name)).toContain('metrics.k8s.io');
});

test('returns 401 without a token, and with an expired one or one of another cluster', async () => {
  const other = await simulator.cluster('other');
  expect((await cluster.api('GET', '/api/v1/nodes', undefined, { authorization: '' })).status).toBe(401);
  expect(
    (await cluster.api('GET', '/api/v1/nodes', undefined, { authorization: `Bearer ${other.token}` })).status,
  ).toBe(401);
  simulator.clock.advance(61 * 60_000);
  expect((await cluster.api('GET', '/api/v1/nodes')).body).toMatchObject({ kind: 'Status', code: 401 });
  cluster = await simulator.access('api');
  expect((await cluster.api('GET', '/api/v1/nodes')).status).toBe(200);
});

test('rejects a body above the limit', async () => {
  const { status } = await cluster.api('POST', CONFIG_MAPS, {
    metadata: { name: 'large' },
    data: { a: 'x'.repeat(4 * 1024 * 1024) },
  });
  expect(status).toBe(413);
});
