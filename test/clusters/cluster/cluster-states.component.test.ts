import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  whereTransitionAllowed,
  canTransition,
  sourceStates,
} from '../../../subgraphs/clusters/model/cluster-states.js';
import { updateCluster } from '../../../subgraphs/clusters/store/cluster.store.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import type { ClusterState } from '../../../subgraphs/clusters/model/cluster.enums.js';

/** Allowed target states by current state; every other transition is rejected. */
const allowed: Readonly<Record<ClusterState, string>> = {
  INITIAL: 'RUNNING FAILED DELETING',
  FAILED: 'DELETING',
  RUNNING: 'SCALING UPDATING UPGRADING UNAVAILABLE FAILED DELETING',
  UPDATING: 'RUNNING SCALING UNAVAILABLE FAILED DELETING',
  UPGRADING: 'RUNNING UNAVAILABLE DELETING',
  SCALING: 'RUNNING UNAVAILABLE FAILED DELETING',
  REMOVING: 'RUNNING UNAVAILABLE FAILED DELETING',
  DRAINING: 'RUNNING UNAVAILABLE FAILED DELETING',
  WAITING: 'FAILED DELETING',
  DISCONNECTED: 'FAILED DELETING',
  INACTIVE: 'FAILED DELETING',
  UNAVAILABLE: 'RUNNING SCALING UPDATING UPGRADING FAILED DELETING',
  DELETING: 'DELETED DELETE_FAILED',
  DELETED: '',
  DELETE_FAILED: 'DELETING',
};
const states = Object.keys(allowed) as ClusterState[];

describe('states of clusters', () => {
  const pairs = states.flatMap((from) =>
    states.map((to) => [from, to, allowed[from].split(' ').includes(to) ? 'allowed' : 'rejected'] as const),
  );

  test.each(pairs)('the transition from %s to %s is %s', (from, to, expected) => {
    expect(canTransition(from, to)).toBe(expected === 'allowed');
    expect(sourceStates(to).includes(from)).toBe(expected === 'allowed' || from === to);
  });

  test('every state except the reserved ones is reachable', () => {
    const reached = new Set<ClusterState>(['INITIAL', 'WAITING']);
    for (const from of reached) for (const to of states) if (canTransition(from, to)) reached.add(to);
    const reserved = states.filter((state) => !reached.has(state));
    expect(reserved).toEqual(['REMOVING', 'DRAINING', 'DISCONNECTED', 'INACTIVE']);
  });

  test('writes a change without a state in any state', () => {
    expect(whereTransitionAllowed({})).toEqual({});
  });
});

describe('writing a cluster state', () => {
  let clusters: ClustersKit;
  beforeAll(async () => {
    clusters = await openClusters();
  });
  afterAll(() => clusters[Symbol.asyncDispose]());

  let id: string;
  beforeAll(async () => {
    const input = { name: 'states', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };
    ({ id } = await runningCluster(clusters, 'states', input));
  });

  test.each(states)('writes the change from %s only if the transition is allowed', async (from) => {
    const { prisma } = clusters.platform.database;
    const written: string[] = [];
    for (const to of states) {
      await prisma.cluster.update({ where: { id }, data: { state: from, name: 'before' } });
      const change = () => prisma.$transaction((tx) => updateCluster(tx, id, { state: to, name: 'after' }));
      await change().catch(() => undefined);
      const { state, name } = await prisma.cluster.findUniqueOrThrow({ where: { id } });
      expect([state, name]).toEqual(name === 'after' ? [to, 'after'] : [from, 'before']);
      if (name === 'after') written.push(to);
    }
    expect(written.filter((to) => to !== from)).toEqual(states.filter((to) => canTransition(from, to)));
    // Writing the current state again is allowed.
    expect(written).toContain(from);
  });
});
