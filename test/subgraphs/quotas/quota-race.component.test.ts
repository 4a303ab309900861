import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuotaUsage, reserve, setLimit } from '../../../engine/ledger/ledger.js';
import { CREATE, type Created, proCluster } from '../../clusters/requests.js';
import { startTestPlatform, type TestPlatform } from '../../kit/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const RESOURCE = 'ACK_PRO/clustersPerAccount';

describe('last unit of a quota', () => {
  it('is granted to exactly one of 50 clients that request it concurrently', async () => {
    const { prisma } = platform.kit.database;
    const account = 'racers';
    await setLimit(prisma, account, { resource: RESOURCE, scope: '*' }, 3);
    await prisma.$transaction((tx) => reserve(tx, { account, resource: RESOURCE, scope: '', amount: 2 }));
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        platform.request<Created>(CREATE, { input: proCluster(`racer-${index}`) }, account),
      ),
    );
    const payloads = responses.map(({ data, errors }) => {
      expect(errors).toBeUndefined();
      return data?.createCluster;
    });
    expect(payloads.filter((payload) => payload?.cluster)).toHaveLength(1);
    const rejected = payloads.flatMap((payload) => payload?.userErrors ?? []);
    expect(rejected).toHaveLength(49);
    for (const error of rejected)
      expect(error).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        resource: RESOURCE,
        limit: 3,
        used: 3,
        requested: 1,
      });
    expect(await prisma.cluster.count({ where: { account } })).toBe(1);
    expect(await readQuotaUsage(prisma, account, [{ resource: RESOURCE, scope: '' }])).toMatchObject([
      { used: 3 },
    ]);
  });
});
