import { describe, expect, test } from 'vitest';
import {
  allowedSkew,
  blockedProblem,
  blockersOf,
  type NodeCount,
  upgradeCheckItems,
  type UpgradeFacts,
} from '../../../subgraphs/clusters/model/cluster-check.rules.js';
import { removedBetween, type RemovedApiEntry } from '../../../subgraphs/clusters/model/release.rules.js';
import {
  describeRemovedApiUses,
  apiVersionsOf,
} from '../../../subgraphs/clusters/model/removed-api.rules.js';

const cronJob: RemovedApiEntry = {
  removedIn: '1.25',
  group: 'batch',
  version: 'v1beta1',
  kind: 'CronJob',
  resource: 'cronjobs',
  replacement: 'batch/v1',
};
const node: NodeCount = { version: '1.32.1', state: 'running', status: 'Ready', count: 3 };
const well: UpgradeFacts = {
  version: '1.32.1',
  support: 'SUPPORTED',
  state: 'RUNNING',
  target: { ok: true, version: '1.34.3' },
  newestPatch: '1.34.3',
  nodes: [node],
  scan: { kind: 'SCANNED', ahead: [], past: [] },
};
const use = { api: cronJob, objects: ['a/x'] };
const failed = (facts: Partial<UpgradeFacts>) =>
  upgradeCheckItems({ ...well, ...facts })
    .filter(({ result }) => result === 'FAILED')
    .map(({ name, level }) => `${level} ${name}`);

describe('rules of the upgrade check', () => {
  test('all items pass for a healthy cluster, and warn that the upgrade cannot be rolled back', () => {
    const items = upgradeCheckItems(well);
    expect(items).toHaveLength(10);
    expect(items.filter(({ result, fix }) => result === 'FAILED' || fix !== null)).toEqual([]);
    expect(items.at(-1)).toMatchObject({ name: 'NO_ROLLBACK', level: 'INFO' });
  });

  test.each<[string, Partial<UpgradeFacts>, string[]]>([
    [
      'a version that is not offered',
      { target: { ok: false, code: 'UPGRADE_NOT_ALLOWED', message: 'no' } },
      ['BLOCKING VERSION_POLICY'],
    ],
    ['a version that is not supported any more', { support: 'MINOR_EXPIRED' }, ['WARNING SOURCE_SUPPORT']],
    ['a patch that is not the newest', { support: 'PATCH_EXPIRED' }, []],
    ['an older patch', { target: { ok: true, version: '1.34.1' } }, ['WARNING NEWEST_PATCH']],
    ['a cluster that scales', { state: 'SCALING' }, ['BLOCKING CLUSTER_STATE']],
    ['a node that is not ready', { nodes: [{ ...node, status: 'NotReady' }] }, ['BLOCKING NODES_READY']],
    ['a node that is not there yet', { nodes: [{ ...node, state: 'pending', status: 'Unknown' }] }, []],
    ['nodes three minor versions behind', { nodes: [{ ...node, version: '1.31.0' }] }, []],
    [
      'nodes four minor versions behind',
      { nodes: [{ ...node, version: '1.30.1' }] },
      ['BLOCKING VERSION_SKEW'],
    ],
    ['nodes that are newer', { nodes: [{ ...node, version: '1.35.0' }] }, ['BLOCKING VERSION_SKEW']],
    ['an API that is not known', { scan: { kind: 'NO_API', message: 'none' } }, ['WARNING KUBERNETES_API']],
    [
      'an API that does not answer',
      { scan: { kind: 'UNREACHABLE', message: 'down' } },
      ['BLOCKING KUBERNETES_API'],
    ],
    [
      'objects of an API that goes',
      { scan: { kind: 'SCANNED', ahead: [use], past: [] } },
      ['BLOCKING REMOVED_APIS'],
    ],
    [
      'objects of an API that went',
      { scan: { kind: 'SCANNED', ahead: [], past: [use] } },
      ['WARNING LONG_REMOVED_APIS'],
    ],
  ])('fails for %s', (_, facts, expected) => {
    expect(failed(facts)).toEqual(expected);
  });

  test('reports each failed item with a fix, and the rejection repeats both', () => {
    const items = upgradeCheckItems({ ...well, state: 'SCALING', nodes: [{ ...node, status: 'Unknown' }] });
    expect(items.filter(({ result, fix }) => (result === 'FAILED') !== (fix !== null))).toEqual([]);
    expect(blockedProblem('cluster_1', [])).toBeUndefined();
    expect(blockedProblem('cluster_1', blockersOf(items))?.message).toBe(
      'The cluster cluster_1 cannot be upgraded. CLUSTER_STATE: The cluster is SCALING; only a RUNNING one can be upgraded. ' +
        'Wait until what is being done to it has ended. ' +
        'NODES_READY: 3 of 3 nodes are not ready. Repair or remove the nodes whose status is not Ready.',
    );
  });
});

test.each([
  ['1.26.3', 2],
  ['1.28.0', 3],
  ['1.34.1', 3],
])('with a control plane of %s nodes may be %i minor versions older', (version, skew) => {
  expect(allowedSkew(version)).toBe(skew);
});

test.each([
  ['1.24', '1.26', 1],
  ['1.25', '1.26', 0],
  ['1.22', '1.24', 0],
  [null, '1.34', 1],
  [null, '1.9', 0],
])('from %s to %s %i of the APIs are removed', (from, to, count) => {
  expect(removedBetween([cronJob], from, to)).toHaveLength(count);
});

test.each([
  ['its field managers', { managedFields: [{ apiVersion: 'apps/v1' }, { apiVersion: 'batch/v1beta1' }] }, 2],
  [
    'what kubectl last applied',
    { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"batch/v1beta1"}' } },
    1,
  ],
  [
    'an annotation that is no JSON',
    { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } },
    0,
  ],
  [
    'an annotation that is null',
    { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'null' } },
    0,
  ],
  ['nothing', {}, 0],
  ['managers of another form', { managedFields: 'x' }, 0],
])('reads the API versions of an object from %s', (_, metadata, count) => {
  expect(apiVersionsOf({ metadata }).size).toBe(count);
});

test('lists three objects of a removed API by name and the rest by number', () => {
  const objects = ['a/1', 'a/2', 'a/3', 'a/4', 'b/5'];
  const removed = { ...cronJob, kind: 'PodSecurityPolicy', replacement: null };
  expect(
    describeRemovedApiUses([
      { api: cronJob, objects },
      { api: removed, objects: ['restricted'] },
    ]),
  ).toBe(
    'batch/v1beta1 CronJob (gone in 1.25, use batch/v1): a/1, a/2, a/3 and 2 more. ' +
      'batch/v1beta1 PodSecurityPolicy (gone in 1.25, without replacement): restricted.',
  );
});
