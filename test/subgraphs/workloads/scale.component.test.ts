import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';
import { eventually } from '../../kit/eventually.js';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
let clusterId: string;
let workloadId: string;

beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme', 1);
  const applied = await apply(world, 'acme', { clusterId, yaml: deployment('web', 1) });
  workloadId = applied.workload!.id;
});
afterAll(() => world?.[Symbol.asyncDispose]());

const SCALE = `mutation S($input: ScaleWorkloadInput!, $dryRun: Boolean) { scaleWorkload(input: $input, dryRun: $dryRun) {
  workload { id replicas } operation { id } userErrors { code path } } }`;

interface Scaled {
  readonly workload: { id: string; replicas: number } | null;
  readonly userErrors: { code: string; path: string[] }[];
}

async function scale(account: string, input: object, dryRun = false): Promise<Scaled> {
  const { data, errors } = await world.workloads<{ scaleWorkload: Scaled }>(account, SCALE, {
    input,
    dryRun,
  });
  expect(errors).toEqual([]);
  return data.scaleWorkload;
}

async function size(): Promise<{ replicas: number; readyReplicas: number }> {
  const query = 'query W($id: ID!) { workload(id: $id) { replicas readyReplicas } }';
  return (
    await world.workloads<{ workload: { replicas: number; readyReplicas: number } }>('acme', query, {
      id: workloadId,
    })
  ).data.workload;
}

function scalings(): Promise<{ data: unknown }[]> {
  return world.kit.database.prisma.event.findMany({
    where: { account: 'acme', type: 'WORKLOAD_SCALED' },
    orderBy: { sequence: 'asc' },
    select: { data: true },
  });
}

describe('scaleWorkload', () => {
  test('sets the size of the workload and publishes a scaling event', async () => {
    expect(await scale('acme', { workloadId, replicas: 3 })).toMatchObject({
      workload: { id: workloadId, replicas: 3 },
      userErrors: [],
    });
    await eventually(async () => (await size()).readyReplicas === 3);
    expect((await scalings()).at(-1)?.data).toEqual({
      targetKind: 'Workload',
      targetId: workloadId,
      fromSize: 1,
      toSize: 3,
      trigger: 'MANUAL',
    });
    const query =
      '{ events(first: 1) { nodes { ... on ScalingEvent { fromSize toSize trigger cluster { id } target { ... on Workload { id } } } } } }';
    const { data } = await world.observability('acme', query);
    expect(data).toEqual({
      events: {
        nodes: [
          {
            fromSize: 1,
            toSize: 3,
            trigger: 'MANUAL',
            cluster: { id: clusterId },
            target: { id: workloadId },
          },
        ],
      },
    });
  });

  test('publishes no event when the size is unchanged', async () => {
    const { replicas } = await size();
    const before = (await scalings()).length;
    expect((await scale('acme', { workloadId, replicas })).userErrors).toEqual([]);
    expect((await scalings()).length).toBe(before);
  });

  test('changes nothing in a dry run', async () => {
    const before = await size();
    expect(await scale('acme', { workloadId, replicas: 9 }, true)).toMatchObject({
      workload: { replicas: 9 },
      userErrors: [],
    });
    expect((await size()).replicas).toBe(before.replicas);
  });

  test('scales once with a repeated clientToken', async () => {
    await scale('acme', { workloadId, replicas: 2, clientToken: 'once' });
    await scale('acme', { workloadId, replicas: 4 });
    const before = (await scalings()).length;
    expect((await scale('acme', { workloadId, replicas: 2, clientToken: 'once' })).userErrors).toEqual([]);
    expect((await size()).replicas).toBe(4);
    expect((await scalings()).length).toBe(before);
    expect((await scale('acme', { workloadId, replicas: 5, clientToken: 'once' })).userErrors).toMatchObject([
      { code: 'CLIENT_TOKEN_REUSED' },
    ]);
  });

  test.each([
    ['a negative size', 'acme', () => ({ workloadId, replicas: -1 }), 'INVALID_INPUT', 'replicas'],
    ['a size beyond reason', 'acme', () => ({ workloadId, replicas: 100_001 }), 'INVALID_INPUT', 'replicas'],
    [
      'a kind without a size',
      'acme',
      () => ({ workloadId: idOf('DAEMON_SET', 'x'), replicas: 1 }),
      'INVALID_INPUT',
      'workloadId',
    ],
    [
      'a workload that is not there',
      'acme',
      () => ({ workloadId: idOf('DEPLOYMENT', 'nothing'), replicas: 1 }),
      'NOT_FOUND',
      'workloadId',
    ],
    [
      'an id that is none',
      'acme',
      () => ({ workloadId: 'nonsense', replicas: 1 }),
      'NOT_FOUND',
      'workloadId',
    ],
    ["another account's workload", 'globex', () => ({ workloadId, replicas: 1 }), 'NOT_FOUND', 'workloadId'],
  ])('rejects %s', async (_what, account, input, code, field) => {
    expect(await scale(account, input())).toEqual({
      workload: null,
      operation: null,
      userErrors: [{ code, path: ['input', field] }],
    });
  });

  test('reports an unreachable cluster', async () => {
    const silent = await world.unreachableCluster('silent');
    const input = {
      workloadId: encodeWorkloadId({
        clusterId: silent,
        kind: 'DEPLOYMENT',
        namespace: 'default',
        name: 'web',
      }),
      replicas: 1,
    };
    expect((await scale('silent', input)).userErrors).toMatchObject([{ code: 'KUBERNETES_UNAVAILABLE' }]);
  });
});

function idOf(kind: 'DAEMON_SET' | 'DEPLOYMENT', name: string): string {
  return encodeWorkloadId({ clusterId, kind, namespace: 'default', name });
}
