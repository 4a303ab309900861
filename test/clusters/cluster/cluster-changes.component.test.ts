import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { clusterMutation, type ClusterView, CREATE, type PayloadView, proCluster } from '../requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

type Payload = PayloadView & {
  readonly cluster: (ClusterView & { name: string; labels: unknown; deletionProtection: boolean }) | null;
};

const mutate = async (name: string, input: Record<string, unknown>) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return (await clusters.run<{ payload: Payload }>(clusterMutation(name, type), { input })).data.payload;
};
const unfinished = (clusterId: string) =>
  clusters.platform.database.prisma.operation.count({
    where: { clusterId, state: { in: ['PENDING', 'RUNNING'] } },
  });

test('updateCluster changes the given fields, increases resourceVersion and appends one event', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'old-name' });
  const { cluster, userErrors } = await mutate('updateCluster', {
    id,
    name: 'new-name',
    labels: { env: 'prod' },
    resourceVersion: 1,
  });
  expect(userErrors).toEqual([]);
  expect(cluster).toMatchObject({
    name: 'new-name',
    labels: { env: 'prod' },
    deletionProtection: false,
    resourceVersion: '2',
  });
  const events = await clusters.platform.database.prisma.event.findMany({
    where: { clusterId: id, type: 'CLUSTER_UPDATED' },
  });
  expect(events).toMatchObject([{ data: { fields: ['name', 'labels'] } }]);
  const again = await mutate('updateCluster', { id, name: 'new-name', resourceVersion: 2 });
  expect(again.cluster?.resourceVersion).toBe('2');
});

test('updateCluster with unchanged labels changes nothing, in any order of the keys', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'labelled' });
  // PostgreSQL's jsonb sorts keys by their length first.
  const labels = { environment: 'prod', team: 'shop', a: 'b' };
  const first = await mutate('updateCluster', { id, labels });
  const again = await mutate('updateCluster', { id, labels });
  expect(again).toMatchObject({
    cluster: { resourceVersion: first.cluster?.resourceVersion },
    userErrors: [],
  });
  const events = await clusters.platform.database.prisma.event.count({
    where: { clusterId: id, type: 'CLUSTER_UPDATED' },
  });
  expect(events).toBe(1);
});

test('rejects updateCluster with an old resourceVersion with CONFLICT', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'contested' });
  await mutate('updateCluster', { id, labels: { a: 'b' } });
  const { cluster, userErrors } = await mutate('updateCluster', { id, labels: {}, resourceVersion: 1 });
  expect(cluster).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'CONFLICT', path: ['input', 'resourceVersion'] }]);
});

test('resourceVersion is exact beyond 2^53 in responses, variables and literals', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'long-lived' });
  const { prisma } = clusters.platform.database;
  await prisma.cluster.update({ where: { id }, data: { resourceVersion: 9_007_199_254_740_993n } });
  const updateWith = (resourceVersion: unknown) =>
    mutate('updateCluster', { id, labels: { v: String(resourceVersion) }, resourceVersion });
  expect((await updateWith('9007199254740992')).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
  const { cluster } = await updateWith('9007199254740993');
  expect(cluster?.resourceVersion).toBe('9007199254740994');
  const literal = `mutation { updateCluster(input: { id: "${id}", labels: {}, resourceVersion: 9007199254740994 }) {
    cluster { resourceVersion } userErrors { code } } }`;
  expect((await clusters.run(literal)).data).toEqual({
    updateCluster: { cluster: { resourceVersion: '9007199254740995' }, userErrors: [] },
  });
});

test('updateCluster rejects the name of another cluster that is not deleted', async () => {
  await runningCluster(clusters, 'acme', { name: 'mine' });
  const { id } = await runningCluster(clusters, 'acme', { name: 'yours' });
  expect((await mutate('updateCluster', { id, name: 'mine' })).userErrors).toMatchObject([
    { code: 'DUPLICATE_NAME' },
  ]);
  expect((await mutate('updateCluster', { id, name: '-', labels: 7 })).userErrors).toMatchObject([
    { code: 'INVALID_INPUT', path: ['input', 'name'] },
    { code: 'INVALID_INPUT', path: ['input', 'labels'] },
  ]);
});

test('upgradeCluster starts an upgrade to an adjacent version', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'upgraded', version: '1.32' });
  const { cluster, operation, userErrors } = await mutate('upgradeCluster', { id, version: '1.34' });
  expect(userErrors).toEqual([]);
  expect(cluster).toMatchObject({ state: 'UPGRADING' });
  expect(operation).toMatchObject({
    type: 'UPGRADE_CLUSTER',
    stages: [{ name: 'PRECHECK' }, { name: 'CONTROL_PLANE' }, { name: 'NODES' }, { name: 'COMPONENTS' }],
  });
  const row = await clusters.platform.database.prisma.operation.findUniqueOrThrow({
    where: { id: operation?.id ?? '' },
  });
  expect(row.input).toEqual({ version: '1.34.3' });
  expect((await mutate('upgradeCluster', { id, version: '1.34.1' })).userErrors).toMatchObject([
    { code: 'INVALID_STATE' },
  ]);
});

test.each([
  ['1.99', 'UNKNOWN_VERSION'],
  ['1.32.1', 'UPGRADE_NOT_ALLOWED'],
  ['1.30', 'UPGRADE_NOT_ALLOWED'],
])('rejects upgradeCluster from 1.32.6 to %s with %s', async (version, code) => {
  const { id } = await runningCluster(clusters, 'acme', {
    name: `stays-${version.replace(/\./g, '-')}`,
    version: '1.32.6',
  });
  const { userErrors } = await mutate('upgradeCluster', { id, version });
  expect(userErrors).toMatchObject([{ code, path: ['input', 'version'] }]);
});

test('deletes a cluster with deletion protection only after the protection is disabled', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'precious', deletionProtection: true });
  expect((await mutate('deleteCluster', { id })).userErrors).toMatchObject([
    { code: 'DELETION_PROTECTED', path: ['input', 'id'] },
  ]);
  await mutate('updateCluster', { id, deletionProtection: false });
  const { cluster, operation } = await mutate('deleteCluster', { id });
  expect(cluster).toMatchObject({ state: 'DELETING' });
  expect(operation).toMatchObject({ type: 'DELETE_CLUSTER', state: 'PENDING' });
  expect((await mutate('deleteCluster', { id })).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
});

test('deleting a cluster that is being created cancels its creation', async () => {
  const { data } = await clusters.run<{ createCluster: Payload }>(CREATE, { input: proCluster('unborn') });
  const { cluster, operation } = data.createCluster;
  await mutate('deleteCluster', { id: cluster?.id });
  expect(await unfinished(cluster?.id ?? '')).toBe(1);
  const query =
    'query ($id: ID!) { operation(id: $id) { state error { code message } stages { state } finishedAt } }';
  const { data: now } = await clusters.run<{ operation: unknown }>(query, { id: operation?.id });
  expect(now.operation).toMatchObject({ state: 'CANCELED', error: { code: 'OPERATION_CANCELED' } });
});

test('returns a deleted cluster by id and omits it from lists', async () => {
  const { id } = await runningCluster(clusters, 'gone', { name: 'gone' });
  const { prisma } = clusters.platform.database;
  await prisma.cluster.update({ where: { id }, data: { state: 'DELETED', deletedAt: new Date() } });
  const query = `query ($id: ID!) { cluster(id: $id) { state } clusters { totalCount nodes { id } }
    deleted: clusters(filter: { states: [DELETED] }) { nodes { id } } }`;
  const { data } = await clusters.run(query, { id }, 'gone');
  expect(data).toEqual({
    cluster: { state: 'DELETED' },
    clusters: { totalCount: 0, nodes: [] },
    deleted: { nodes: [{ id }] },
  });
});

test('cancelOperation records one request and schedules a reconcile; a completed operation cannot be cancelled', async () => {
  const { data } = await clusters.run<{ createCluster: Payload }>(CREATE, { input: proCluster('cancelled') });
  const id = data.createCluster.operation?.id ?? '';
  const mutation = `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { operation { id state } userErrors { code path } } }`;
  const first = await clusters.run(mutation, { id });
  expect(first.data).toEqual({ cancelOperation: { operation: { id, state: 'PENDING' }, userErrors: [] } });
  const { prisma } = clusters.platform.database;
  expect((await prisma.operation.findUniqueOrThrow({ where: { id } })).cancelRequestedAt).not.toBeNull();
  await prisma.operation.update({ where: { id }, data: { state: 'SUCCEEDED' } });
  const second = await clusters.run(mutation, { id });
  expect(second.data).toEqual({
    cancelOperation: { operation: null, userErrors: [{ code: 'NOT_CANCELABLE', path: ['input', 'id'] }] },
  });
});

test('mutations of one request read the changes of the preceding ones', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'in-turn' });
  const mutation = `mutation ($id: ID!) {
    a: updateCluster(input: { id: $id, labels: { n: "1" } }) { cluster { resourceVersion operations { totalCount } } }
    b: deleteCluster(input: { id: $id }) { cluster { state operations { totalCount } } } }`;
  const { data } = await clusters.run(mutation, { id });
  expect(data).toMatchObject({
    a: { cluster: { operations: { totalCount: 1 } } },
    b: { cluster: { state: 'DELETING', operations: { totalCount: 2 } } },
  });
});

test('returns conditions and stages with their times', async () => {
  const { id } = await runningCluster(clusters, 'acme', { name: 'timed' });
  const { prisma } = clusters.platform.database;
  const when = '2026-01-02T03:04:05.678Z';
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Running',
    message: 'm',
    lastTransitionAt: when,
  };
  await prisma.cluster.update({ where: { id }, data: { conditions: [condition] } });
  const stage = { name: 'READY', state: 'SUCCEEDED', startedAt: when, finishedAt: when, message: 'done' };
  await prisma.operation.updateMany({
    where: { clusterId: id },
    data: { stages: [stage], finishedAt: new Date(when) },
  });
  const query = `query ($id: ID!) { cluster(id: $id) { conditions { type status reason message lastTransitionAt }
    operations { nodes { finishedAt stages { name state startedAt finishedAt message } } } } }`;
  expect((await clusters.run(query, { id })).data).toEqual({
    cluster: { conditions: [condition], operations: { nodes: [{ finishedAt: when, stages: [stage] }] } },
  });
});
