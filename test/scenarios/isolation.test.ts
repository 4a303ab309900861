import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as documents from '../kit/documents.js';
import { ask, clusterView, createCluster, operationEnd, readyReplicas, type Seat } from '../kit/main-job.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { record } from '../kit/subscribe.js';

let platform: TestPlatform;
let owner: Seat;
let stranger: Seat;
let ids: { cluster: string; pool: string; operation: string; workload: string; quota: string };

beforeAll(async () => {
  platform = await startTestPlatform();
  owner = { url: platform.url, account: 'acme' };
  stranger = { url: platform.url, account: 'globex' };
  const cluster = await createCluster(owner, 'private', 1);
  await operationEnd(owner, cluster.operationId);
  const pool = (await clusterView(owner, cluster.id)).nodePools.nodes[0]!.id;
  const { applyManifest } = await ask<{ applyManifest: { workload: { id: string } } }>(
    owner,
    documents.APPLY,
    {
      input: { clusterId: cluster.id, yaml: documents.deploymentYaml('secret', 1) },
    },
  );
  await readyReplicas(owner, applyManifest.workload.id, 1);
  const { cluster: seen } = await ask<{ cluster: { quotas: { id: string }[] } }>(
    owner,
    'query Quotas($id: ID!) { cluster(id: $id) { quotas { id } } }',
    { id: cluster.id },
  );
  ids = {
    cluster: cluster.id,
    pool,
    operation: cluster.operationId,
    workload: applyManifest.workload.id,
    quota: seen.quotas[0]!.id,
  };
});
afterAll(() => platform[Symbol.asyncDispose]());

describe("another account's ids answer as ids that do not exist", () => {
  test.each([
    ['cluster', '{ cluster(id: "$cluster") { id name } }'],
    ['nodePool', '{ nodePool(id: "$pool") { id } }'],
    ['operation', '{ operation(id: "$operation") { id } }'],
    ['workload', '{ workload(id: "$workload") { id } }'],
  ])('Query.%s is null', async (field, query) => {
    const text = query.replace(/\$(\w+)/, (_, name: keyof typeof ids) => ids[name]);
    expect(await ask(owner, text)).toMatchObject({ [field]: { id: expect.any(String) as string } });
    expect(await ask(stranger, text)).toEqual({ [field]: null });
  });

  test('lists of the other account are empty', async () => {
    const lists = `{ clusters { nodes { id } } operations { nodes { id } } workloads { nodes { id } } events { nodes { id } }
      regions { clusters { nodes { id } } } }`;
    const { regions, ...rest } = await ask<
      Record<string, unknown> & { regions: { clusters: { nodes: unknown[] } }[] }
    >(stranger, lists);
    expect(rest).toEqual({
      clusters: { nodes: [] },
      operations: { nodes: [] },
      workloads: { nodes: [] },
      events: { nodes: [] },
    });
    expect(regions.flatMap((region) => region.clusters.nodes)).toEqual([]);
  });

  test('filters by the id of the other account find nothing', async () => {
    const query = `query F($id: ID!) {
      events(filter: { clusterId: $id }) { nodes { id } } workloads(filter: { clusterId: $id }) { nodes { id } } }`;
    expect(await ask(stranger, query, { id: ids.cluster })).toEqual({
      events: { nodes: [] },
      workloads: { nodes: [] },
    });
  });

  test.each([
    ['updateCluster', 'UpdateClusterInput!', () => ({ id: ids.cluster, name: 'stolen' })],
    ['upgradeCluster', 'UpgradeClusterInput!', () => ({ id: ids.cluster, version: '1.34.1' })],
    [
      'setMaintenanceWindow',
      'SetMaintenanceWindowInput!',
      () => ({ clusterId: ids.cluster, recurrence: 'FREQ=DAILY', startTime: '02:00', durationHours: 4 }),
    ],
    [
      'runClusterCheck',
      'RunClusterCheckInput!',
      () => ({ clusterId: ids.cluster, type: 'UPGRADE', version: '1.34.1' }),
    ],
    ['deleteCluster', 'DeleteClusterInput!', () => ({ id: ids.cluster })],
    [
      'createNodePool',
      'CreateNodePoolInput!',
      () => ({ clusterId: ids.cluster, name: 'mine', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }),
    ],
    ['scaleNodePool', 'ScaleNodePoolInput!', () => ({ nodePoolId: ids.pool, desiredSize: 0 })],
    ['deleteNodePool', 'DeleteNodePoolInput!', () => ({ id: ids.pool })],
    ['cancelOperation', 'CancelOperationInput!', () => ({ id: ids.operation })],
    [
      'applyManifest',
      'ApplyManifestInput!',
      () => ({ clusterId: ids.cluster, yaml: documents.deploymentYaml('intruder', 1) }),
    ],
    ['scaleWorkload', 'ScaleWorkloadInput!', () => ({ workloadId: ids.workload, replicas: 0 })],
    ['requestQuotaIncrease', 'RequestQuotaIncreaseInput!', () => ({ quotaId: ids.quota, limit: 5000 })],
  ])('Mutation.%s is refused with NOT_FOUND', async (field, type, input) => {
    const document = `mutation M($input: ${type}) { ${field}(input: $input) { userErrors { code } } }`;
    const answer = await ask<Record<string, { userErrors: { code: string }[] }>>(stranger, document, {
      input: input(),
    });
    expect(answer[field]?.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
  });

  test('subscriptions of the other account get nothing of it', async () => {
    using events = await record(platform.url, { query: 'subscription { events { id } }', account: 'globex' });
    using provisioning = await record(platform.url, {
      query: 'subscription { provisioningEvents { id } }',
      account: 'globex',
    });
    const other = await createCluster(owner, 'private-two', 1);
    await operationEnd(owner, other.operationId);
    const own = await createCluster(stranger, 'own', 1);
    await operationEnd(stranger, own.operationId);
    const { events: mine } = await ask<{ events: { nodes: { id: string }[] } }>(
      stranger,
      '{ events(first: 500) { nodes { id } } }',
    );
    const known = new Set(mine.nodes.map(({ id }) => id));
    const seen = [...events.events, ...provisioning.events].map(
      (event) => Object.values(event as Record<string, { id: string }>)[0]!.id,
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((id) => !known.has(id))).toEqual([]);
  });

  test('operationProgress of the other account is an error, never a silent stream', async () => {
    using progress = await record(platform.url, {
      query: 'subscription P($id: ID!) { operationProgress(id: $id) { id } }',
      variables: { id: ids.operation },
      account: 'globex',
    });
    await expect(progress.ended).rejects.toThrow('NOT_FOUND');
  });
});
