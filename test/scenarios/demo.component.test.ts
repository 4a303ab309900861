import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDemo } from '../../examples/demo/run-demo.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { runDemoOn } from '../kit/run-demo-on.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

test('the demo runs all steps and deletes what it created', async () => {
  const { report, text } = await runDemoOn(platform);

  expect(text).toContain('PARTIAL: 22 of 32 created, 10 failed');
  expect(text).toContain('10 × QUOTA_EXCEEDED');
  expect(text).toMatch(/nodes {9}25\b/);
  expect(report).toMatchObject({ nodes: 25, retries: 0 });

  const { data } = await platform.request<{ quotas: { resource: string; used: number }[] }>(
    '{ quotas { resource used } clusters { totalCount } }',
    {},
    'demo',
  );
  expect(data).toMatchObject({ clusters: { totalCount: 0 } });
  expect(data?.quotas.find(({ resource }) => resource === 'payg-vcpu')).toMatchObject({ used: 0 });
}, 180_000);

test('the upgrade demo upgrades a cluster with a workload to the next version and deletes what it created', async () => {
  const { report, text } = await runDemoOn(platform, { account: 'upgrader', scenario: 'upgrade' });
  expect(text).toMatch(
    /Kubernetes 1\.34\.3 on 3 ready nodes; the deployment never had fewer than \d+ ready pods/,
  );
  expect(text).toContain('UPGRADE_NOT_ALLOWED');
  expect(report).toMatchObject({ nodes: 3, retries: 0 });
}, 180_000);

test('the demo fails when the platform rejects its token', async () => {
  const demo = runDemo({ url: `${platform.url}/graphql`, token: 'nonsense', out: () => undefined });
  await expect(demo).rejects.toThrow('does not accept the token');
});
