import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtControlPlane } from '../../kit/control-plane.js';
import { builtThirdParty } from '../../kit/third-party.js';
import { type ClusterUnderTest, controlPlanes, openCluster } from './cluster-under-test.js';

const programs = builtThirdParty('the tests of Helm');
const assets = builtControlPlane('the tests of Helm with a real control plane');
const CHART = join(import.meta.dirname, 'chart');
const WAIT = ['--wait', '--timeout', '100s'];
const OBJECTS = {
  deployment: '/apis/apps/v1/namespaces/default/deployments/shop',
  ingress: '/apis/networking.k8s.io/v1/namespaces/default/ingresses/shop',
  role: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/shop',
  autoscaler: '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/shop',
  greeting: '/apis/shop.example.com/v1/namespaces/default/greetings/shop',
};

describe.each(controlPlanes(assets).filter(({ skipped }) => programs && !skipped))(
  'Helm on $target',
  { timeout: 180_000 },
  ({ assets: folder }) => {
    let under: ClusterUnderTest;

    const helm = (...args: string[]) => under.run(programs?.helm ?? '', args);
    const get = (kind: keyof typeof OBJECTS) => under.cluster.api('GET', OBJECTS[kind]);
    const statuses = async () =>
      Promise.all(
        (Object.keys(OBJECTS) as (keyof typeof OBJECTS)[]).map(async (kind) => (await get(kind)).status),
      );

    beforeAll(async () => {
      under = await openCluster('helm', folder);
    }, 120_000);
    afterAll(() => under[Symbol.asyncDispose]());

    // The tests are one story: each continues with the release of the one before.
    test('installs a chart with definitions, hooks, access rules, an ingress and an autoscaler', async () => {
      expect(await helm('install', 'shop', CHART, ...WAIT)).toContain('STATUS: deployed');
      expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
      expect((await get('greeting')).body.spec).toEqual({ text: 'hello', times: 1 });
    });

    test('upgrades a release and removes what the chart dropped', async () => {
      await helm('upgrade', 'shop', CHART, '--set', 'replicas=2,ingress=false,greeting=hi', ...WAIT);
      expect((await get('ingress')).status).toBe(404);
      expect((await get('deployment')).body.status['availableReplicas']).toBe(2);
      expect((await get('greeting')).body.spec).toEqual({ text: 'hi', times: 1 });
    });

    test('runs the tests of a release and prints their log', async () => {
      const output = await helm('test', 'shop', '--logs');
      expect(output).toContain('Phase:          Succeeded');
      expect(output).toContain('hi');
    });

    test('keeps the release when a hook of its upgrade fails', async () => {
      const upgrade = helm('upgrade', 'shop', CHART, '--set', 'replicas=3,migrationExitCode=1', ...WAIT);
      await expect(upgrade).rejects.toThrow(/failed/);
      expect((await get('deployment')).body.spec['replicas']).toBe(2);
    });

    test('rolls a release back to its first revision', async () => {
      await helm('rollback', 'shop', '1', ...WAIT);
      expect((await get('ingress')).status).toBe(200);
      expect((await get('deployment')).body.spec['replicas']).toBe(1);
      const history = JSON.parse(await helm('history', 'shop', '--output', 'json')) as { status: string }[];
      expect(history.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'failed', 'deployed']);
    });

    test('uninstalls a release and keeps its definitions', async () => {
      await helm('uninstall', 'shop', ...WAIT);
      expect(await statuses()).toEqual([404, 404, 404, 404, 404]);
      const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/greetings.shop.example.com';
      expect((await under.cluster.api('GET', definition)).status).toBe(200);
    });
  },
);
if (!programs) test.skip('Helm is not built', () => undefined);
