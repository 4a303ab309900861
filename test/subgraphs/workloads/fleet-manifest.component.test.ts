import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployment, startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
let ids: string[];
beforeAll(async () => {
  world = await startWorkloads();
  ids = await Promise.all([world.cluster('acme', 1), world.cluster('acme', 1)]);
});
afterAll(() => world?.[Symbol.asyncDispose]());

interface Result {
  readonly clusterId: string;
  readonly cluster: { readonly id: string } | null;
  readonly ok: boolean;
  readonly objects: { readonly name: string; readonly result: string | null }[];
  readonly workload: { readonly name: string } | null;
  readonly userErrors: { readonly code: string; readonly path: string[] }[];
}
interface Payload {
  readonly results: Result[];
  readonly userErrors: { readonly code: string; readonly path: string[] }[];
}

const apply = async (input: Record<string, unknown>, account = 'acme') => {
  const { data, errors } = await world.workloads<{ payload: Payload }>(
    account,
    `mutation ($input: ApplyManifestToClustersInput!) { payload: applyManifestToClusters(input: $input) {
      results { clusterId cluster { id } ok objects { name result } workload { name } userErrors { code path } }
      userErrors { code path } } }`,
    { input },
  );
  expect(errors).toEqual([]);
  return data.payload;
};

test('applies one manifest to several clusters and returns the result of each', async () => {
  const stranger = await world.cluster('other', 1);
  const clusterIds = [ids[0], 'cluster_00000000000000000000000000', ids[1], stranger];
  const { results, userErrors } = await apply({ clusterIds, yaml: deployment('web', 2) });
  expect(userErrors).toEqual([]);
  expect(results.map(({ clusterId }) => clusterId)).toEqual(clusterIds);
  expect(results.map(({ cluster }) => cluster?.id)).toEqual([ids[0], undefined, ids[1], undefined]);
  const accepted = {
    ok: true,
    objects: [{ name: 'web', result: 'CREATED' }],
    workload: { name: 'web' },
    userErrors: [],
  };
  const rejected = (index: string) => ({
    ok: false,
    objects: [],
    workload: null,
    userErrors: [{ code: 'NOT_FOUND', path: ['input', 'clusterIds', index] }],
  });
  expect(results).toMatchObject([accepted, rejected('1'), accepted, rejected('3')]);
  for (const clusterId of [ids[0], ids[1]]) {
    const events = await world.kit.database.prisma.event.count({
      where: { clusterId: clusterId ?? '', type: 'MANIFEST_APPLIED' },
    });
    expect(events).toBe(1);
  }
});

test('a repeated clientToken applies only to clusters that were not reached before', async () => {
  const yaml = deployment('again', 1);
  const first = await apply({ clusterIds: [ids[0]], yaml, clientToken: 'roll-out' });
  const second = await apply({ clusterIds: ids, yaml, clientToken: 'roll-out' });
  expect(first.results.map(({ objects }) => objects[0]?.result)).toEqual(['CREATED']);
  expect(second.results.map(({ objects }) => objects[0]?.result)).toEqual(['CREATED', 'CREATED']);
  const events = await world.kit.database.prisma.event.findMany({
    where: { type: 'MANIFEST_APPLIED', clusterId: ids[0] ?? '' },
  });
  expect(events.filter(({ data }) => JSON.stringify(data).includes('again'))).toHaveLength(1);
});

test('does not parse a manifest without a cluster of the account', async () => {
  const { results, userErrors } = await apply({ clusterIds: ids, yaml: 'no: [yaml' }, 'other');
  expect(userErrors).toEqual([]);
  expect(results.map(({ userErrors: [first] }) => first?.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
});

test('rejects the whole request if it is not valid for any cluster', async () => {
  expect(await apply({ clusterIds: [], yaml: deployment('web', 1) })).toMatchObject({
    results: [],
    userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'clusterIds'] }],
  });
  expect(await apply({ clusterIds: ids, yaml: 'no: [yaml' })).toMatchObject({
    results: [],
    userErrors: [{ code: 'MANIFEST_INVALID' }],
  });
});
