import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DISKS,
  diskLimit,
  diskQuotaFor,
  INSTANCES,
  instancesWithinDiskQuota,
} from '../../../engine/ledger/disk-limit.js';
import { readQuotaUsage, reserve, setLimit } from '../../../engine/ledger/ledger.js';
import { systemClock } from '../../../kernel/clock.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { toResult } from '../../../kernel/result.js';
import type { ClusterQuotaEntry, ResourceQuotaEntry } from '../../../catalog/catalog.js';
import { quotaId } from '../../../engine/ledger/quota-id.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

let kit: TestDatabase;
let ask: AskSubgraph;
beforeAll(async () => {
  kit = await createTestDatabase();
  ask = askSubgraph(
    await createQuotasSubgraph({ database: kit.database, clock: systemClock, rights: kit.rights }),
  );
});
afterAll(() => kit[Symbol.asyncDispose]());

function catalog<T>(file: string): T[] {
  return JSON.parse(readFileSync(join(packageRoot, 'prisma/catalog', file), 'utf8')) as T[];
}

const counts = [
  'clustersPerAccount',
  'nodePoolsPerCluster',
  'nodesPerCluster',
  'podsPerNode',
  'podsPerCluster',
] as const;

/** Every number in the tables of the ACK documentation. */
const figures = [
  ...catalog<ClusterQuotaEntry>('cluster-quotas.json').flatMap((entry) =>
    counts.flatMap((count): [string, number][] => {
      const limit = entry[count];
      return limit === null ? [] : [[`${entry.product}/${count}`, limit]];
    }),
  ),
  ...catalog<ResourceQuotaEntry>('resource-quotas.json').flatMap(({ id, limit }): [string, number][] =>
    limit === null ? [] : [[id, limit]],
  ),
];

const fixed = [
  ...catalog<ClusterQuotaEntry>('cluster-quotas.json').flatMap(({ product, notAdjustable }) =>
    notAdjustable.map((count) => `${product}/${count}`),
  ),
  ...catalog<ResourceQuotaEntry>('resource-quotas.json').flatMap(({ id, adjustable }) =>
    adjustable ? [] : [id],
  ),
];

function take(account: string, resource: string, amount: number, computedLimit?: number) {
  const request = { account, resource, scope: '', amount, ...(computedLimit && { computedLimit }) };
  return toResult(() => kit.database.prisma.$transaction((tx) => reserve(tx, request)));
}

interface QuotaFields {
  readonly id: string;
  readonly resource: string;
  readonly limit: number | null;
  readonly effectiveLimit: number | null;
  readonly limitedBy: string | null;
  readonly used: number;
}

async function quota(account: string, resource: string): Promise<QuotaFields> {
  const { data, errors } = await ask<{ quotas: [QuotaFields] }>(
    account,
    'query Q($of: String!) { quotas(filter: { resource: $of }) { id resource limit effectiveLimit limitedBy used } }',
    { of: resource },
  );
  expect(errors).toEqual([]);
  return data.quotas[0];
}

describe('limits of the ACK documentation', () => {
  it('has 27 of the eight products and 15 of the resources', () => {
    expect(figures.filter(([resource]) => resource.includes('/'))).toHaveLength(27);
    expect(figures.filter(([resource]) => !resource.includes('/'))).toHaveLength(15);
  });

  it.each(figures)('%s: the ledger grants %i, and rejects one more', async (resource, limit) => {
    const account = `at-${resource}`;
    expect(await take(account, resource, limit)).toMatchObject({ ok: true });
    expect(await take(account, resource, 1)).toMatchObject({
      ok: false,
      problems: [{ code: 'QUOTA_EXCEEDED', details: { resource, limit, used: limit, requested: 1 } }],
    });
    expect(await take(`above-${resource}`, resource, limit + 1)).toMatchObject({
      ok: false,
      problems: [{ code: 'QUOTA_EXCEEDED', details: { resource, limit, used: 0, requested: limit + 1 } }],
    });
    expect(await quota(account, resource)).toMatchObject({ limit, effectiveLimit: limit });
  });

  it.each(fixed)('%s: a request for more is rejected with NOT_ADJUSTABLE', async (resource) => {
    const { id, limit } = await quota('asker', resource);
    const { data } = await ask<{
      requestQuotaIncrease: { application: unknown; userErrors: { code: string }[] };
    }>(
      'asker',
      `mutation R($input: RequestQuotaIncreaseInput!) { requestQuotaIncrease(input: $input) {
         application: quotaApplication { id } userErrors { code } } }`,
      { input: { quotaId: id, limit: (limit ?? 0) + 1 } },
    );
    expect(data.requestQuotaIncrease).toEqual({
      application: null,
      userErrors: [{ code: 'NOT_ADJUSTABLE' }],
    });
  });
});

describe('raised limit of node pools', () => {
  const limits = catalog<ClusterQuotaEntry>('cluster-quotas.json').flatMap(
    ({ product, nodePoolsPerCluster }): [string, number][] =>
      nodePoolsPerCluster === null ? [] : [[product, nodePoolsPerCluster]],
  );

  it.each(limits)(
    'of %s (%i) is effective up to the limit of scaling groups, and fully when that is raised, too',
    async (product, limit) => {
      const account = `pools-${product}`;
      const pools = `${product}/nodePoolsPerCluster`;
      const groups = `${product}/scalingGroupsPerCluster`;
      const raise = (resource: string, to: number) =>
        setLimit(kit.database.prisma, account, { resource, scope: '*' }, to);
      expect(await quota(account, pools)).toMatchObject({ limit, effectiveLimit: limit, limitedBy: null });
      await raise(pools, limit + 50);
      expect(await quota(account, pools)).toMatchObject({
        limit: limit + 50,
        effectiveLimit: limit,
        limitedBy: groups,
      });
      await raise(groups, limit + 20);
      expect(await quota(account, pools)).toMatchObject({ effectiveLimit: limit + 20, limitedBy: groups });
      await raise(groups, limit + 50);
      expect(await quota(account, pools)).toMatchObject({ effectiveLimit: limit + 50, limitedBy: null });
    },
  );
});

describe('limit of cloud disks', () => {
  it.each([
    [0, 10],
    [1, 10],
    [2, 10],
    [3, 15],
    [1_000, 5_000],
  ])('of an account with %i instances is %i', (instances, limit) => {
    expect(diskQuotaFor(instances)).toBe(limit);
  });

  it.each([
    // Instances, disks, granted limit; further instances, disks of each; how many of them fit.
    [{ instances: 0, disks: 0, granted: null }, 3, 1, 3],
    [{ instances: 0, disks: 0, granted: null }, 1_000, 5, 1_000],
    [{ instances: 0, disks: 0, granted: null }, 2, 6, 1],
    [{ instances: 0, disks: 0, granted: 12 }, 2, 6, 2],
    [{ instances: 0, disks: 0, granted: null }, 1, 11, 0],
    [{ instances: 2, disks: 10, granted: null }, 1, 5, 1],
    [{ instances: 2, disks: 10, granted: null }, 1, 6, 0],
    [{ instances: 2, disks: 20, granted: null }, 2, 1, 0],
    [{ instances: 2, disks: 20, granted: null }, 3, 1, 3],
    [{ instances: 2, disks: 20, granted: null }, 10, 3, 10],
  ])('with %o has room for %i instances of %i disks each: for %i', (room, count, each, instances) => {
    expect(instancesWithinDiskQuota(room, count, each)).toBe(instances);
  });

  it('counts the instances of all regions: one more than the limit is rejected, and the limit can be raised', async () => {
    const account = 'disks';
    await kit.database.prisma.$transaction((tx) =>
      reserve(tx, { account, resource: INSTANCES, scope: '', amount: 4 }),
    );
    const limit = await diskLimit(kit.database.prisma, account);
    expect(limit).toBe(20);
    expect(await take(account, DISKS, 20, limit)).toMatchObject({ ok: true });
    expect(await take(account, DISKS, 1, limit)).toMatchObject({
      ok: false,
      problems: [{ code: 'QUOTA_EXCEEDED', details: { resource: DISKS, limit: 20, used: 20, requested: 1 } }],
    });
    expect(await quota(account, DISKS)).toMatchObject({ limit: 20, used: 20 });
    await setLimit(kit.database.prisma, account, { resource: DISKS, scope: '' }, 30);
    expect(await take(account, DISKS, 10, limit)).toMatchObject({ ok: true });
    expect(await quota(account, DISKS)).toMatchObject({ limit: 30, used: 30 });
    expect(quotaId({ resource: DISKS, scope: '' })).toBe((await quota(account, DISKS)).id);
    expect(
      await readQuotaUsage(kit.database.prisma, account, [{ resource: DISKS, scope: '' }]),
    ).toMatchObject([{ used: 30 }]);
  });
});
