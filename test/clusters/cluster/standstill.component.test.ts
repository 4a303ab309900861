import { AppsV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { eventually } from '../../kit/eventually.js';
import { type NetworkWithEngine, openNetworkWithEngine } from '../network/network-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: NetworkWithEngine;
beforeAll(async () => {
  setup = await openNetworkWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const namespace = 'default';

async function apisOf(clusterId: string) {
  const access = (await clusterAccess(setup.world.prisma, 'acme', [clusterId])).get(clusterId);
  const config: KubeConfig = kubeConfigOf(access!);
  const [core, apps] = [config.makeApiClient(CoreV1Api), config.makeApiClient(AppsV1Api)];
  return {
    deploy: (name: string) => {
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] } };
      const spec = { replicas: 2, selector: { matchLabels: labels }, template };
      return apps.createNamespacedDeployment({ namespace, body: { metadata: { name }, spec } });
    },
    pods: async (name: string) =>
      (await core.listNamespacedPod({ namespace, labelSelector: `app=${name}` })).items,
    readyReplicas: async (name: string) =>
      (await apps.readNamespacedDeployment({ namespace, name })).status?.readyReplicas ?? 0,
    /** A pod that needs the scheduler and no controller. */
    pod: (name: string) =>
      core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name, labels: { app: name } },
          spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] },
        },
      }),
  };
}

async function power(clusterId: string, component: string, on: boolean): Promise<void> {
  for (const number of [0, 1])
    await setup.world.cloud('PUT', `/clusters/${clusterId}/replicas/${component}-${number}/power`, { on });
}

interface Health {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
  readonly controlPlane: {
    readonly available: boolean;
    readonly components: readonly { readonly name: string; readonly health: string }[];
    readonly incidents: readonly { readonly kind: string; readonly endedAt: string | null }[];
  };
}

/** Waits until the platform reports this health for the component, and returns the cluster's health. */
function waitForHealth(id: string, component: string, health: string): Promise<Health> {
  const query = `query ($id: ID!) { cluster(id: $id) { conditions { type status message }
    controlPlane { available components { name health } incidents { kind endedAt } } } }`;
  return eventually(async () => {
    await setup.world.prisma.$transaction((tx) => enqueue(tx, 'control-plane', id));
    const { cluster } = await setup.ask<{ cluster: Health }>(query, { id });
    const isSo = cluster.controlPlane.components.find(({ name }) => name === component)?.health === health;
    // The conditions are read before the control plane, so they may be older.
    const { status } = cluster.conditions.find(({ type }) => type === 'ControlPlaneHealthy') ?? {};
    return isSo && status === (health === 'HEALTHY' ? 'True' : 'False') && cluster;
  });
}

function warningsOf(clusterId: string) {
  return setup.world.prisma.event.findMany({
    where: { clusterId, type: 'CONTROL_PLANE_DEGRADED' },
    orderBy: { sequence: 'asc' },
  });
}

describe('failed components of a control plane', () => {
  test('pods stay Pending without a scheduler, the cluster reports it, and they are scheduled when it recovers', async () => {
    const { clusterId } = await setup.runningCluster(1);
    const { deploy, pods, readyReplicas } = await apisOf(clusterId);
    await power(clusterId, 'ack-scheduler', false);
    const { conditions, controlPlane } = await waitForHealth(clusterId, 'ack-scheduler', 'DOWN');
    expect(controlPlane.available).toBe(true);
    expect(controlPlane.incidents.find(({ endedAt }) => endedAt === null)?.kind).toBe('COMPONENT_DOWN');
    expect(conditions.find(({ type }) => type === 'ControlPlaneHealthy')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('new pods stay Pending') as unknown,
    });
    expect((await warningsOf(clusterId)).at(-1)).toMatchObject({
      level: 'ERROR',
      message: expect.stringContaining('without ack-scheduler new pods stay Pending') as unknown,
    });
    await deploy('waiting');
    const created = await eventually(async () => {
      const found = await pods('waiting');
      return found.length === 2 && found;
    });
    expect(created.map(({ status, spec }) => [status?.phase, spec?.nodeName])).toEqual([
      ['Pending', undefined],
      ['Pending', undefined],
    ]);
    await power(clusterId, 'ack-scheduler', true);
    await eventually(async () => (await readyReplicas('waiting')) === 2);
    await waitForHealth(clusterId, 'ack-scheduler', 'HEALTHY');
  });

  test('reports all failed components when another one fails during an incident', async () => {
    const { clusterId } = await setup.runningCluster(1);
    await power(clusterId, 'ack-scheduler', false);
    await waitForHealth(clusterId, 'ack-scheduler', 'DOWN');
    await power(clusterId, 'kube-controller-manager', false);
    await waitForHealth(clusterId, 'kube-controller-manager', 'DOWN');
    const message = await eventually(async () => {
      const { conditions } = await waitForHealth(clusterId, 'kube-controller-manager', 'DOWN');
      const text = conditions.find(({ type }) => type === 'ControlPlaneHealthy')?.message ?? '';
      return text.includes('no controller acts') && text;
    });
    expect(message).toMatch(/kube-controller-manager \(.+\), ack-scheduler \(.+\) down: .*stay Pending/);
  });

  test('controllers stop without the controller manager, the cluster reports it, and they catch up when it recovers', async () => {
    const { clusterId } = await setup.runningCluster(1);
    const { deploy, pod, pods, readyReplicas } = await apisOf(clusterId);
    await power(clusterId, 'kube-controller-manager', false);
    const { conditions } = await waitForHealth(clusterId, 'kube-controller-manager', 'DOWN');
    expect(conditions.find(({ type }) => type === 'ControlPlaneHealthy')).toMatchObject({
      message: expect.stringContaining('no controller acts') as unknown,
    });
    await deploy('nobody');
    // A pod that was created later runs, so controllers had time to act and did not.
    await pod('alone');
    await eventually(async () => (await pods('alone'))[0]?.status?.phase === 'Running');
    expect(await pods('nobody')).toEqual([]);
    await power(clusterId, 'kube-controller-manager', true);
    await eventually(async () => (await readyReplicas('nobody')) === 2);
  });
});
