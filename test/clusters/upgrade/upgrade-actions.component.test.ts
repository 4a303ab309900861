import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  controlsIn,
  UPGRADE_STAGES,
  type UpgradePhase,
} from '../../../subgraphs/clusters/model/upgrade.rules.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import type { PayloadView } from '../requests.js';

let clusters: ClustersKit;
let clusterId: string;
beforeAll(async () => {
  clusters = await openClusters();
  ({ id: clusterId } = await runningCluster(clusters, 'acme', { name: 'acted-upon' }));
});
afterAll(() => clusters[Symbol.asyncDispose]());

const PHASES = ['WAITING', ...UPGRADE_STAGES, 'ENDED'] as const satisfies readonly UpgradePhase[];
const MUTATIONS = { PAUSE: 'pauseOperation', RESUME: 'resumeOperation', CANCEL: 'cancelOperation' };
type Action = keyof typeof MUTATIONS;
const ACTIONS = Object.keys(MUTATIONS) as Action[];

/** Accepted actions of a running upgrade by phase; a paused one accepts RESUME in place of PAUSE. */
const TAKEN: Readonly<Record<UpgradePhase, readonly Action[]>> = {
  WAITING: ['CANCEL'],
  PRECHECK: ['PAUSE', 'CANCEL'],
  CONTROL_PLANE: ['PAUSE', 'CANCEL'],
  NODES: ['PAUSE'],
  COMPONENTS: ['PAUSE'],
  ENDED: [],
};
const takenBy = (phase: UpgradePhase, paused: boolean): readonly Action[] =>
  paused ? TAKEN[phase].map((action) => (action === 'PAUSE' ? 'RESUME' : action)) : TAKEN[phase];
let counter = 0;

/** Inserts the operation of an upgrade in a phase, as the engine would have left it. */
async function upgradeIn(phase: UpgradePhase, paused: boolean): Promise<string> {
  const index = UPGRADE_STAGES.indexOf(phase as (typeof UPGRADE_STAGES)[number]);
  const stateOf = (place: number) =>
    phase === 'ENDED' || place < index ? 'SUCCEEDED' : place === index ? 'RUNNING' : 'PENDING';
  const waiting = phase === 'WAITING';
  const at = new Date();
  const { id } = await clusters.platform.database.prisma.operation.create({
    data: {
      id: `operation_phase_${(counter += 1)}`,
      account: 'acme',
      type: 'UPGRADE_CLUSTER',
      targetKind: 'Cluster',
      targetId: clusterId,
      clusterId,
      state: phase === 'ENDED' ? 'SUCCEEDED' : waiting ? 'PENDING' : 'RUNNING',
      stages: UPGRADE_STAGES.map((name, place) => ({ name, state: waiting ? 'PENDING' : stateOf(place) })),
      input: { version: '1.34.3', ...(waiting && { waiting, scheduledFor: at.toISOString() }) },
      ...controlsIn(phase),
      pausedAt: paused ? at : null,
      createdAt: at,
      ...(phase === 'ENDED' && { finishedAt: at }),
    },
  });
  return id;
}

const view = async (id: string) => {
  const query = 'query ($id: ID!) { operation(id: $id) { cancelable pausable pausedAt } }';
  type QueryData = { operation: { cancelable: boolean; pausable: boolean; pausedAt: string | null } };
  return (await clusters.run<QueryData>(query, { id })).data.operation;
};

const cases = PHASES.flatMap((phase) =>
  // An upgrade that waits for its window has not started, so it cannot be paused.
  (phase === 'WAITING' ? [false] : [false, true]).flatMap((paused) =>
    ACTIONS.map((action) => ({
      phase,
      paused,
      action,
      outcome: takenBy(phase, paused).includes(action) ? 'accepted' : 'rejected',
    })),
  ),
);

test.each(cases)(
  'in $phase (paused: $paused) $action of an upgrade is $outcome, and its fields report it',
  async ({ phase, paused, action, outcome }) => {
    const id = await upgradeIn(phase, paused);
    const { cancelable, pausable, pausedAt } = await view(id);
    const shown = {
      CANCEL: cancelable,
      PAUSE: pausable,
      RESUME: pausedAt !== null,
    };
    expect(shown[action]).toBe(outcome === 'accepted');
    const mutation = `mutation ($id: ID!) { payload: ${MUTATIONS[action]}(input: { id: $id }) {
      operation { id } userErrors { code path } } }`;
    const { payload } = (await clusters.run<{ payload: PayloadView }>(mutation, { id })).data;
    const code = action === 'CANCEL' ? 'NOT_CANCELABLE' : 'INVALID_STATE';
    expect(payload.userErrors).toMatchObject(outcome === 'accepted' ? [] : [{ code, path: ['input', 'id'] }]);
    const stranger = (await clusters.run<{ payload: PayloadView }>(mutation, { id }, 'other')).data.payload;
    expect(stranger.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  },
);

test('no mutation rolls an upgrade back', async () => {
  const query = '{ __schema { mutationType { fields { name } } } }';
  type Schema = { __schema: { mutationType: { fields: { name: string }[] } } };
  const names = (await clusters.run<Schema>(query)).data.__schema.mutationType.fields.map(({ name }) => name);
  expect(names).toContain('upgradeCluster');
  expect(names.filter((name) => /roll.?back|downgrade|revert|undo/i.test(name))).toEqual([]);
});
