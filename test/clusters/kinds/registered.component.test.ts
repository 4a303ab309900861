import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from '../kit.js';
import { createCluster } from './kinds-kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

describe('registered cluster', () => {
  test('reports a missing agent as AgentConnected False, and its API server as Unknown', async () => {
    const { cluster } = await createCluster(
      clusters,
      { name: 'afar', type: 'EXTERNAL_KUBERNETES' },
      'linked',
    );
    const { data } = await clusters.run<{ cluster: object }>(
      `query ($id: ID!) { cluster(id: $id) {
        state controlPlane { available } conditions { type status reason } } }`,
      { id: cluster?.id },
      'linked',
    );
    expect(data.cluster).toMatchObject({
      state: 'WAITING',
      controlPlane: null,
      conditions: [
        { type: 'AgentConnected', status: 'False', reason: 'WaitingForAgent' },
        { type: 'ApiServerAvailable', status: 'Unknown', reason: 'NotConnected' },
      ],
    });
  });

  test('records the subject and the keys of changed labels once the risk is acknowledged', async () => {
    const account = 'audited';
    const created = await createCluster(
      clusters,
      { name: 'afar', type: 'EXTERNAL_KUBERNETES', labels: { team: 'a', tier: 'gold', old: 'x' } },
      account,
    );
    const id = created.cluster?.id;
    const UPDATE = `mutation ($input: UpdateClusterInput!) { payload: updateCluster(input: $input) {
      userErrors { code path } } }`;
    const labels = { team: 'b', tier: 'gold', owner: 'ann' };
    const update = async (more: object) =>
      (
        await clusters.run<{ payload: { userErrors: object[] } }>(
          UPDATE,
          { input: { id, labels, ...more } },
          account,
        )
      ).data.payload.userErrors;
    expect(await update({ acknowledgeRisk: true, authenticationMode: 'KUBERNETES' })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', 'authenticationMode'] },
    ]);
    expect(await update({})).toEqual([{ code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] }]);
    const stream = await clusters.open<{ provisioningEvents: object }>(
      'subscription { provisioningEvents { type actor message } }',
      {},
      account,
    );
    // The start position of the stream.
    expect((await stream.next()).value).toHaveProperty('bookmark');
    const next = stream.next();
    expect(await update({ acknowledgeRisk: true })).toEqual([]);
    expect((await next).value).toMatchObject({
      data: {
        provisioningEvents: {
          type: 'CLUSTER_UPDATED',
          actor: `${account}-tester`,
          message: `Cluster afar: labels changed by ${account}-tester (-old, +owner, ~team).`,
        },
      },
    });
    await stream.return(undefined);
  });

  test('takes the same labels in another order of keys without an acknowledged risk, an event or a new version', async () => {
    const account = 'reordered';
    // PostgreSQL's jsonb sorts keys by their length first: a, tier, environment.
    const labels = { tier: 'gold', environment: 'prod', a: 'b' };
    const created = await createCluster(
      clusters,
      { name: 'afar', type: 'EXTERNAL_KUBERNETES', labels },
      account,
    );
    const id = created.cluster?.id;
    const { prisma } = clusters.platform.database;
    const read = async () => ({
      cluster: await prisma.cluster.findUniqueOrThrow({ where: { id: String(id) } }),
      events: await prisma.event.count({ where: { account } }),
    });
    const before = await read();
    expect(before).toMatchObject({ cluster: { labels } });
    const { data } = await clusters.run<{ payload: { userErrors: object[] } }>(
      'mutation ($input: UpdateClusterInput!) { payload: updateCluster(input: $input) { userErrors { code } } }',
      { input: { id, labels: { environment: 'prod', a: 'b', tier: 'gold' } } },
      account,
    );
    expect(data.payload.userErrors).toEqual([]);
    expect(await read()).toEqual(before);
  });

  test('is limited by the region and quota of its product', async () => {
    const register = (name: string, regionId = 'cn-hangzhou') =>
      createCluster(clusters, { name, regionId, type: 'EXTERNAL_KUBERNETES' }, 'registrar');
    expect((await register('x', 'ap-southeast-7')).userErrors).toMatchObject([
      { code: 'PRODUCT_COMING_SOON' },
    ]);
    for (let index = 0; index < 5; index += 1)
      expect(await register(`r${index}`)).toMatchObject({
        userErrors: [],
        operation: null,
        cluster: { state: 'WAITING', product: 'REGISTERED' },
      });
    expect((await register('r5')).userErrors).toMatchObject([{ code: 'QUOTA_EXCEEDED' }]);
  });
});
