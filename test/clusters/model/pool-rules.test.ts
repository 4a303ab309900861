import { describe, expect, test } from 'vitest';
import { conversionProblem, NO_SUBSCRIPTION } from '../../../subgraphs/clusters/model/charge-type.rules.js';
import { supportsNodes } from '../../../subgraphs/clusters/model/node-image.js';
import { mountProblems } from '../../../subgraphs/clusters/model/pool-config.rules.js';
import {
  nextPoolState,
  type PoolCommand,
  poolStateProblem,
} from '../../../subgraphs/clusters/model/pool-states.js';
import { mayRepair, type RepairCase } from '../../../subgraphs/clusters/controllers/node/start-repair.js';
import {
  OPEN_REPAIRS,
  type RepairState,
  repairStatesBefore,
} from '../../../subgraphs/clusters/model/node-repair-states.js';
import {
  nextNodeState,
  type NodeCommand,
  type NodeState,
  nodeStatesFor,
} from '../../../subgraphs/clusters/model/node-states.js';
import type { NodePoolState } from '../../../subgraphs/clusters/model/node-pool.enums.js';
import { boundsOf } from '../../../subgraphs/clusters/model/scaling-group.js';

const POOL_COMMANDS: readonly PoolCommand[] = [
  'SCALE',
  'RESIZE',
  'UPDATE',
  'ATTACH',
  'REMOVE_NODES',
  'SYNC',
  'REFILL',
  'DELETE',
  'GROUP_LOST',
];

describe('transitions of node pool states', () => {
  const rejected = undefined;
  const table: Record<NodePoolState, (NodePoolState | undefined)[]> = {
    INITIAL: [rejected, rejected, rejected, rejected, rejected, rejected, rejected, 'DELETING', rejected],
    ACTIVE: [
      ...(['SCALING', 'SCALING', 'UPDATING', 'SCALING', 'REMOVING', 'UPDATING', 'SCALING'] as const),
      ...(['DELETING', 'UNHEALTHY'] as const),
    ],
    FAILED: [
      ...(['SCALING', 'SCALING', 'UPDATING', 'SCALING', 'REMOVING', 'UPDATING', rejected] as const),
      ...(['DELETING', 'UNHEALTHY'] as const),
    ],
    SCALING: [rejected, 'SCALING', rejected, rejected, rejected, rejected, rejected, 'DELETING', rejected],
    REMOVING: [rejected, rejected, rejected, rejected, rejected, rejected, rejected, 'DELETING', rejected],
    UPDATING: [rejected, rejected, rejected, rejected, rejected, rejected, rejected, 'DELETING', rejected],
    UNHEALTHY: [rejected, rejected, rejected, rejected, rejected, rejected, rejected, 'DELETING', rejected],
    DELETING: [rejected, rejected, rejected, rejected, rejected, rejected, rejected, rejected, rejected],
  };
  const cases = Object.entries(table).flatMap(([state, nexts]) =>
    POOL_COMMANDS.map((command, index) => [state as NodePoolState, command, nexts[index]] as const),
  );

  test.each(cases)('%s and %s lead to %s', (state, command, next) => {
    expect(nextPoolState(state, command)).toBe(next);
  });

  test.each([
    ['UNHEALTHY', 'SCALING_GROUP_MISSING'],
    ['DELETING', 'INVALID_STATE'],
    ['SCALING', 'INVALID_STATE'],
  ] as const)('a pool in %s rejects a command with %s', (state, code) => {
    expect(poolStateProblem({ id: 'nodepool_1', state }, ['input', 'id'])).toMatchObject({
      code,
      path: ['input', 'id'],
    });
  });
});

describe('transitions of node states', () => {
  const commands: readonly NodeCommand[] = [
    'REMOVE',
    'LEAVE',
    'CONVERT',
    'REPAIR',
    'STARTED',
    'READY',
    'FAILED',
    'GONE',
  ];
  const no = undefined;
  const table: Record<NodeState, (NodeState | 'gone' | undefined)[]> = {
    pending: [no, 'removing', no, no, 'starting', 'running', 'failed', no],
    starting: ['removing', 'removing', no, no, no, 'running', 'failed', no],
    running: ['removing', 'removing', 'running', 'running', no, no, no, 'gone'],
    removing: [no, no, no, no, no, no, no, 'gone'],
    failed: ['removing', 'removing', no, no, no, no, no, 'gone'],
  };
  const cases = Object.entries(table).flatMap(([state, nexts]) =>
    commands.map((command, index) => [state as NodeState, command, nexts[index]] as const),
  );

  test.each(cases)('%s and %s lead to %s', (state, command, next) => {
    expect(nextNodeState(state, command)).toBe(next);
    expect(nodeStatesFor(command).includes(state)).toBe(next !== undefined);
  });
});

describe('transitions of repair states', () => {
  const states: readonly RepairState[] = [
    'RESTART_REQUESTED',
    'RESTARTING',
    'RESET_REQUESTED',
    'RESETTING',
    'SUCCEEDED',
    'FAILED',
  ];
  const table: Record<RepairState, readonly RepairState[]> = {
    RESTART_REQUESTED: ['RESTARTING', 'FAILED'],
    RESTARTING: ['RESET_REQUESTED', 'SUCCEEDED', 'FAILED'],
    RESET_REQUESTED: ['RESETTING', 'FAILED'],
    RESETTING: ['SUCCEEDED', 'FAILED'],
    SUCCEEDED: [],
    FAILED: [],
  };
  const cases = states.flatMap((from) => states.map((to) => [from, to, table[from].includes(to)] as const));

  test.each(cases)('%s may become %s: %s', (from, to, may) => {
    expect(repairStatesBefore(to).includes(from)).toBe(may);
  });

  test('a repair is open until it has succeeded or failed', () => {
    expect(OPEN_REPAIRS).toEqual(['RESTART_REQUESTED', 'RESTARTING', 'RESET_REQUESTED', 'RESETTING']);
  });
});

test.each([
  ['ALIBABA_CLOUD_LINUX', '2.1903', true],
  ['ALIBABA_CLOUD_LINUX', '3.2104', false],
  ['ALIBABA_CLOUD_LINUX', '17.01', false],
  ['CENTOS', '7.0', true],
  ['CENTOS', '7.9', true],
  ['CENTOS', '6.10', false],
  ['CENTOS', '8.0', false],
  ['CENTOS', '8.5', false],
  ['WINDOWS_SERVER', '2016', false],
  ['WINDOWS_SERVER', '2019', true],
  ['WINDOWS_SERVER', '2022', false],
  ['WINDOWS_SERVER_CORE', '1709', false],
  ['WINDOWS_SERVER_CORE', '1803', false],
  ['WINDOWS_SERVER_CORE', '1809', true],
  ['WINDOWS_SERVER_CORE', '1903', true],
  ['WINDOWS_SERVER_CORE', '2004', true],
  ['WINDOWS_SERVER_CORE', '20H2', true],
  ['WINDOWS_SERVER_CORE', 'latest', false],
  ['UBUNTU', '20.04', false],
  ['DEBIAN', '7.9', false],
] as const)('%s %s can run a node: %s', (osFamily, osVersion, can) => {
  expect(supportsNodes({ osFamily, osVersion })).toBe(can);
});

describe('conversion to subscription by instance family', () => {
  test.each(['t1', 's1', 's2', 's3', 'c1', 'c2', 'm1', 'm2', 'n1', 'n2', 'e3'])(
    'rejects instances of the family %s',
    (family) => {
      const problem = conversionProblem({
        instanceType: `ecs.${family}.large`,
        from: 'POSTPAID',
        to: 'PREPAID',
      });
      expect(problem).toMatchObject({ code: 'CHARGE_TYPE_NOT_CONVERTIBLE' });
    },
  );

  test('rejects exactly these eleven families; the others convert from pay-as-you-go to subscription only', () => {
    expect(NO_SUBSCRIPTION).toHaveLength(11);
    const problemOf = (from: string, to: string) =>
      conversionProblem({ instanceType: 'ecs.g7.xlarge', from, to });
    expect(problemOf('POSTPAID', 'PREPAID')).toBeUndefined();
    for (const [from, to] of [
      ['PREPAID', 'POSTPAID'],
      ['SPOT', 'PREPAID'],
      ['POSTPAID', 'SPOT'],
    ] as const)
      expect(problemOf(from, to)).toMatchObject({ code: 'CHARGE_TYPE_NOT_CONVERTIBLE' });
  });
});

test.each([
  [null, 2000, [0, 2000]],
  [null, 2500, [0, 2500]],
  [null, null, [0, 100_000]],
  [null, 2, [0, 3]],
  [{ enabled: false, minSize: 1, maxSize: 5 }, 2000, [0, 2000]],
  [{ enabled: true, minSize: 1, maxSize: 5 }, 2000, [1, 5]],
] as const)(
  'with autoscaling %j and the quota %j a scaling group has the bounds %j',
  (autoscaling, limit, [minSize, maxSize]) => {
    expect(boundsOf({ desiredSize: 3, autoscaling }, limit)).toEqual({ minSize, maxSize, desiredSize: 3 });
  },
);

test.each([
  ['/data', []],
  ['/var/lib/mysql', []],
  ['/var/lib/kubelet', ['PROTECTED_PATH']],
  ['/var/lib/kubelet/', ['PROTECTED_PATH']],
  ['/var//lib/docker/overlay2', ['PROTECTED_PATH']],
  ['/var/lib/containerd', ['PROTECTED_PATH']],
  ['/etc/kubernetes/manifests', ['PROTECTED_PATH']],
  ['/etc/kubeadm', ['PROTECTED_PATH']],
  ['/var', ['PROTECTED_PATH']],
  ['/', ['INVALID_INPUT']],
  ['data', ['INVALID_INPUT']],
])('rejects a data disk mounted at %s with %j', (target, codes) => {
  expect(mountProblems(target, []).map(({ code }) => code)).toEqual(codes);
});

describe('decision to repair a node', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const management = {
    autoRepair: true,
    allowSystemDiskReset: false,
    autoUpgrade: false,
    autoVulFix: false,
    maxUnavailable: 2,
  };
  const base: RepairCase = { management, open: 0, mine: false, failedAt: null, now };
  test.each<[string, Partial<RepairCase>, boolean]>([
    ['a managed pool with nothing under repair', {}, true],
    ['one of two under repair', { open: 1 }, true],
    ['two of two under repair', { open: 2 }, false],
    ['this node under repair', { open: 1, mine: true }, false],
    ['a pool that is not managed', { management: { ...management, autoRepair: false } }, false],
    ['a repair that failed just now', { failedAt: new Date('2026-01-01T11:45:00Z') }, false],
    ['a repair that failed half an hour ago', { failedAt: new Date('2026-01-01T11:30:00Z') }, true],
  ])('%s', (_name, more, expected) => {
    expect(mayRepair({ ...base, ...more })).toBe(expected);
  });
});
