import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
let clusterId: string;

beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme', 1);
});
afterAll(() => world?.[Symbol.asyncDispose]());

const configMap = (name: string, value: string, namespace = 'default') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { value: "${value}" }\n`;

function events(
  account: string,
): Promise<{ type: string; data: unknown; level: string; clusterId: string | null }[]> {
  return world.kit.database.prisma.event.findMany({
    where: { account },
    orderBy: { sequence: 'asc' },
    select: { type: true, data: true, level: true, clusterId: true },
  });
}

describe('applyManifest', () => {
  test('returns for each object whether it was created, configured or unchanged', async () => {
    const two = `${configMap('first', 'a')}---\n${configMap('second', 'a')}`;
    const results = async (yaml: string) =>
      (await apply(world, 'acme', { clusterId, yaml })).objects.map(({ result }) => result);
    expect(await results(two)).toEqual(['CREATED', 'CREATED']);
    expect(await results(two)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await results(`${configMap('first', 'b')}---\n${configMap('second', 'a')}`)).toEqual([
      'CONFIGURED',
      'UNCHANGED',
    ]);
  });

  test('returns the first workload and appends an event', async () => {
    const before = (await events('acme')).length;
    const applied = await apply(world, 'acme', {
      clusterId,
      yaml: `${configMap('web', 'x')}---\n${deployment('web', 2)}`,
    });
    expect(applied).toMatchObject({
      workload: { name: 'web', kind: 'DEPLOYMENT', replicas: 2 },
      operation: null,
      userErrors: [],
    });
    expect((await events('acme')).slice(before)).toEqual([
      {
        type: 'MANIFEST_APPLIED',
        level: 'INFO',
        clusterId,
        data: expect.objectContaining({ created: 2, failed: 0, workloadId: applied.workload?.id }) as object,
      },
    ]);
  });

  test('continues after an object that Kubernetes rejects, and names its document', async () => {
    const yaml = [
      configMap('good', '1'),
      configMap('homeless', '1', 'nowhere'),
      'apiVersion: nothing/v1\nkind: Strange\nmetadata: { name: x }\n',
    ];
    const { objects, userErrors } = await apply(world, 'acme', { clusterId, yaml: yaml.join('---\n') });
    expect(objects).toMatchObject([
      { name: 'good', result: 'CREATED', error: null },
      { name: 'homeless', result: null, error: { code: 'KUBERNETES_REJECTED' } },
      { kind: 'Strange', result: null, error: { code: 'KUBERNETES_REJECTED' } },
    ]);
    expect(userErrors.map(({ path }) => path)).toEqual([
      ['input', 'yaml', '1'],
      ['input', 'yaml', '2'],
    ]);
    expect((await events('acme')).at(-1)).toMatchObject({
      type: 'MANIFEST_APPLIED',
      level: 'WARNING',
      data: { created: 1, failed: 2 },
    });
  });

  test.each([
    ['a version that leads elsewhere', 'apiVersion: ../../x\nkind: Pod\nmetadata: { name: x }'],
    ['a name that leads elsewhere', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: ".." }'],
    ['a namespace that leads elsewhere', configMap('x', '1', '..')],
    ['a name with a slash', configMap('a/b', '1')],
  ])('does not follow %s', async (_what, yaml) => {
    expect((await apply(world, 'acme', { clusterId, yaml })).objects).toMatchObject([
      { result: null, error: { code: 'KUBERNETES_REJECTED' } },
    ]);
  });

  test('applies a namespace before the objects in it', async () => {
    const yaml = `apiVersion: v1\nkind: Namespace\nmetadata: { name: fresh }\n---\n${configMap('inside', '1', 'fresh')}`;
    expect((await apply(world, 'acme', { clusterId, yaml })).objects).toMatchObject([
      { kind: 'Namespace', namespace: null, result: 'CREATED' },
      { kind: 'ConfigMap', namespace: 'fresh', result: 'CREATED' },
    ]);
  });

  test('returns the result of a dry run without changing the cluster', async () => {
    const before = (await events('acme')).length;
    const dry = await apply(world, 'acme', { clusterId, yaml: deployment('imagined', 3) }, true);
    expect(dry).toMatchObject({
      objects: [{ result: 'CREATED' }],
      workload: null,
      userErrors: [],
    });
    const { workload } = await apply(world, 'acme', { clusterId, yaml: deployment('real', 1) });
    const larger = await apply(world, 'acme', { clusterId, yaml: deployment('real', 3) }, true);
    expect(larger).toMatchObject({
      objects: [{ result: 'CONFIGURED' }],
      workload: { id: workload?.id, replicas: 3 },
    });
    const { data } = await world.workloads('acme', 'query Q($id: ID!) { workload(id: $id) { replicas } }', {
      id: workload?.id,
    });
    expect(data).toEqual({ workload: { replicas: 1 } });
    // Only the applied document has appended an event.
    expect((await events('acme')).length).toBe(before + 1);
  });

  test('rejects the whole manifest if a document is invalid', async () => {
    const yaml = `${configMap('never', '1')}---\nkind: [broken`;
    const { objects, userErrors } = await apply(world, 'acme', { clusterId, yaml });
    expect(objects).toEqual([]);
    expect(userErrors).toMatchObject([{ code: 'MANIFEST_INVALID', path: ['input', 'yaml', '1'] }]);
    const probe = await apply(world, 'acme', { clusterId, yaml: configMap('never', '1') });
    expect(probe.objects).toMatchObject([{ result: 'CREATED' }]);
  });

  test('returns NOT_FOUND for the cluster of another account like an unknown one', async () => {
    const responses = await Promise.all(
      [clusterId, 'cluster_unknown'].map((id) =>
        apply(world, 'globex', { clusterId: id, yaml: configMap('x', '1') }),
      ),
    );
    const [foreign, unknown] = responses.map((result) =>
      JSON.stringify(result).replace(/cluster_\w+/g, 'cluster_…'),
    );
    expect(foreign).toBe(unknown);
    expect(responses[0]).toMatchObject({
      objects: [],
      workload: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'clusterId'] }],
    });
  });

  test('looks up the cluster before parsing, so that a manifest for a foreign cluster is not parsed', async () => {
    const payload = await apply(world, 'globex', { clusterId, yaml: 'no: [yaml' });
    expect(payload.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'clusterId'] }]);
  });

  test('reports an unreachable cluster for every object after one request', async () => {
    const silent = await world.unreachableCluster('silent');
    const { objects, userErrors } = await apply(world, 'silent', {
      clusterId: silent,
      yaml: `${configMap('a', '1')}---\n${configMap('b', '1')}`,
    });
    expect(objects.map(({ error }) => error?.code)).toEqual([
      'KUBERNETES_UNAVAILABLE',
      'KUBERNETES_UNAVAILABLE',
    ]);
    expect(userErrors.map(({ code }) => code)).toEqual(['KUBERNETES_UNAVAILABLE', 'KUBERNETES_UNAVAILABLE']);
    expect(await events('silent')).toEqual([]);
  });
});

describe('field managers of applyManifest', () => {
  const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
  const byKubectl = async (name: string, value: string) => {
    const { prisma } = world.kit.database;
    const access = (await clusterAccess(prisma, 'acme', [clusterId])).get(clusterId);
    const client = new KubernetesClient(world.platform.kubernetes.of(access!), { clusterId });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
    const query = { fieldManager: 'kubectl', force: true, dryRun: false };
    await client.apply(`${CONFIG_MAPS}/${name}`, JSON.stringify(object), query);
    return () => client.get<{ data?: unknown }>(`${CONFIG_MAPS}/${name}`);
  };

  test('without force is rejected if another manager owns a field, and names the manager and the field', async () => {
    const read = await byKubectl('owned', 'theirs');
    const { objects, userErrors } = await apply(world, 'acme', {
      clusterId,
      yaml: configMap('owned', 'ours'),
    });
    expect(objects).toMatchObject([{ result: null, error: { code: 'KUBERNETES_REJECTED' } }]);
    expect(userErrors).toEqual([
      {
        code: 'KUBERNETES_REJECTED',
        message: 'Apply failed with 1 conflict: conflict with "kubectl": .data.value',
        path: ['input', 'yaml', '0'],
      },
    ]);
    expect((await read()).data).toEqual({ value: 'theirs' });
  });

  test('takes the fields of another manager over with force', async () => {
    const read = await byKubectl('taken', 'theirs');
    const yaml = configMap('taken', 'ours');
    const { objects } = await apply(world, 'acme', { clusterId, yaml, force: true });
    expect(objects).toMatchObject([{ result: 'CONFIGURED', error: null }]);
    expect((await read()).data).toEqual({ value: 'ours' });
  });

  test('removes a field that the manifest does not contain any more', async () => {
    const labels = (names: string) =>
      configMap('labelled', '1').replace('name: labelled', `name: labelled, labels: { ${names} }`);
    await apply(world, 'acme', { clusterId, yaml: labels('a: x, b: y') });
    const read = await byKubectl('labelled', '1');
    await apply(world, 'acme', { clusterId, yaml: labels('a: x') });
    expect(await read()).toMatchObject({ metadata: { labels: { a: 'x' } } });
    expect(((await read()) as { metadata: { labels: object } }).metadata.labels).not.toHaveProperty('b');
  });

  test('does not conflict with a scaling of the platform', async () => {
    const { workload } = await apply(world, 'acme', { clusterId, yaml: deployment('resized', 1) });
    const scaled = await world.workloads(
      'acme',
      'mutation S($input: ScaleWorkloadInput!) { scaleWorkload(input: $input) { userErrors { code } } }',
      { input: { workloadId: workload?.id, replicas: 2 } },
    );
    expect(scaled.data).toEqual({ scaleWorkload: { userErrors: [] } });
    expect(await apply(world, 'acme', { clusterId, yaml: deployment('resized', 3) })).toMatchObject({
      objects: [{ result: 'CONFIGURED' }],
      workload: { replicas: 3 },
    });
  });

  test('reports a field that the kind does not have as rejected', async () => {
    const yaml = `${configMap('unknown', '1')}nope: 1\n`;
    const { userErrors } = await apply(world, 'acme', { clusterId, yaml });
    expect(userErrors).toMatchObject([{ code: 'KUBERNETES_REJECTED' }]);
    expect(userErrors[0]?.message).toContain('.nope: field not declared in schema');
  });
});

describe('clientToken of applyManifest', () => {
  test('returns the first result for a repeated clientToken without applying again', async () => {
    const input = { clusterId, yaml: deployment('once', 1), clientToken: 'token-1' };
    const first = await apply(world, 'acme', input);
    await apply(world, 'acme', { clusterId, yaml: deployment('once', 4) });
    const before = (await events('acme')).length;
    const again = await apply(world, 'acme', input);
    expect(again.objects).toEqual(first.objects);
    expect(again.workload).toMatchObject({ id: first.workload?.id, replicas: 4 });
    expect((await events('acme')).length).toBe(before);
  });

  test('is rejected with other input', async () => {
    await apply(world, 'acme', { clusterId, yaml: configMap('t', '1'), clientToken: 'token-2' });
    const { userErrors } = await apply(world, 'acme', {
      clusterId,
      yaml: configMap('t', '2'),
      clientToken: 'token-2',
    });
    expect(userErrors).toMatchObject([{ code: 'CLIENT_TOKEN_REUSED' }]);
  });

  test('is applied once by concurrent requests', async () => {
    const before = (await events('acme')).length;
    const input = { clusterId, yaml: configMap('twin', '1'), clientToken: 'token-3' };
    const responses = await Promise.all([apply(world, 'acme', input), apply(world, 'acme', input)]);
    expect(responses[0]).toEqual(responses[1]);
    expect(responses[0]?.objects).toMatchObject([{ result: 'CREATED' }]);
    expect((await events('acme')).length).toBe(before + 1);
  });

  test('can be reused if every object was rejected', async () => {
    const input = { clusterId, yaml: configMap('later', '1', 'comes-later'), clientToken: 'token-4' };
    expect((await apply(world, 'acme', input)).objects).toMatchObject([
      { result: null, error: { code: 'KUBERNETES_REJECTED' } },
    ]);
    await apply(world, 'acme', {
      clusterId,
      yaml: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: comes-later }',
    });
    expect((await apply(world, 'acme', input)).objects).toMatchObject([{ result: 'CREATED' }]);
  });
});
