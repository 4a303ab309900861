import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(100);
  cluster = await simulator.cluster('autoscaling', 2);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const MERGE = { 'content-type': 'application/merge-patch+json' };

/** Creates a Deployment with pods that use 15 % to 75 % of their CPU, and its autoscaler. */
async function autoscale(name: string, replicas: number, spec: object): Promise<void> {
  const containers = [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } }];
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers } };
  const deployment = { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
  expect((await cluster.api('POST', DEPLOYMENTS, deployment)).status).toBe(201);
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  const autoscaler = { metadata: { name }, spec: { scaleTargetRef, maxReplicas: 6, ...spec } };
  expect((await cluster.api('POST', AUTOSCALERS, autoscaler)).status).toBe(201);
}

/** A metric of the CPU with a target in percent of the request. */
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const replicasOf = async (name: string): Promise<number> =>
  Number((await cluster.api('GET', `${DEPLOYMENTS}/${name}`)).body.spec['replicas']);

async function conditionsOf(name: string): Promise<string[]> {
  const { status } = (await cluster.api('GET', `${AUTOSCALERS}/${name}`)).body;
  const conditions = (status.conditions ?? []) as { type: string; status: string; reason: string }[];
  return conditions.map((each) => `${each.type} ${each.status} ${each.reason}`);
}

test('adds pods up to the maximum while their CPU is above the target', async () => {
  await autoscale('busy', 1, { metrics: [cpu(5)] });
  await eventually(async () => (await replicasOf('busy')) === 6);
  await eventually(async () => (await conditionsOf('busy')).includes('ScalingLimited True TooManyReplicas'));
  expect(await conditionsOf('busy')).toContain('ScalingActive True ValidMetricFound');
  const { status } = (await cluster.api('GET', `${AUTOSCALERS}/busy`)).body;
  expect(status.currentMetrics).toMatchObject([
    {
      type: 'Resource',
      resource: {
        name: 'cpu',
        current: { averageUtilization: expect.any(Number), averageValue: expect.stringMatching(/^\d+m$/) },
      },
    },
  ]);
});

test('removes pods no faster than the policies of its behavior', async () => {
  const policies = [{ type: 'Pods', value: 2, periodSeconds: 120 }];
  const scaleDown = { stabilizationWindowSeconds: 0, policies };
  await autoscale('idle', 5, { metrics: [cpu(1000)], behavior: { scaleDown } });
  await eventually(async () => (await replicasOf('idle')) === 3);
  await eventually(async () => (await conditionsOf('idle')).includes('ScalingLimited True ScaleDownLimit'));
  await eventually(async () => (await replicasOf('idle')) === 1);
});

test('does not remove pods while a recent recommendation was higher', async () => {
  await autoscale('stable', 4, { metrics: [cpu(1000)] });
  await eventually(async () =>
    (await conditionsOf('stable')).includes('AbleToScale True ScaleDownStabilized'),
  );
  expect(await replicasOf('stable')).toBe(4);
});

test('does not scale by the selection Disabled', async () => {
  const behavior = { scaleUp: { selectPolicy: 'Disabled' } };
  await autoscale('fixed', 2, { metrics: [cpu(5)], behavior });
  await eventually(async () => (await conditionsOf('fixed')).includes('ScalingLimited True ScaleUpLimit'));
  expect(await replicasOf('fixed')).toBe(2);
  await cluster.api('PATCH', `${AUTOSCALERS}/fixed`, { spec: { behavior: null } }, MERGE);
  await eventually(async () => (await replicasOf('fixed')) > 2);
});

test('says that a container has no request', async () => {
  const metric = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 50 } },
  };
  await autoscale('unlimited', 1, { metrics: [metric] });
  await eventually(async () => {
    const { status } = (await cluster.api('GET', `${AUTOSCALERS}/unlimited`)).body;
    const conditions = (status.conditions ?? []) as { message: string }[];
    return conditions.some(({ message }) =>
      /missing request for memory in container web of Pod unlimited-/.test(message),
    );
  });
});
