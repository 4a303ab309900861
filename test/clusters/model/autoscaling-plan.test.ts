import { describe, expect, test } from 'vitest';
import {
  isIdle,
  fitsAfterScaleUp,
  type ScalablePool,
  type OccupiedNode,
  planScaleUp,
  planScaleDown,
} from '../../../subgraphs/clusters/model/autoscaling.plan.js';
import type { Pod, PodSpec } from '../../../subgraphs/clusters/model/scheduled-objects.js';
import { templateOf } from '../../../subgraphs/clusters/controllers/autoscaling/node-template.js';
import {
  fits,
  type CandidateNode,
  requestsOf,
} from '../../../subgraphs/clusters/model/pod-placement.rules.js';

const pod = (cpu: string, more: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: `pod-${cpu}`, namespace: 'default' },
  spec: { containers: [{ resources: { requests: { cpu } } }], ...more },
});
const place = (cpu: number, more: Partial<CandidateNode> = {}): CandidateNode => ({
  labels: {},
  taints: [],
  free: { cpu, memory: 16, pods: 10 },
  ...more,
});
const gpuTaint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };

test('a pod requests the sum of its containers, its largest init container if that is more, and one pod', () => {
  const spec: PodSpec = {
    containers: [
      { resources: { requests: { cpu: '250m' }, limits: { cpu: '2', memory: '1Gi' } } },
      { resources: { requests: { cpu: '1', memory: '1Gi' } } },
    ],
    initContainers: [{ resources: { requests: { cpu: '3' } } }, { resources: { requests: { cpu: '2' } } }],
  };
  expect(requestsOf(spec)).toEqual({ cpu: 3, memory: 2 * 2 ** 30, pods: 1 });
});

const inZone = (operator: string, values: string[]): PodSpec => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator, values }] }],
      },
    },
  },
});

test.each<[string, Pod, CandidateNode, boolean]>([
  ['with room', pod('2'), place(2), true],
  ['without room', pod('2'), place(1.9), false],
  ['where too many pods are', pod('1'), place(2, { free: { cpu: 2, pods: 0 } }), false],
  [
    'that wants a label that is there',
    pod('1', { nodeSelector: { disk: 'ssd' } }),
    place(2, { labels: { disk: 'ssd' } }),
    true,
  ],
  ['that wants a label that is not there', pod('1', { nodeSelector: { disk: 'ssd' } }), place(2), false],
  [
    'that wants one of several zones',
    pod('1', inZone('In', ['a', 'b'])),
    place(2, { labels: { zone: 'b' } }),
    true,
  ],
  ['that wants another zone', pod('1', inZone('NotIn', ['b'])), place(2, { labels: { zone: 'b' } }), false],
  ['that wants no zone', pod('1', inZone('DoesNotExist', [])), place(2, { labels: { zone: 'b' } }), false],
  [
    'that requests an unknown resource',
    pod('1', inZone('Like', ['b'])),
    place(2, { labels: { zone: 'b' } }),
    false,
  ],
  ['that does not tolerate a taint', pod('1'), place(2, { taints: [gpuTaint] }), false],
  [
    'that tolerates it',
    pod('1', { tolerations: [{ key: 'gpu', value: 'yes' }] }),
    place(2, { taints: [gpuTaint] }),
    true,
  ],
  [
    'that tolerates everything',
    pod('1', { tolerations: [{ operator: 'Exists' }] }),
    place(2, { taints: [gpuTaint] }),
    true,
  ],
  [
    'that is only asked to stay away',
    pod('1'),
    place(2, { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
    true,
  ],
])('a pod %s', (_what, pod, node, expected) => {
  expect(fits(pod, node)).toBe(expected);
});

test.each([
  ['', 'linux'],
  ['win2019_1809_x64_dtc_zh-cn_40G_alibase_20220516.vhd', 'windows'],
])('a new node of a pool with the image "%s" runs %s', (imageId, os) => {
  const type = { id: 'ecs.g6.xlarge', architecture: 'amd64', vcpus: 4, memoryGiB: 16 };
  const pool = { id: 'nodepool_1', instanceTypes: [type.id], config: { instanceConfig: { imageId } } };
  const facts = { cluster: { regionId: 'cn-hangzhou' }, network: null, types: new Map([[type.id, type]]) };
  expect(templateOf(pool as never, facts as never, [])?.labels).toMatchObject({ 'kubernetes.io/os': os });
});

describe('choosing node pools to scale up', () => {
  const small: ScalablePool = { id: 'small', room: 10, template: place(4), zoneIds: ['a', 'b'] };
  const large: ScalablePool = { id: 'large', room: 10, template: place(16), zoneIds: [] };
  const grown = (pods: Pod[], present: CandidateNode[] = [], pools = [small, large]) =>
    planScaleUp(pods, present, pools).growths.map(({ poolId, nodes, pods: ours }) => [
      poolId,
      nodes,
      ours.length,
    ]);

  test('chooses none for schedulable pods', () => {
    expect(grown([pod('1'), pod('1')], [place(2)])).toEqual([]);
  });
  test('chooses the pool with the least waste, and as few nodes as the pods need', () => {
    expect(grown([pod('3'), pod('1'), pod('3')])).toEqual([['small', 2, 3]]);
    expect(grown([pod('12'), pod('3')])).toEqual([['large', 1, 2]]);
  });
  test('respects the maximum of a pool', () => {
    expect(grown([pod('3'), pod('3'), pod('3')], [], [{ ...small, room: 2 }])).toEqual([['small', 2, 2]]);
    expect(planScaleUp([pod('3'), pod('3')], [], [{ ...small, room: 1 }]).unplaced).toEqual([pod('3')]);
  });
  test('chooses several pools if one pool may not grow enough for the pods', () => {
    const pools = [
      { ...small, room: 1 },
      { ...large, room: 1 },
    ];
    expect(grown([pod('3'), pod('3'), pod('3')], [], pools)).toEqual([
      ['small', 1, 1],
      ['large', 1, 2],
    ]);
  });

  const zone = (id: string): Partial<PodSpec> => ({ nodeSelector: { 'topology.kubernetes.io/zone': id } });
  const zones = (pods: Pod[], pool = small) => {
    const { growths, unplaced } = planScaleUp(pods, [], [pool]);
    return [...growths.map((growth) => [growth.nodes, growth.zones]), unplaced.length];
  };
  const volumeIn = (id: string): Pod => ({
    ...pod('3'),
    volumeTerms: [
      [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [id] }] }],
    ],
  });

  test('chooses the zone that a pod or its volume requires, and any zone for other pods', () => {
    expect(zones([pod('3')])).toEqual([[1, {}], 0]);
    expect(zones([pod('3', zone('b')), pod('3'), pod('3', zone('a'))])).toEqual([[3, { a: 1, b: 1 }], 0]);
    expect(zones([volumeIn('b'), volumeIn('b')])).toEqual([[2, { b: 2 }], 0]);
    expect(zones([pod('3', zone('c'))])).toEqual([1]);
    expect(zones([volumeIn('b')], { ...small, zoneIds: ['b'] })).toEqual([[1, {}], 0]);
  });
  test('adds one node for several pods of which one requires a zone', () => {
    expect(zones([pod('1'), pod('1', zone('b')), pod('1')])).toEqual([[1, { b: 1 }], 0]);
    expect(zones([pod('1', zone('a')), pod('1', zone('b'))])).toEqual([[2, { a: 1, b: 1 }], 0]);
  });
  test('a pod fits only a pool with its zone', () => {
    expect(fitsAfterScaleUp(small, pod('1', zone('b')))).toBe(true);
    expect(fitsAfterScaleUp(small, pod('1', zone('c')))).toBe(false);
    expect(fitsAfterScaleUp(large, pod('1'))).toBe(true);
  });
  test('chooses none for a pod that no new node could run', () => {
    expect(grown([pod('17')])).toEqual([]);
    expect(grown([pod('1', { nodeSelector: { disk: 'ssd' } })])).toEqual([]);
  });
});

describe('choosing nodes to scale down', () => {
  const node = (id: string, used: number, pods: Pod[], more: Partial<OccupiedNode> = {}): OccupiedNode => ({
    id,
    place: place(4 - used),
    empty: { cpu: 4, memory: 16, pods: 10 },
    pods,
    pinned: false,
    ...more,
  });

  test.each([
    [0, 50, false, true],
    [1.9, 50, false, true],
    [2, 50, false, false],
    [3, 80, false, true],
    [0, 50, true, false],
  ])(
    'with %d of 4 cores in use below %d percent, pinned: %s, a node is idle: %s',
    (used, threshold, pinned, idle) => {
      expect(isIdle(node('n', used, [], { pinned }), threshold)).toBe(idle);
    },
  );

  const going = (nodes: OccupiedNode[], others: CandidateNode[], most: number) =>
    planScaleDown(nodes, others, most).map(({ id }) => id);

  test('chooses empty nodes down to the minimum', () => {
    expect(going([node('a', 0, []), node('b', 0, []), node('c', 0, [])], [], 2)).toEqual(['c', 'b']);
  });
  test('chooses a node whose pods fit elsewhere, but not the node that receives them', () => {
    expect(going([node('a', 1, [pod('1')]), node('b', 1, [pod('1')])], [], 2)).toEqual(['b']);
    expect(going([node('a', 1, [pod('1')])], [place(1)], 2)).toEqual(['a']);
  });
  test('chooses no node whose pods do not fit elsewhere', () => {
    expect(going([node('a', 1, [pod('1')])], [place(0.5)], 2)).toEqual([]);
  });
});
