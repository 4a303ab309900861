import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('budgets', 2);
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface PodView {
  readonly metadata: { readonly name: string };
}

/** Cordons all nodes, so that evicted pods are not replaced. */
async function takePods(takes: boolean): Promise<void> {
  const { items } = (await cluster.api('GET', '/api/v1/nodes')).body as unknown as { items: PodView[] };
  const headers = { 'content-type': 'application/merge-patch+json' };
  for (const { metadata } of items)
    await cluster.api(
      'PATCH',
      `/api/v1/nodes/${metadata.name}`,
      { spec: { unschedulable: !takes } },
      headers,
    );
}

/** A new namespace with a deployment of four ready pods and a budget. */
async function budgeted(namespace: string, budget: object) {
  await cluster.api('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await cluster.api('POST', deployments, deploymentBody('web', 4));
  const ready = async () =>
    (await cluster.api('GET', `${deployments}/web`)).body.status as { readyReplicas?: number };
  await eventually(async () => (await ready()).readyReplicas === 4);
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const made = await cluster.api('POST', budgets, {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...budget },
  });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return {
    made,
    status: async () => (await cluster.api('GET', `${budgets}/web`)).body.status,
    podNames: async () =>
      ((await cluster.api('GET', pods)).body.items as unknown as PodView[]).map(
        ({ metadata }) => metadata.name,
      ),
    evict: (name: string) =>
      cluster.api('POST', `${pods}/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
      }),
  };
}

describe('disruption budget', () => {
  test.each([
    ['number', { minAvailable: 3 }, 3, 1],
    ['share', { minAvailable: '60%' }, 3, 1],
    ['rest', { maxUnavailable: 2 }, 2, 2],
    ['share-of-rest', { maxUnavailable: '25%' }, 3, 1],
    ['all', { minAvailable: 4 }, 4, 0],
    ['none', { maxUnavailable: 0 }, 4, 0],
  ])(
    'as a %s (%j) requires %i of 4 pods, allows %i evictions and rejects the next one with 429',
    async (name, spec, required, allowed) => {
      const { status, podNames, evict } = await budgeted(name, spec);
      const count = {
        expectedPods: 4,
        currentHealthy: 4,
        desiredHealthy: required,
        disruptionsAllowed: allowed,
      };
      await eventually(async () => (await status())?.['expectedPods'] === 4);
      expect(await status()).toMatchObject({
        ...count,
        observedGeneration: 1,
        conditions: [{ type: 'DisruptionAllowed', status: allowed > 0 ? 'True' : 'False' }],
      });
      await takePods(false);
      const [first, ...others] = await podNames();
      const responses = [];
      for (const pod of [first!, ...others].slice(0, allowed + 1)) responses.push(await evict(pod));
      await takePods(true);
      expect(responses.map((response) => response.status)).toEqual([
        ...Array<number>(allowed).fill(201),
        429,
      ]);
      expect(responses.at(-1)?.body).toMatchObject({
        kind: 'Status',
        reason: 'TooManyRequests',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: { causes: [{ reason: 'DisruptionBudget' }] },
      });
    },
  );

  test('rejects minAvailable together with maxUnavailable', async () => {
    const { made } = await budgeted('both', { minAvailable: 1, maxUnavailable: 1 });
    expect(made.status).toBe(422);
  });
});
