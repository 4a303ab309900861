import 'reflect-metadata';
import { afterAll, beforeAll, test } from 'vitest';
import { clusterLifecycle } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

test('creates, watches, deploys to, scales with partial success, measures and deletes a cluster by one graph', async () => {
  await clusterLifecycle({ url: platform.url, account: 'acme' }, 'main-job');
});
