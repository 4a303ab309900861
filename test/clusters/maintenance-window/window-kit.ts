import { afterAll, beforeEach, expect } from 'vitest';
import { noFaultInjection } from '../../../engine/contract.js';
import { createScheduledChangeReconciler } from '../../../subgraphs/clusters/controllers/maintenance-window/scheduled-change.reconciler.js';
import { scheduledChanges } from '../../../subgraphs/clusters/scheduled-changes.js';
import { openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { clusterMutation, type ClusterView, type PayloadView } from '../requests.js';

/** A Tuesday in winter, noon in Berlin. */
export const NOON = '2026-01-13T11:00:00.000Z';
/** The next opening of the window `SATURDAYS`. */
export const OPENING = '2026-01-17T01:30:00.000Z';
export const SATURDAYS = { recurrence: 'FREQ=WEEKLY;BYDAY=SA', startTime: '02:30', durationHours: 4 };

interface OperationNow {
  readonly operation: {
    readonly state: string;
    readonly scheduledFor: string | null;
    readonly error: { readonly code: string } | null;
  };
}
type Payload = PayloadView & { readonly cluster: ClusterView | null };

/** The clusters subgraph with a clock that tests set, and functions for maintenance windows. */
export type Windows = Awaited<ReturnType<typeof openWindows>>;

async function openWindows() {
  const clock = { time: new Date(NOON), now: () => clock.time };
  const clusters = await openClusters({ clock });
  const { prisma } = clusters.platform.database;
  const mutate = async (name: string, input: Record<string, unknown>) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    return (await clusters.run<{ payload: Payload }>(clusterMutation(name, type), { input })).data.payload;
  };
  /** Creates a running cluster in Berlin. */
  const berlin = (name: string, more = {}) =>
    runningCluster(clusters, 'acme', { name, version: '1.32.6', timeZone: 'Europe/Berlin', ...more });
  return {
    clusters,
    prisma,
    clock,
    mutate,
    berlin,
    /** Creates a cluster with a window on Saturdays and returns its id. */
    async berlinWithWindow(name: string, more = {}): Promise<string> {
      const { id } = await berlin(name, more);
      const window = { clusterId: id, ...SATURDAYS };
      expect((await mutate('setMaintenanceWindow', window)).userErrors).toEqual([]);
      return id;
    },
    inWindow: (id: string) => mutate('upgradeCluster', { id, version: '1.34', timing: 'MAINTENANCE_WINDOW' }),
    async operation(id: string | undefined) {
      const query = 'query ($id: ID!) { operation(id: $id) { state scheduledFor error { code } } }';
      return (await clusters.run<OperationNow>(query, { id })).data.operation;
    },
    stateOf: async (id: string) => (await prisma.cluster.findUniqueOrThrow({ where: { id } })).state,
    /** Runs the reconcile of the scheduled change, as the engine does when the job is due. */
    reconcile: (id: string | undefined) =>
      createScheduledChangeReconciler(scheduledChanges(clusters.platform)).reconcile(id ?? '', {
        database: prisma,
        clock,
        log: clusters.platform.log,
        faults: noFaultInjection,
        signal: new AbortController().signal,
      }),
    [Symbol.asyncDispose]: () => clusters[Symbol.asyncDispose](),
  };
}

/** The windows of a test file; each of its tests starts at `NOON`. */
export async function windowsOfFile(): Promise<Windows> {
  const windows = await openWindows();
  beforeEach(() => {
    windows.clock.time = new Date(NOON);
  });
  afterAll(() => windows[Symbol.asyncDispose]());
  return windows;
}
