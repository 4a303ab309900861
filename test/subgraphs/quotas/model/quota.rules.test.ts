import { describe, expect, test } from 'vitest';
import { parseQuotaId, quotaId, raisableQuotaId } from '../../../../engine/ledger/quota-id.js';
import { readCatalog } from '../../../../catalog/catalog.js';
import { quotaDefinitions } from '../../../../catalog/quota-definitions.js';
import { decide, increaseProblem } from '../../../../subgraphs/quotas/model/quota-application.rules.js';
import type { QuotaDefinition } from '../../../../subgraphs/quotas/model/quota.rules.js';

const nodes: QuotaDefinition = {
  resource: 'ACK_PRO/nodesPerCluster',
  description: 'nodes',
  unit: 'node',
  adjustable: true,
  scopeKind: 'CLUSTER',
  product: null,
  defaultLimit: 1_000,
};
const pods = { ...nodes, resource: 'ACK_PRO/podsPerNode', adjustable: false };

describe('quota ids', () => {
  test.each(['', '*', 'cluster_01h455vb4pex5vsknk084sn02q', 'a|b'])(
    'encodes the scope "%s" reversibly in an id',
    (scope) => {
      const key = { resource: 'payg-vcpu', scope };
      expect(parseQuotaId(quotaId(key))).toEqual(key);
    },
  );

  test.each([
    '',
    'quota_',
    'quota_!!!',
    'payg-vcpu',
    'quota_cGF5Zy12Y3B1',
    `${quotaId({ resource: 'payg-vcpu', scope: '' })}=`,
    `quota_${'A'.repeat(600)}`,
  ])('rejects "%s" as a quota id', (id) => {
    expect(parseQuotaId(id)).toBeUndefined();
  });
});

test.each([
  ['', ''],
  ['*', '*'],
  ['cluster_01h455vb4pex5vsknk084sn02q', '*'],
])('the quota that has to be raised for the scope "%s" is the one of the scope "%s"', (scope, raised) => {
  const resource = 'ACK_PRO/scalingGroupsPerCluster';
  expect(raisableQuotaId({ resource, scope })).toBe(quotaId({ resource, scope: raised }));
});

describe('adjustability of limits', () => {
  test.each([
    ['above the present limit', nodes, 100, { limit: 101 }, undefined],
    ['as much as can be asked for', nodes, 100, { limit: 1_000_000 }, undefined],
    ['the present limit again', nodes, 100, { limit: 100 }, 'INVALID_INPUT'],
    ['less than the present limit', nodes, 100, { limit: -5 }, 'INVALID_INPUT'],
    ['more than can be asked for', nodes, 100, { limit: 1_000_001 }, 'INVALID_INPUT'],
    ['a reason that is a novel', nodes, 100, { limit: 200, reason: 'x'.repeat(1_001) }, 'INVALID_INPUT'],
    ['a limit that is fixed', pods, 256, { limit: 300 }, 'NOT_ADJUSTABLE'],
    ['a limit that is computed', nodes, null, { limit: 300 }, 'NOT_ADJUSTABLE'],
  ])('%s', (_, definition, current, input, code) => {
    expect(increaseProblem(definition, current, input)?.code).toBe(code);
  });
});

describe('decision on a quota application', () => {
  test.each([
    [
      'a higher limit is approved',
      nodes,
      100,
      200,
      { state: 'APPROVED', raise: true, fromLimit: 100, toLimit: 200 },
    ],
    [
      'one that holds already is approved',
      nodes,
      300,
      200,
      { state: 'APPROVED', raise: false, toLimit: 300 },
    ],
    ['100 times the limit is approved', nodes, 100, 10_000, { state: 'APPROVED', raise: true }],
    [
      'more than 100 times the limit is rejected without a reason',
      nodes,
      100,
      10_001,
      { state: 'REJECTED', raise: false, toLimit: 100, message: expect.stringContaining('needs a reason') },
    ],
    ['a fixed one is rejected', pods, 256, 300, { state: 'REJECTED', raise: false, toLimit: 256 }],
    ['one that is gone is rejected', undefined, 100, 200, { state: 'REJECTED', raise: false }],
  ])('%s', (_, definition, current, limit, decision) => {
    expect(decide(definition, current, { limit })).toMatchObject(decision);
  });
});

describe('quotas of the catalog', () => {
  test('include every limit of a product and of a resource, except those that do not apply', async () => {
    const catalog = await readCatalog();
    const definitions = new Map(quotaDefinitions(catalog).map((row) => [row.resource, row]));
    const expected = catalog.clusterQuotas.flatMap(
      ({ product, notAdjustable, clustersPerAccount, nodePoolsPerCluster, ...counts }) =>
        Object.entries({
          clustersPerAccount,
          nodePoolsPerCluster,
          // Each node pool needs a scaling group.
          scalingGroupsPerCluster: nodePoolsPerCluster,
          ...counts,
        })
          .filter(([, limit]) => limit !== null)
          .map(([count, limit]) => [`${product}/${count}`, limit, !notAdjustable.includes(count)]),
    );
    const resources = catalog.resourceQuotas.map(({ id, limit, adjustable }) => [id, limit, adjustable]);
    expect([...definitions.values()].map((row) => [row.resource, row.default_limit, row.adjustable])).toEqual(
      [...expected, ...resources],
    );
    expect(definitions.has('ASK_PRO/nodesPerCluster')).toBe(false);
  });
});
