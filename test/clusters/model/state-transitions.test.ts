import { describe, expect, it } from 'vitest';
import type { ClusterState } from '../../../subgraphs/clusters/model/cluster.enums.js';
import { canTransition, sourceStates } from '../../../subgraphs/clusters/model/cluster-states.js';
import {
  afterAction,
  COMPONENT_ACTIONS,
  type ComponentStateName,
} from '../../../subgraphs/clusters/model/component.rules.js';
import type { NodePoolState } from '../../../subgraphs/clusters/model/node-pool.enums.js';
import {
  type NodeCommand,
  type NodeState,
  nextNodeState,
} from '../../../subgraphs/clusters/model/node-states.js';
import { type PoolCommand, nextPoolState } from '../../../subgraphs/clusters/model/pool-states.js';
import {
  clusterTransitions,
  componentTransitions,
  nodeTransitions,
  poolTransitions,
} from '../expected-transitions.js';

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
const NODE_COMMANDS: readonly NodeCommand[] = [
  'REMOVE',
  'LEAVE',
  'CONVERT',
  'REPAIR',
  'STARTED',
  'READY',
  'FAILED',
  'GONE',
];

/** The accepted commands of a state, with the resulting states. */
function transitions<Command extends string>(
  commands: readonly Command[],
  next: (command: Command) => string | undefined,
): Record<string, string | undefined> {
  return Object.fromEntries(
    commands.map((command) => [command, next(command)]).filter(([, state]) => state !== undefined),
  ) as Record<string, string>;
}

describe('transitions of states', () => {
  it.each(Object.entries(poolTransitions))(
    'a node pool in %s has the expected transitions',
    (state, expected) => {
      expect(transitions(POOL_COMMANDS, (command) => nextPoolState(state as NodePoolState, command))).toEqual(
        expected,
      );
    },
  );

  it.each(Object.entries(nodeTransitions))('a node in %s has the expected transitions', (state, expected) => {
    expect(transitions(NODE_COMMANDS, (command) => nextNodeState(state as NodeState, command))).toEqual(
      expected,
    );
  });

  it.each(Object.entries(componentTransitions))(
    'a component in %s has the expected transitions',
    (state, expected) => {
      expect(
        transitions(COMPONENT_ACTIONS, (action) => afterAction(state as ComponentStateName, action)),
      ).toEqual(expected);
    },
  );

  const clusterStates = Object.keys(clusterTransitions) as ClusterState[];
  it.each(clusterStates)('a cluster in %s has the expected transitions', (from) => {
    expect(clusterStates.filter((to) => canTransition(from, to)).sort()).toEqual(
      [...clusterTransitions[from]].sort(),
    );
  });

  it.each(clusterStates)('a cluster reaches %s from the expected states and from itself', (to) => {
    const expected = clusterStates.filter(
      (from) => from === to || (clusterTransitions[from] as readonly string[]).includes(to),
    );
    expect(sourceStates(to).sort()).toEqual(expected.sort());
  });
});
