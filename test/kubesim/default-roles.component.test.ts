import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubernetesGroups } from '../../access/kubernetes-user.js';
import { type Cluster, startSimulator, type Simulator } from './simulator.js';

const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
let simulator: Simulator;
let master: Cluster;

beforeAll(async () => {
  simulator = await startSimulator();
  master = await simulator.cluster('default-roles');
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Attributes of `verb resource.group/subresource` in a namespace, or of `verb /path`. */
function attributesOf(text: string) {
  const [verb = '', target = ''] = text.split(' ');
  if (target.startsWith('/')) return { nonResourceAttributes: { verb, path: target } };
  const [whole = '', subresource] = target.split('/');
  const [resource = '', ...group] = whole.split('.');
  return {
    resourceAttributes: { verb, group: group.join('.'), resource, subresource, namespace: 'default' },
  };
}

async function statusOf(group: string, text: string) {
  const spec = { user: 'bob', groups: [group], ...attributesOf(text) };
  const { body } = await master.api('POST', REVIEWS, { spec });
  return (body as unknown as { status: { allowed: boolean; reason?: string } }).status;
}

describe('groups', () => {
  const { readers, writers } = kubernetesGroups;
  const groups: readonly (readonly [string, allowed: readonly string[], denied: readonly string[]])[] = [
    [
      readers,
      [
        ...['get pods', 'list pods', 'watch deployments.apps', 'get pods/log', 'list nodes'],
        'list pods.metrics.k8s.io',
      ],
      [
        ...['get secrets', 'list secrets', 'watch secrets', 'create pods', 'delete pods'],
        ...['patch deployments.apps', 'update deployments.apps/scale', 'create pods/exec'],
        ...['create pods/eviction', 'create pods/binding', 'create serviceaccounts/token'],
        ...['impersonate users', 'impersonate groups', 'impersonate serviceaccounts'],
        ...['create subjectaccessreviews.authorization.k8s.io', 'get /metrics', '* *.*', 'get *'],
        ...['escalate clusterroles.rbac.authorization.k8s.io', 'bind clusterroles.rbac.authorization.k8s.io'],
      ],
    ],
    [writers, ['get secrets', 'delete pods', 'impersonate users', 'get /metrics', '* *.*'], []],
    ['system:masters', ['get secrets', 'impersonate groups', '* *.*'], []],
    [
      'system:authenticated',
      [
        ...['get /version', 'get /apis/apps/v1', 'create selfsubjectaccessreviews.authorization.k8s.io'],
        'create selfsubjectreviews.authentication.k8s.io',
      ],
      ['get pods', 'list namespaces', 'get /metrics', 'impersonate users'],
    ],
    ['system:unauthenticated', ['get /version', 'get /healthz'], ['get /apis', 'get pods']],
    ['anything', [], ['get pods', 'get /version']],
  ];

  test.each(groups)('%s has the rights of its roles', async (group, allowed, denied) => {
    for (const text of allowed) expect([text, (await statusOf(group, text)).allowed]).toEqual([text, true]);
    for (const text of denied) expect([text, (await statusOf(group, text)).allowed]).toEqual([text, false]);
  });

  test('a review names the binding that allows the request', async () => {
    expect((await statusOf(readers, 'get pods')).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "fleetgraph:readers" of ClusterRole "view" to Group "fleetgraph:readers"',
    );
  });
});

/** A ClusterRole or ClusterRoleBinding. */
interface RbacObject {
  readonly metadata: object;
  readonly rules: readonly object[];
  readonly subjects: readonly object[];
}

test('a start leaves default roles, bindings, flows and priorities as they were', async () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';
  const read = async (list: string) => {
    const { body } = await master.api('GET', list);
    return (body as unknown as { items: readonly { metadata: { name: string } }[] }).items;
  };
  const lists = [
    ...['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map((plural) => `${rbac}/${plural}`),
    ...['flowschemas', 'prioritylevelconfigurations'].map((plural) => `${flowControl}/${plural}`),
  ];
  const path = `${rbac}/clusterroles/system:monitoring`;
  const labels = { 'example.com/changed': 'true' };
  const type = { 'content-type': 'application/merge-patch+json' };
  await master.api('PATCH', path, { metadata: { labels } }, type);
  const before = await Promise.all(lists.map(read));
  await simulator.restart();
  master = await simulator.access('default-roles');
  expect(await Promise.all(lists.map(read))).toEqual(before);
  expect((await master.api('GET', path)).body.metadata).toMatchObject({ labels });
});

test('a start completes default roles and bindings, except those without automatic updates', async () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const read = async (path: string) => (await master.api('GET', path)).body as unknown as RbacObject;
  const own = { apiGroups: ['example.com'], resources: ['things'], verbs: ['get'] };
  const discovery = `${rbac}/clusterroles/system:discovery`;
  const complete = await read(discovery);
  await master.api('PUT', discovery, { ...complete, rules: [own] });
  const binding = `${rbac}/clusterrolebindings/system:discovery`;
  await master.api('PUT', binding, { ...(await read(binding)), subjects: [] });
  const basic = `${rbac}/clusterroles/system:basic-user`;
  const { metadata, ...fixed } = await read(basic);
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
  await master.api('PUT', basic, { ...fixed, metadata: { ...metadata, annotations }, rules: [own] });
  await master.api('DELETE', `${rbac}/clusterrolebindings/fleetgraph:readers`);
  await simulator.restart();
  master = await simulator.access('default-roles');
  expect((await read(discovery)).rules[0]).toEqual(own);
  expect((await read(discovery)).rules.length).toBeGreaterThan(1);
  expect((await read(binding)).subjects).toMatchObject([{ name: 'system:authenticated' }]);
  expect((await read(basic)).rules).toEqual([own]);
  expect((await statusOf(kubernetesGroups.readers, 'list pods')).allowed).toBe(true);
});
