import 'reflect-metadata';
import { afterAll, beforeAll, test } from 'vitest';
import { mainJob } from '../kit/main-job.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

test('a cluster is created, watched, deployed to, scaled with partial success, measured and deleted on one graph', async () => {
  await mainJob({ url: platform.url, account: 'acme' }, 'main-job');
});
