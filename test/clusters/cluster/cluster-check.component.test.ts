import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { addNodes, runningCluster } from '../running-cluster.js';
import { clusterMutation, type PayloadView } from '../requests.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Lists of an API server of Kubernetes 1.24, by path; every other path returns 404. */
const lists: Record<string, unknown> = {
  '/apis': {
    groups: ['batch/v1', 'autoscaling/v2', 'discovery.k8s.io/v1'].map((groupVersion) => ({
      name: groupVersion.split('/')[0],
      versions: [{ groupVersion }],
      preferredVersion: { groupVersion },
    })),
  },
  '/apis/batch/v1/cronjobs': {
    items: [
      { metadata: { namespace: 'shop', name: 'nightly', managedFields: [{ apiVersion: 'batch/v1beta1' }] } },
      { metadata: { namespace: 'shop', name: 'hourly', managedFields: [{ apiVersion: 'batch/v1' }] } },
    ],
  },
  '/apis/policy/v1beta1/podsecuritypolicies': { items: [{ metadata: { name: 'restricted' } }] },
  '/apis/autoscaling/v2/horizontalpodautoscalers': {
    items: [
      {
        metadata: {
          namespace: 'shop',
          name: 'web',
          annotations: { [LAST_APPLIED]: '{"apiVersion":"autoscaling/v2beta2"}' },
        },
      },
    ],
  },
};
const api = createServer((request, response) => {
  const body = lists[request.url?.split('?')[0] ?? ''];
  response.writeHead(body ? 200 : 404).end(JSON.stringify(body ?? { reason: 'NotFound', message: 'none' }));
});

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
  await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  await clusters[Symbol.asyncDispose]();
  api.closeAllConnections();
  await new Promise((closed) => api.close(closed));
});

const prisma = () => clusters.platform.database.prisma;
const giveApi = (clusterId: string, port = (api.address() as AddressInfo).port) =>
  prisma().$transaction((tx) =>
    putClusterAccess(tx, {
      clusterId,
      account: 'acme',
      server: `http://127.0.0.1:${port}`,
      caData: '',
      token: 't',
    }),
  );

/** Creates a running cluster of a version that createCluster does not accept any more; returns its id. */
async function oldCluster(name: string, version: string): Promise<string> {
  const { id } = await runningCluster(clusters, 'acme', { name });
  await prisma().cluster.update({ where: { id }, data: { version } });
  return id;
}

interface Checked {
  readonly runClusterCheck: {
    readonly check: {
      readonly id: string;
      readonly state: string;
      readonly items: { name: string; level: string; result: string; message: string; fix: string | null }[];
    } | null;
    readonly userErrors: unknown[];
  };
}
const RUN = `mutation ($clusterId: ID!, $version: String!) {
  runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {
    check: clusterCheck { id type version state createdAt items { name level result message fix } } userErrors { code path } } }`;
const check = async (clusterId: string, version: string, account = 'acme') =>
  (await clusters.run<Checked>(RUN, { clusterId, version }, account)).data.runClusterCheck;
const upgrade = async (id: string, version: string) => {
  const query = clusterMutation('upgradeCluster', 'UpgradeClusterInput');
  return (await clusters.run<{ payload: PayloadView }>(query, { input: { id, version } })).data.payload;
};

describe('upgrade check', () => {
  test('lists objects that were written with APIs removed in the target version, and the upgrade is rejected', async () => {
    const id = await oldCluster('old-apis', '1.24.17');
    await giveApi(id);
    const { check: stored } = await check(id, '1.26');
    expect(stored).toMatchObject({ state: 'BLOCKED', version: '1.26' });
    const item = stored?.items.find(({ name }) => name === 'REMOVED_APIS');
    expect(item).toMatchObject({ level: 'BLOCKING', result: 'FAILED' });
    for (const text of [
      'autoscaling/v2beta2 HorizontalPodAutoscaler (gone in 1.26, use autoscaling/v2): shop/web.',
      'batch/v1beta1 CronJob (gone in 1.25, use batch/v1): shop/nightly.',
      'policy/v1beta1 PodSecurityPolicy (gone in 1.25, without replacement): restricted.',
    ])
      expect(item?.message).toContain(text);
    expect(item?.message).not.toContain('hourly');
    const { operation, userErrors } = await upgrade(id, '1.26');
    expect(operation).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'UPGRADE_BLOCKED', path: ['input', 'id'] }]);
    expect(userErrors[0]?.message).toContain('shop/nightly');
  });

  test('only warns of APIs that were removed in earlier versions, and the upgrade starts', async () => {
    const id = await oldCluster('long-gone', '1.30.12');
    await giveApi(id);
    const { check: stored } = await check(id, '1.32');
    expect(stored?.state).toBe('PASSED');
    expect(stored?.items.find(({ name }) => name === 'LONG_REMOVED_APIS')).toMatchObject({
      level: 'WARNING',
      result: 'FAILED',
    });
    expect((await upgrade(id, '1.32')).userErrors).toEqual([]);
  });

  test('fails if the API server does not respond', async () => {
    const id = await oldCluster('silent', '1.32.6');
    await giveApi(id, 9);
    expect((await check(id, '1.34')).check?.state).toBe('BLOCKED');
    expect((await upgrade(id, '1.34')).userErrors).toMatchObject([{ code: 'UPGRADE_BLOCKED' }]);
  });

  test('fails if nodes are not ready', async () => {
    const { id } = await runningCluster(clusters, 'acme', {
      name: 'sick',
      version: '1.32.6',
      nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 }],
    });
    await prisma().node.updateMany({ where: { clusterId: id }, data: { version: '1.32.6' } });
    expect((await check(id, '1.34')).check?.state).toBe('PASSED');
    const node = await prisma().node.findFirstOrThrow({ where: { clusterId: id } });
    await prisma().node.update({ where: { id: node.id }, data: { status: 'NotReady' } });
    expect((await check(id, '1.34')).check?.items).toContainEqual({
      name: 'NODES_READY',
      level: 'BLOCKING',
      result: 'FAILED',
      message: '1 of 2 nodes are not ready.',
      fix: 'Repair or remove the nodes whose status is not Ready.',
    });
    expect((await upgrade(id, '1.34')).userErrors).toMatchObject([{ code: 'UPGRADE_BLOCKED' }]);
    const pool = node.nodePoolId ?? '';
    await addNodes(clusters, { account: 'acme', cluster: id, pool }, 1, 'failed');
    await prisma().node.update({ where: { id: node.id }, data: { status: 'Ready' } });
    expect((await upgrade(id, '1.34')).userErrors).toEqual([]);
  });

  test('uses the current nodes of Kubernetes instead of the recorded ones', async () => {
    const { id } = await runningCluster(clusters, 'acme', {
      name: 'present',
      version: '1.32.6',
      nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 }],
    });
    await giveApi(id);
    const nodes = await prisma().node.findMany({ where: { clusterId: id } });
    const listed = (ready: string, kubeletVersion = 'v1.32.6') => ({
      items: nodes.map(({ name }) => ({
        metadata: { name },
        status: { nodeInfo: { kubeletVersion }, conditions: [{ type: 'Ready', status: ready }] },
      })),
    });
    const failed = async () =>
      (await check(id, '1.34')).check?.items
        .filter(({ level, result }) => level === 'BLOCKING' && result === 'FAILED')
        .map(({ name }) => name);
    lists['/api/v1/nodes'] = listed('False');
    expect(await failed()).toEqual(['NODES_READY']);
    lists['/api/v1/nodes'] = { items: listed('True').items.slice(1) };
    expect(await failed()).toEqual(['NODES_READY']);
    lists['/api/v1/nodes'] = listed('True', 'v1.28.3');
    expect(await failed()).toEqual(['VERSION_SKEW']);
    lists['/api/v1/nodes'] = listed('True');
    await prisma().node.updateMany({ where: { clusterId: id }, data: { status: 'NotReady' } });
    expect(await failed()).toEqual([]);
    delete lists['/api/v1/nodes'];
  });

  test('reports an impossible target version, and is stored', async () => {
    const id = await oldCluster('kept', '1.30.12');
    const { check: stored } = await check(id, '1.34');
    expect(stored?.items[0]).toMatchObject({ name: 'VERSION_POLICY', result: 'FAILED' });
    const query = 'query ($id: ID!) { clusterCheck(id: $id) { state items { name } } }';
    expect((await clusters.run(query, { id: stored?.id })).data).toMatchObject({
      clusterCheck: { state: 'BLOCKED', items: stored?.items.map(({ name }) => ({ name })) },
    });
    expect((await clusters.run(query, { id: stored?.id }, 'stranger')).data).toEqual({ clusterCheck: null });
  });

  test('stores the newest 20 checks of a cluster', async () => {
    const id = await oldCluster('often', '1.32.6');
    for (let count = 0; count < 22; count++) await check(id, '1.34');
    expect(await prisma().clusterCheck.count({ where: { clusterId: id } })).toBe(20);
  });

  test('rejects the cluster of another account like an unknown one', async () => {
    const id = await oldCluster('foreign', '1.32.6');
    const foreign = await check(id, '1.34', 'stranger');
    expect(foreign).toEqual({
      check: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'clusterId'] }],
    });
    expect(foreign).toEqual(await check('cluster_00000000000000000000000000', '1.34', 'stranger'));
  });
});
