import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from '../kit.js';
import { createCluster } from './kinds-kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

describe('a registered cluster', () => {
  test('has a link whose health is not that of the cluster: without an agent one is down, the other unknown', async () => {
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

  test('is gated by region and quota as its product says', async () => {
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
