import { describe, expect, test } from 'vitest';
import {
  immutableProblems,
  type ImmutableFields,
  type StoredImmutableFields,
} from '../../../subgraphs/clusters/model/immutable.rules.js';
import { labelRiskProblems } from '../../../subgraphs/clusters/model/registered.rules.js';

const MANAGED = 'MANAGED_KUBERNETES';
const DEDICATED = 'KUBERNETES';

describe('immutable fields of a cluster', () => {
  const managed: StoredImmutableFields = {
    id: 'cluster_1',
    type: MANAGED,
    profile: 'DEFAULT',
    spec: 'PRO',
    capability: null,
    regionId: 'cn-hangzhou',
    vpcId: 'vpc_1',
    networkPlugin: 'FLANNEL',
    storagePlugin: 'CSI',
  };
  const dedicated: StoredImmutableFields = { ...managed, type: DEDICATED, spec: null };
  const unchanged: ImmutableFields = {
    regionId: 'cn-hangzhou',
    vpcId: 'vpc_1',
    type: MANAGED,
    profile: 'DEFAULT',
    spec: 'PRO',
    networkPlugin: 'FLANNEL',
    storagePlugin: 'CSI',
    masterCount: 0,
  };

  test('accept their current value in an update', () => {
    expect(immutableProblems({}, managed)).toEqual([]);
    expect(immutableProblems(unchanged, managed)).toEqual([]);
    expect(immutableProblems({ masterCount: 3, type: DEDICATED }, dedicated)).toEqual([]);
  });

  test.each<[string, ImmutableFields, StoredImmutableFields, string[]]>([
    ['the region', { regionId: 'cn-beijing' }, managed, ['regionId']],
    ['the VPC', { vpcId: 'vpc_2' }, managed, ['vpcId']],
    ['managed to dedicated', { type: DEDICATED }, managed, ['type']],
    ['Pro to Standard', { spec: 'STANDARD' }, managed, ['spec']],
    ['Standard to Pro, which is a migration', { spec: 'PRO' }, { ...managed, spec: 'STANDARD' }, ['spec']],
    ['the profile', { profile: 'EDGE' }, managed, ['profile']],
    ['the capability', { capability: 'GPU' }, managed, ['capability']],
    ['the network plugin', { networkPlugin: 'TERWAY' }, managed, ['networkPlugin']],
    ['the storage plugin', { storagePlugin: 'FLEXVOLUME' }, managed, ['storagePlugin']],
    ['more masters', { masterCount: 5 }, dedicated, ['masterCount']],
    ['fewer masters', { masterCount: 1 }, dedicated, ['masterCount']],
    ['masters of a managed one', { masterCount: 3 }, managed, ['masterCount']],
    ['several at once', { vpcId: 'vpc_2', spec: 'STANDARD' }, managed, ['vpcId', 'spec']],
  ])('reject another value with the path: %s', (_what, update, cluster, fields) => {
    expect(immutableProblems(update, cluster).map(({ code, path }) => [code, path])).toEqual(
      fields.map((field) => ['IMMUTABLE_FIELD', ['input', field]]),
    );
  });
});

describe('labels of registered clusters', () => {
  test.each([
    ['REGISTERED', true, false, 1],
    ['REGISTERED', true, true, 0],
    ['REGISTERED', false, false, 0],
    ['ACK_PRO', true, false, 0],
  ] as const)('of %s, changed: %s, acknowledged: %s', (product, labels, acknowledged, problems) => {
    expect(labelRiskProblems({ product }, { labels, acknowledged })).toHaveLength(problems);
  });
});
