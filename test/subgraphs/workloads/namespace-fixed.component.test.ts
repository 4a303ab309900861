import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
beforeAll(async () => {
  world = await startWorkloads();
});
afterAll(() => world?.[Symbol.asyncDispose]());

test('rejects moving a workload to another namespace with IMMUTABLE_FIELD, and accepts its current one', async () => {
  const clusterId = await world.cluster('acme', 1);
  const { workload } = await apply(world, 'acme', { clusterId, yaml: deployment('web', 1) });
  const scale = async (namespace: string) => {
    const { data } = await world.workloads<{ scaleWorkload: object }>(
      'acme',
      `mutation ($input: ScaleWorkloadInput!) { scaleWorkload(input: $input) {
        workload { id replicas } userErrors { code path } } }`,
      { input: { workloadId: workload!.id, replicas: 2, namespace } },
    );
    return data.scaleWorkload;
  };
  expect(await scale('kube-public')).toEqual({
    workload: null,
    userErrors: [{ code: 'IMMUTABLE_FIELD', path: ['input', 'namespace'] }],
  });
  expect(await scale('default')).toEqual({
    workload: { id: workload!.id, replicas: 2 },
    userErrors: [],
  });
});
