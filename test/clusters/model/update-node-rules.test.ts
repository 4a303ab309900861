import { describe, expect, test } from 'vitest';
import { planNodeChange } from '../../../subgraphs/clusters/model/update-node.plan.js';
import { isReserved, nodeChangeProblems } from '../../../subgraphs/clusters/model/update-node.rules.js';

const pathsOf = (request: Parameters<typeof nodeChangeProblems>[0]) =>
  nodeChangeProblems(request).map(({ code, path }) => `${code} ${path?.join('/')}`);

describe('validation of updateNode', () => {
  test.each(['a', 'team', 'Team_1.x', 'example.com/team', `${'a'.repeat(63)}`, `${'a'.repeat(253)}/b`])(
    'accepts %s as the key of a label, an annotation and a taint',
    (key) => {
      const taints = [{ key, effect: 'NO_SCHEDULE' as const }];
      expect(nodeChangeProblems({ labels: { [key]: '' }, annotations: { [key]: '' }, taints })).toEqual([]);
    },
  );

  test.each([
    '',
    '-a',
    'a-',
    'a b',
    'a'.repeat(64),
    '/a',
    'a/',
    'A.com/a',
    'a/b/c',
    `${'a'.repeat(254)}/b`,
    '__proto__',
  ])('rejects "%s" as the key of a label, an annotation and a taint', (key) => {
    const map = Object.fromEntries([[key, 'x']]);
    const shown = key.slice(0, 128);
    expect(pathsOf({ labels: map, annotations: map, taints: [{ key, effect: 'NO_EXECUTE' }] })).toEqual([
      `INVALID_INPUT input/labels/${shown}`,
      `INVALID_INPUT input/annotations/${shown}`,
      'INVALID_INPUT input/taints/0/key',
    ]);
  });

  test.each(['-a', 'a b', 'a/b', 'a'.repeat(64)])(
    'rejects "%s" as the value of a label and of a taint, but not of an annotation',
    (value) => {
      const taints = [{ key: 'a', value, effect: 'NO_SCHEDULE' as const }];
      expect(pathsOf({ labels: { a: value }, annotations: { a: value }, taints })).toEqual([
        'INVALID_INPUT input/labels/a',
        'INVALID_INPUT input/taints/0/value',
      ]);
    },
  );

  test.each([
    'kubernetes.io/hostname',
    'node-role.kubernetes.io/control-plane',
    'topology.kubernetes.io/zone',
    'beta.k8s.io/a',
    'k8s.io/a',
    'alibabacloud.com/nodepool-id',
    'node.beta.alibabacloud.com/autonomy',
    'fleetgraph.dev/upgrade',
    'ack.node.gpu.schedule',
    'type',
  ])('rejects setting and removing the reserved key %s', (key) => {
    expect(pathsOf({ labels: { [key]: 'a' }, annotations: { [key]: null } })).toEqual([
      `INVALID_INPUT input/labels/${key}`,
      `INVALID_INPUT input/annotations/${key}`,
    ]);
  });

  test.each(['notkubernetes.io/a', 'kubernetes.io.example.com/a', 'types', 'example.com/type'])(
    'accepts %s as a key that is not reserved',
    (key) => expect(isReserved(key)).toBe(false),
  );

  test.each<[string, object, string]>([
    ['labels that are a list', { labels: ['a'] }, 'input/labels'],
    ['a label that is a number', { labels: { a: 1 } }, 'input/labels'],
    ['annotations that are text', { annotations: 'a' }, 'input/annotations'],
    ['more than 256 KiB of annotations', { annotations: { a: 'x'.repeat(262_144) } }, 'input/annotations'],
    [
      'more than 50 labels',
      { labels: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, 'x'])) },
      'input/labels',
    ],
    [
      'two taints of one key and effect',
      {
        taints: [
          { key: 'a', value: '1', effect: 'NO_SCHEDULE' },
          { key: 'a', value: '2', effect: 'NO_SCHEDULE' },
        ],
      },
      'input/taints/1',
    ],
  ])('rejects %s', (_, request, path) => expect(pathsOf(request)).toEqual([`INVALID_INPUT ${path}`]));
});

describe('patch of updateNode', () => {
  const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const };
  const evicting = {
    key: 'own',
    value: 'x',
    effect: 'NoExecute' as const,
    timeAdded: '2026-01-01T00:00:00Z',
  };
  const node = {
    metadata: { resourceVersion: '7', labels: { pool: 'a', own: '1' }, annotations: { note: 'x' } },
    spec: { taints: [unschedulable, { key: 'pool', value: 'a', effect: 'NoSchedule' as const }, evicting] },
  };
  const pool = {
    labels: { pool: 'a' },
    taints: [{ key: 'pool', value: 'a', effect: 'NO_SCHEDULE' as const }],
  };

  test('is a merge patch with the resourceVersion of the node, and lists the changed keys', () => {
    const { patch, summary, problems } = planNodeChange(
      { labels: { own: null, team: 'b', pool: 'a' }, annotations: { note: 'y' } },
      node,
      pool,
    );
    expect(problems).toEqual([]);
    expect(patch).toEqual({
      metadata: {
        resourceVersion: '7',
        labels: { own: null, team: 'b', pool: 'a' },
        annotations: { note: 'y' },
      },
    });
    expect(summary).toBe('labels -own, +team; annotations ~note');
  });

  test('replaces the taints, but keeps those of Kubernetes and of the pool, and the timeAdded of unchanged taints', () => {
    const own = { key: 'own', value: 'x', effect: 'NO_EXECUTE' as const };
    const added = { key: 'new', effect: 'PREFER_NO_SCHEDULE' as const };
    const change = planNodeChange({ taints: [own, added] }, node, pool);
    expect(change).toMatchObject({
      problems: [],
      summary: 'taints +new:PREFER_NO_SCHEDULE',
      patch: {
        spec: {
          taints: [unschedulable, node.spec.taints[1], evicting, { key: 'new', effect: 'PreferNoSchedule' }],
        },
      },
    });
    expect(planNodeChange({ taints: [] }, node, pool)).toMatchObject({
      summary: 'taints -own:NO_EXECUTE',
      patch: { spec: { taints: [unschedulable, node.spec.taints[1]] } },
    });
  });

  test('is empty if the node has these values already, also if all taints are sent unchanged', () => {
    const { before } = planNodeChange({}, node, pool);
    const same = planNodeChange({ labels: { own: '1', gone: null }, taints: before.taints }, node, pool);
    expect(same).toMatchObject({ problems: [], summary: '' });
    expect(same.patch).toBeUndefined();
  });

  test('rejects labels and taints of the pool and taints with reserved keys', () => {
    const { problems, patch } = planNodeChange(
      {
        labels: { pool: null },
        taints: [
          { key: 'pool', value: 'b', effect: 'NO_SCHEDULE' },
          { key: 'node.kubernetes.io/not-ready', effect: 'NO_EXECUTE' },
        ],
      },
      node,
      pool,
    );
    expect(patch).toBeUndefined();
    expect(problems.map(({ path }) => path?.join('/'))).toEqual([
      'input/labels/pool',
      'input/taints/0',
      'input/taints/1/key',
    ]);
  });
});
