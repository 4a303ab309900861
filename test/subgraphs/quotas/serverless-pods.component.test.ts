import { expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { waitForOperation, startEngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';

const PODS = '/api/v1/namespaces/default/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

const labels = { app: 'web' };
const containers = [{ name: 'web', image: 'web' }];

test('a created ASK Standard cluster runs 1,000 pods, and rejects one more', async () => {
  await using world = await startEngineFixture({ speed: 2_000 });
  await using _engine = await world.engine();
  const { cluster, operation } = await world.creation.create(world.actor, {
    name: 'serverless',
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    profile: 'SERVERLESS',
    spec: 'STANDARD',
  } as Parameters<typeof world.creation.create>[1]);
  const clusterId = cluster!.id;
  expect(await waitForOperation(world, operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
  const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId)!;
  const api = new KubernetesClient(world.platform.kubernetes.of(access), { clusterId });
  await api.create(DEPLOYMENTS, {
    metadata: { name: 'web' },
    spec: {
      replicas: 1_100,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
  const count = async () => {
    let found = 0;
    for await (const pods of api.chunks('/api/v1/pods')) found += pods.length;
    return found;
  };
  await eventually(async () => (await count()) === 1_000, { what: '1,000 pods', timeoutMs: 120_000 });
  const rejection = await api.create(PODS, { metadata: { name: 'more' }, spec: { containers } }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(rejection).toBeInstanceOf(KubernetesStatusError);
  expect(rejection).toMatchObject({ status: 403 });
  expect((rejection as Error).message).toContain('used: pods=1000, limited: pods=1000');
  expect(await count()).toBe(1_000);
}, 300_000);
