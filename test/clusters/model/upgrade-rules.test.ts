import { describe, expect, it } from 'vitest';
import {
  batchSize,
  controlsIn,
  nextBatch,
  pausesAfter,
  phaseOf,
  UPGRADE_STAGES,
  type UpgradePhase,
} from '../../../subgraphs/clusters/model/upgrade.rules.js';

const stages = (done: number, running = false) =>
  UPGRADE_STAGES.map((name, index) => ({
    name,
    state:
      index < done
        ? ('SUCCEEDED' as const)
        : index === done && running
          ? ('RUNNING' as const)
          : ('PENDING' as const),
  }));

describe('states of upgrades', () => {
  it.each<[string, Parameters<typeof phaseOf>[0], UpgradePhase]>([
    ['one that waits for its window', { state: 'PENDING', stages: stages(0), waiting: true }, 'WAITING'],
    ['one that was just asked for', { state: 'PENDING', stages: stages(0), waiting: false }, 'PRECHECK'],
    ['one that has been checked', { state: 'RUNNING', stages: stages(1), waiting: false }, 'CONTROL_PLANE'],
    [
      'one whose control plane is upgraded',
      { state: 'RUNNING', stages: stages(1, true), waiting: false },
      'CONTROL_PLANE',
    ],
    ['one whose control plane is done', { state: 'RUNNING', stages: stages(2), waiting: false }, 'NODES'],
    ['one whose nodes are done', { state: 'RUNNING', stages: stages(3), waiting: false }, 'COMPONENTS'],
    ['one that is about to end', { state: 'RUNNING', stages: stages(4), waiting: false }, 'COMPONENTS'],
    ...(['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'] as const).map(
      (state): [string, Parameters<typeof phaseOf>[0], UpgradePhase] => [
        `one that ended ${state}`,
        { state, stages: stages(2), waiting: false },
        'ENDED',
      ],
    ),
  ])('determines the phase of %s', (_what, view, phase) => {
    expect(phaseOf(view)).toBe(phase);
  });

  it.each<[UpgradePhase, boolean, boolean]>([
    ['WAITING', true, false],
    ['PRECHECK', true, true],
    ['CONTROL_PLANE', true, true],
    ['NODES', false, true],
    ['COMPONENTS', false, true],
    ['ENDED', false, false],
  ])('in %s it can be cancelled: %s, paused: %s', (phase, cancelable, pausable) => {
    expect(controlsIn(phase)).toEqual({ cancelable, pausable });
  });
});

describe('upgrade batches', () => {
  it.each([
    [1, undefined, 1],
    [10, undefined, 1],
    [11, undefined, 2],
    [95, undefined, 10],
    [1_000, undefined, 20],
    [1_000, 5, 5],
    [3, 20, 20],
    [5, null, 1],
  ])(
    'a pool of %i nodes with a requested batch size of %s upgrades %i nodes at a time',
    (nodes, requested, size) => {
      expect(batchSize(nodes, requested)).toBe(size);
    },
  );

  it('contain nodes of the first pool with old nodes; nodes without pool come last', () => {
    const node = (id: string, nodePoolId: string | null) => ({ id, nodePoolId });
    const all = [node('n4', 'b'), node('n1', 'b'), node('n2', 'a'), node('n3', 'a'), node('n0', null)];
    expect(nextBatch(all, all, 5).map(({ id }) => id)).toEqual(['n2', 'n3']);
    expect(
      nextBatch(
        all,
        all.filter(({ nodePoolId }) => nodePoolId !== 'a'),
        1,
      ).map(({ id }) => id),
    ).toEqual(['n1']);
    expect(nextBatch(all, [node('n0', null)], 1).map(({ id }) => id)).toEqual(['n0']);
    expect(nextBatch(all, [], 1)).toEqual([]);
  });

  it.each([
    ['NOT_PAUSE', 1, false],
    ['FIRST_BATCH', 1, true],
    ['FIRST_BATCH', 2, false],
    ['EVERY_BATCH', 1, true],
    ['EVERY_BATCH', 7, true],
  ] as const)('with the policy %s pause after batch %i: %s', (policy, batch, pauses) => {
    expect(pausesAfter(policy, batch)).toBe(pauses);
  });
});
