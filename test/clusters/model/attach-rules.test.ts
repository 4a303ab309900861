import { describe, expect, test } from 'vitest';
import type { UnattachedInstance } from '../../../engine/providers/node-pool-provider.js';
import { type AttachTarget, attachProblem } from '../../../subgraphs/clusters/model/attach.rules.js';

const LINUX = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';
const WINDOWS = 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20220516.vhd';

const type = (id: string, more: Record<string, unknown> = {}) => ({
  ...{ id, vcpus: 4, memoryGiB: 16, architecture: 'amd64', gpus: 0 },
  ...more,
});
const types = new Map(
  [
    type('ecs.g6.xlarge'),
    type('ecs.g6.large', { vcpus: 2 }),
    type('eci.virtual-node'),
    type('ecs.g6r.xlarge', { architecture: 'arm64' }),
    type('ecs.gn6i.xlarge', { gpus: 1 }),
    type('ecs.g7t.xlarge', { epcGiB: 4 }),
    type('ecs.ebmg6.26xlarge', { bareMetal: true }),
  ].map((one) => [one.id, one]),
);

const instance: UnattachedInstance = {
  ...{ id: 'i-1', account: 'acme', name: 'one', regionId: 'cn-hangzhou', zoneId: 'cn-hangzhou-b' },
  ...{ instanceType: 'ecs.g6.xlarge', imageId: LINUX, chargeType: 'POSTPAID', vpcId: 'vpc-1' },
  ...{ state: 'RUNNING', origin: 'CREATED', releasable: true, createdAt: new Date(0) },
};
const pool = {
  instanceTypes: ['ecs.g6.xlarge'],
  runtime: 'CONTAINERD',
  gpuSharing: false,
  imageId: '',
} as const;
const home: AttachTarget = {
  ...{ kind: 'PRO', version: '1.34.3', regionId: 'cn-hangzhou', types, pool },
  network: { vpcId: 'vpc-1', zoneIds: ['cn-hangzhou-b', 'cn-hangzhou-g'] },
};

interface Difference {
  readonly instance?: Partial<UnattachedInstance>;
  readonly home?: Partial<AttachTarget>;
  readonly pool?: Partial<AttachTarget['pool']>;
  readonly mode?: 'MANUAL' | 'AUTO';
}
const problem = ({ instance: one, home: other, pool: changed, mode = 'MANUAL' }: Difference) =>
  attachProblem({
    id: 'i-1',
    instance: { ...instance, ...one },
    home: { ...home, ...other, pool: { ...pool, ...changed } },
    mode,
  });

describe('attaching an instance to a pool', () => {
  const cases: readonly [string, Difference, string, RegExp][] = [
    [
      'is in another region',
      { instance: { regionId: 'cn-beijing' } },
      'INSTANCE_NOT_ATTACHABLE',
      /cn-beijing/,
    ],
    [
      'is in another VPC',
      { instance: { vpcId: 'vpc-2' } },
      'NETWORK_MISMATCH',
      /vpc-2, the cluster in vpc-1/,
    ],
    [
      'is in a zone where the pool has no vSwitch',
      { instance: { zoneId: 'cn-hangzhou-h' } },
      'NETWORK_MISMATCH',
      /cn-hangzhou-h, the vSwitches of the pool in cn-hangzhou-b, cn-hangzhou-g/,
    ],
    ['is stopped', { instance: { state: 'STOPPED' } }, 'INSTANCE_NOT_ATTACHABLE', /start it/],
    ['is too small', { instance: { instanceType: 'ecs.g6.large' } }, 'INSTANCE_TYPE_TOO_SMALL', /2 vCPU/],
    ['is of an unknown type', { instance: { instanceType: 'ecs.x' } }, 'UNKNOWN_INSTANCE_TYPE', /ecs\.x/],
    [
      'has another architecture',
      { instance: { instanceType: 'ecs.g6r.xlarge' } },
      'INSTANCE_NOT_ATTACHABLE',
      /arm64, the nodes of the pool are amd64/,
    ],
    [
      'has a GPU, and the pool has none',
      { instance: { instanceType: 'ecs.gn6i.xlarge' } },
      'INSTANCE_NOT_ATTACHABLE',
      /amd64 with GPUs, the nodes of the pool are amd64/,
    ],
    [
      'has no GPU, and the pool has',
      { pool: { instanceTypes: ['ecs.gn6i.xlarge'] } },
      'INSTANCE_NOT_ATTACHABLE',
      /the nodes of the pool are amd64 with GPUs/,
    ],
    [
      'is to be a virtual node',
      { pool: { instanceTypes: ['eci.virtual-node'] } },
      'INSTANCE_NOT_ATTACHABLE',
      /the nodes of the pool are virtual/,
    ],
    [
      'has no GPU to share',
      { pool: { instanceTypes: ['ecs.gn6i.xlarge'], gpuSharing: true } },
      'INSTANCE_TYPE_NOT_ALLOWED',
      /without GPUs to share/,
    ],
    [
      'is no bare-metal instance, and the runtime needs one',
      {
        home: { kind: 'SANDBOX' },
        pool: { instanceTypes: ['ecs.ebmg6.26xlarge'], runtime: 'SANDBOXED_CONTAINER_RUNV' },
      },
      'INSTANCE_TYPE_NOT_ALLOWED',
      /bare-metal/,
    ],
    [
      'has no SGX, and the cluster is confidential',
      { home: { kind: 'CONFIDENTIAL' }, pool: { instanceTypes: ['ecs.g7t.xlarge'] } },
      'INSTANCE_TYPE_NOT_ALLOWED',
      /SGX/,
    ],
    [
      'runs an operating system that runs no node',
      { instance: { imageId: 'centos_8_5_x64_20G_alibase_20220425.vhd' } },
      'OS_NOT_SUPPORTED',
      /CentOS 8\.5/,
    ],
    [
      'runs Windows in a pool of Linux',
      { instance: { imageId: WINDOWS } },
      'OS_NOT_SUPPORTED',
      /runs windows, the nodes of the pool linux/,
    ],
  ];

  test.each(cases)('rejects an instance that %s', (_, difference, code, message) => {
    expect(problem(difference)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(problem(difference)?.message).toMatch(/^i-1: /);
  });

  test.each<[string, Difference]>([
    ['is as the pool is', {}],
    ['gets a new system disk, whatever it ran', { instance: { imageId: WINDOWS }, mode: 'AUTO' }],
    ['says nothing of its VPC', { instance: { vpcId: undefined } }],
    [
      'is far from a cluster without a network on record',
      { instance: { vpcId: 'vpc-2' }, home: { network: undefined } },
    ],
    ['is paid by subscription', { instance: { chargeType: 'PREPAID' } }],
    [
      'has the kind of one of the pool’s types',
      { pool: { instanceTypes: ['ecs.gn6i.xlarge', 'ecs.g6.xlarge'] } },
    ],
    ['runs Windows as the pool does', { instance: { imageId: WINDOWS }, pool: { imageId: WINDOWS } }],
  ])('accepts an instance that %s', (_, difference) => {
    expect(problem(difference)).toBeUndefined();
  });

  test('does not find an instance that is not detached', () => {
    expect(attachProblem({ id: 'i-1', instance: undefined, home, mode: 'AUTO' })?.code).toBe('NOT_FOUND');
  });
});
