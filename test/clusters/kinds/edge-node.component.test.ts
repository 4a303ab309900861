import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { cloud, isReady, type KindsFixture, startKinds, succeeded, small } from './kinds-fixture.js';

let kinds: KindsFixture;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds[Symbol.asyncDispose]());

describe('disconnected edge node', () => {
  const offline = async (autonomy: boolean) => {
    const id = await kinds.create({
      name: `edge-${autonomy}`,
      profile: 'EDGE',
      nodePools: [small('shops', { desiredSize: 2 })],
    });
    const pool = await kinds.world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    const input = { nodePoolId: pool.id, enabled: autonomy };
    const { operation, userErrors } = await kinds.mutate('setEdgeAutonomy', 'SetEdgeAutonomyInput', input);
    expect(userErrors).toEqual([]);
    await succeeded(kinds.world, operation?.id ?? '');
    const api = await kinds.inside(id);
    await api.deploy({ name: 'till', replicas: 4 });
    const pods = await api.running('till', 4);
    const name = pods[0]?.spec?.nodeName ?? '';
    const node = await kinds.world.prisma.node.findFirstOrThrow({ where: { clusterId: id, name } });
    await cloud(kinds, 'PUT', `/clusters/${id}/instances/${node.id}/connection`, { connected: false });
    const there = pods.filter(({ spec }) => spec?.nodeName === name).map(({ metadata }) => metadata?.uid);
    return { id, pool, api, name, instance: node.id, there };
  };

  test('keeps its pods while its pool has edge autonomy, and loses them when autonomy is disabled', async () => {
    const { id, pool, api, name, there } = await offline(true);
    const read = async () => (await api.nodes()).find(({ metadata }) => metadata?.name === name);
    await eventually(async () =>
      (await read())?.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/unreachable'),
    );
    const taints = (await read())?.spec?.taints?.map(({ effect }) => effect);
    expect(taints).toEqual(['NoSchedule']);
    // Longer, in simulated time, than the toleration of a pod without autonomy.
    await api.deploy({ name: 'clock', replicas: 0 });
    await passed(api, 400);
    const kept = (await api.pods('till')).filter(({ spec }) => spec?.nodeName === name);
    expect(kept.map(({ metadata }) => metadata?.uid).sort()).toEqual([...there].sort());
    expect(kept.every((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp)).toBe(true);
    await kinds.mutate('setEdgeAutonomy', 'SetEdgeAutonomyInput', { nodePoolId: pool.id, enabled: false });
    const moved = await api.running('till', 4);
    await eventually(async () => (await api.running('till', 4)).every(({ spec }) => spec?.nodeName !== name));
    expect(moved).toHaveLength(4);
    await kinds.delete(id);
  });

  test('without edge autonomy its pods are evicted and recreated on other nodes', async () => {
    const { id, api, name, instance, there } = await offline(false);
    await eventually(async () => {
      const ready = (await api.pods('till')).filter(
        (pod) => isReady(pod) && !pod.metadata?.deletionTimestamp,
      );
      return ready.length === 4 && ready.every(({ spec }) => spec?.nodeName !== name);
    });
    await cloud(kinds, 'PUT', `/clusters/${id}/instances/${instance}/connection`, { connected: true });
    await eventually(async () =>
      (await api.pods('till')).every(({ metadata }) => !there.includes(metadata?.uid)),
    );
    await kinds.delete(id);
  });

  test('receives the edge autonomy of its pool when it joins', async () => {
    const id = await kinds.create({
      name: 'edge-born',
      profile: 'EDGE',
      nodePools: [small('shops', { desiredSize: 1, edgeAutonomy: true })],
    });
    const api = await kinds.inside(id);
    const autonomous = (count: number) =>
      eventually(async () => {
        const annotations = (await api.nodes()).map(({ metadata }) => metadata?.annotations ?? {});
        return (
          annotations.length === count &&
          annotations.every((annotation) => annotation['node.beta.alibabacloud.com/autonomy'] === 'true')
        );
      });
    await autonomous(1);
    const pool = await kinds.world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    const input = { nodePoolId: pool.id, desiredSize: 3 };
    const { operation } = await kinds.world.pools.scale(kinds.world.actor, input);
    await succeeded(kinds.world, operation?.id ?? '');
    await autonomous(3);
    await kinds.delete(id);
  });

  /** Waits for a number of simulated seconds: until a Job with this duration has completed. */
  async function passed(
    { core }: Awaited<ReturnType<KindsFixture['inside']>>,
    seconds: number,
  ): Promise<void> {
    const container = { name: 'wait', image: 'busybox:1.36', command: ['sleep', String(seconds)] };
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'wait' }, spec: { restartPolicy: 'Never', containers: [container] } },
    });
    await eventually(async () => {
      const { status } = await core.readNamespacedPod({ namespace: 'default', name: 'wait' });
      return status?.phase === 'Succeeded';
    });
  }
});
