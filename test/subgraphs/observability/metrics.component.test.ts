import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../engine/engine.js';
import { deleteClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { done, noFaultInjection, type ReconcileContext, requeueAfter } from '../../../engine/contract.js';
import {
  SCRAPE_INTERVAL_MS,
  SCRAPE_RETRY_MS,
} from '../../../subgraphs/observability/controllers/metric/metric.reconciler.js';
import {
  observabilityReconcilers,
  observabilitySchedules,
} from '../../../subgraphs/observability/reconcilers.js';
import { eventually } from '../../kit/eventually.js';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from '../workloads/kit.js';

let world: WorkloadsWorld;
let clusterId: string;
let workloadId: string;

beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme', 2);
  workloadId = (await apply(world, 'acme', { clusterId, yaml: deployment('web', 2) })).workload!.id;
  const query = 'query W($id: ID!) { workload(id: $id) { readyReplicas } }';
  await eventually(
    async () =>
      (await world.workloads<{ workload: { readyReplicas: number } }>('acme', query, { id: workloadId })).data
        .workload.readyReplicas === 2,
  );
});
afterAll(() => world?.[Symbol.asyncDispose]());

interface Series {
  readonly name: string;
  readonly unit: string;
  readonly labels: Record<string, string>;
  readonly points: { readonly at: string; readonly value: number }[];
}

const METRICS = `query M($representations: [_Any!]!, $from: DateTime!, $to: DateTime!, $step: Int, $perNode: Boolean = false) {
  _entities(representations: $representations) {
    ... on Cluster { metrics(from: $from, to: $to, step: $step, perNode: $perNode) { name unit labels points { at value } } }
    ... on Workload { usage: metrics(from: $from, to: $to, step: $step) { name unit labels points { at value } } } } }`;

function lastMinutes(minutes: number): { from: string; to: string } {
  const now = world.clock.now().getTime();
  return { from: new Date(now - minutes * 60_000).toISOString(), to: new Date(now + 1_000).toISOString() };
}

async function metrics(
  account: string,
  type: 'Cluster' | 'Workload',
  ids: readonly string[],
  variables: object = {},
) {
  const representations = ids.map((id) => ({ __typename: type, id }));
  const { data, errors } = await world.observability<{
    _entities: { metrics?: Series[]; usage?: Series[] }[] | null;
  }>(account, METRICS, {
    ...lastMinutes(10),
    ...variables,
    representations,
  });
  return { series: data?._entities?.map((entity) => entity?.metrics ?? entity?.usage ?? []) ?? [], errors };
}

function scope(): ReconcileContext {
  const { platform, clock } = world;
  return {
    database: platform.database.prisma,
    clock,
    log: platform.log,
    faults: noFaultInjection,
    signal: AbortSignal.timeout(60_000),
  };
}

const reconcile = (key: string) => observabilityReconcilers(world.platform)[0]!.reconcile(key, scope());
const schedule = (name: string) =>
  observabilitySchedules()
    .find((each) => each.name === name)!
    .run(scope());

describe('Cluster.metrics', () => {
  test('measures a cluster without measurements at the request', async () => {
    const fresh = await world.cluster('fresh', 1);
    const { series, errors } = await metrics('fresh', 'Cluster', [fresh]);
    expect(errors).toEqual([]);
    expect(series[0]?.map(({ name, unit, labels }) => ({ name, unit, labels }))).toEqual(
      expect.arrayContaining([
        { name: 'nodes', unit: 'count', labels: {} },
        { name: 'pods', unit: 'count', labels: {} },
      ]),
    );
    expect(series[0]?.find(({ name }) => name === 'nodes')?.points).toMatchObject([{ value: 1 }]);
  });

  test('returns cores, bytes, nodes and pods, and each node on request', async () => {
    await reconcile(clusterId);
    const { series } = await metrics('acme', 'Cluster', [clusterId], { perNode: true });
    const own = Object.fromEntries(
      (series[0] ?? [])
        .filter(({ labels }) => !labels['node'])
        .map(({ name, points }) => [name, points.at(-1)?.value ?? 0]),
    );
    expect(own['nodes']).toBe(2);
    expect(own['pods']).toBeGreaterThanOrEqual(2);
    expect(own['cpu_usage']).toBeGreaterThan(0);
    expect(own['memory_usage']).toBeGreaterThan(1024 * 1024);
    const perNode = (series[0] ?? []).filter(({ labels, name }) => labels['node'] && name === 'cpu_usage');
    expect(perNode).toHaveLength(2);
  });

  test('returns means over steps of time', async () => {
    const from = new Date('2026-03-01T00:00:00Z');
    const at = (seconds: number) => new Date(from.getTime() + seconds * 1000);
    const mean = await world.cluster('mean', 0);
    const samples = [
      [0, 1],
      [30, 3],
      [60, 5],
      [119, 7],
      [180, 9],
    ] as const;
    await world.kit.database.prisma.metricSample.createMany({
      data: samples.map(([seconds, value]) => ({
        clusterId: mean,
        subject: '',
        name: 'pods',
        at: at(seconds),
        value,
      })),
    });
    const { series } = await metrics('mean', 'Cluster', [mean], {
      from: at(0).toISOString(),
      to: at(180).toISOString(),
      step: 60,
    });
    expect(series[0]).toEqual([
      {
        name: 'pods',
        unit: 'count',
        labels: {},
        points: [
          { at: at(0).toISOString(), value: 2 },
          { at: at(60).toISOString(), value: 6 },
        ],
      },
    ]);
  });

  test('costs as many statements for 50 clusters as for one', async () => {
    const ids = [clusterId, ...Array.from({ length: 49 }, (_, index) => `cluster_${index}`)];
    await metrics('acme', 'Cluster', ids);
    const cost = async (count: number) =>
      (await world.kit.statements(() => metrics('acme', 'Cluster', ids.slice(0, count)))).length;
    expect(await cost(50)).toBe(await cost(1));
    expect(await cost(50)).toBe(2);
  });

  test('is null for another account, for an unknown cluster and for an unreachable one', async () => {
    const silent = await world.unreachableCluster('acme');
    expect(await metrics('globex', 'Cluster', [clusterId])).toEqual({ series: [[]], errors: [] });
    expect(await metrics('acme', 'Cluster', ['cluster_unknown', silent])).toEqual({
      series: [[], []],
      errors: [],
    });
  });

  test.each([
    ['a range that is empty', () => ({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })],
    ['a step of nothing', () => ({ step: 0 })],
    [
      'more than 200 points of each node',
      () => ({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:05:00Z', step: 1, perNode: true }),
    ],
    ['more than 1,000 points', () => ({ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', step: 1 })],
  ])('rejects %s', async (_what, variables) => {
    const { errors } = await metrics('acme', 'Cluster', [clusterId], variables());
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });
});

describe('Workload.metrics', () => {
  test('measures a workload without measurements at the request', async () => {
    const fresh = await world.cluster('newcomer', 1);
    const { workload } = await apply(world, 'newcomer', { clusterId: fresh, yaml: deployment('young', 1) });
    const query = 'query W($id: ID!) { workload(id: $id) { pods { nodes { name } } } }';
    type Pods = { workload: { pods: { nodes: unknown[] } } };
    await eventually(
      async () =>
        (await world.workloads<Pods>('newcomer', query, { id: workload!.id })).data.workload.pods.nodes
          .length === 1,
    );
    const { series } = await metrics('newcomer', 'Workload', [workload!.id]);
    expect(series[0]?.find(({ name }) => name === 'pods')?.points).toMatchObject([{ value: 1 }]);
  });

  test('returns the usage of its pods, and nothing to another account', async () => {
    await reconcile(clusterId);
    const { series } = await metrics('acme', 'Workload', [workloadId]);
    expect(series[0]?.map(({ name, unit }) => [name, unit])).toEqual([
      ['cpu_usage', 'cores'],
      ['memory_usage', 'bytes'],
      ['pods', 'count'],
    ]);
    expect(series[0]?.find(({ name }) => name === 'pods')?.points.at(-1)?.value).toBe(2);
    expect(await metrics('globex', 'Workload', [workloadId])).toEqual({ series: [[]], errors: [] });
    expect(await metrics('acme', 'Workload', ['nonsense'])).toEqual({ series: [[]], errors: [] });
  });
});

describe('measuring clusters', () => {
  const samples = (id: string) =>
    world.kit.database.prisma.metricSample.count({ where: { clusterId: id, subject: '', name: 'nodes' } });

  test('continues while the cluster has an API and ends without one', async () => {
    const ending = await world.cluster('ending', 0);
    expect(await reconcile(ending)).toEqual(requeueAfter(SCRAPE_INTERVAL_MS));
    expect(await samples(ending)).toBe(1);
    await deleteClusterAccess(world.kit.database.prisma, ending);
    expect(await reconcile(ending)).toEqual(done);
    expect(await samples(ending)).toBe(1);
  });

  test('is repeated by the engine at an interval', async () => {
    const { database, clock, log } = world.platform;
    const watched = await world.cluster('watched', 0);
    await schedule('metrics-start');
    const reconcilers = observabilityReconcilers(world.platform);
    await using _engine = await startEngine({
      database,
      clock,
      log,
      concurrency: 2,
      reconcilers,
      schedules: [],
    });
    await eventually(async () => (await samples(watched)) >= 1, { what: 'a sample' });
    const planned = await eventually(
      async () => {
        const jobs = await world.kit.database.pool.query(`SELECT FROM graphile_worker.jobs WHERE key = $1`, [
          `metrics:${watched}@later`,
        ]);
        return jobs.rowCount;
      },
      { what: 'the plan of the next one' },
    );
    expect(planned).toBe(1);
  });

  test('retries an unreachable cluster later', async () => {
    expect(await reconcile(await world.unreachableCluster('down'))).toEqual(requeueAfter(SCRAPE_RETRY_MS));
  });

  test('is started by a schedule for clusters that are not measured', async () => {
    const unmeasured = await world.cluster('unmeasured', 0);
    const measured = await world.cluster('measured', 0);
    await reconcile(measured);
    await schedule('metrics-start');
    const jobs = await world.kit.database.pool.query<{ key: string }>(
      `SELECT key FROM graphile_worker.jobs WHERE key LIKE 'metrics:%'`,
    );
    const keys = jobs.rows.map(({ key }) => key);
    expect(keys).toContain(`metrics:${unmeasured}`);
    expect(keys).not.toContain(`metrics:${measured}`);
  });

  test('deletes samples older than a day', async () => {
    const old = await world.cluster('old', 0);
    await reconcile(old);
    world.clock.advance(25 * 3_600_000);
    await schedule('metrics-retention');
    expect(await samples(old)).toBe(0);
    world.clock.advance(-25 * 3_600_000);
  });
});
