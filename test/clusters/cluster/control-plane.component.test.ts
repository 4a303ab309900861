import { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { spreadReplicas } from '../../../kubesim/cloud/control-plane.js';
import {
  availabilityIn,
  type Incident,
  serviceLevel,
} from '../../../subgraphs/clusters/model/control-plane.rules.js';
import { reconcilesIdle } from '../../engine/reconcile-idle.js';
import { waitForOperation, requestCluster, type EngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

const VIEW = `query ($id: ID!) { cluster(id: $id) {
  state conditions { type status message }
  controlPlane {
    available
    components { name replicas healthyReplicas health zones { id } members { id zone { id } healthy } }
    incidents { id kind cause startedAt endedAt } }
  sla { target compensable availability downtimeSeconds met } nodes { nodes { status zone { id } } } } }`;

interface View {
  state: string;
  conditions: { type: string; status: string; message: string }[];
  controlPlane: {
    available: boolean;
    components: {
      name: string;
      replicas: number;
      healthyReplicas: number;
      health: string;
      zones: { id: string }[];
      members: { id: string; zone: { id: string }; healthy: boolean }[];
    }[];
    incidents: { id: string; kind: string; cause: string; startedAt: string; endedAt: string | null }[];
  } | null;
  sla: {
    target: number | null;
    compensable: boolean;
    availability: number | null;
    downtimeSeconds: number | null;
    met: boolean | null;
  };
  nodes: { nodes: { status: string; zone: { id: string } }[] };
}

let setup: GraphWithEngine;
let world: EngineFixture;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 1_000 });
  ({ world } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

const view = async (id: string) => (await setup.ask<{ cluster: View }>(VIEW, { id })).cluster;

async function power(path: string, on: boolean): Promise<void> {
  const response = await fetch(new URL(`/cloud/v1/${path}/power`, world.kubesim.cloudUrl), {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ on }),
  });
  expect(response.status).toBe(200);
}

/** Enqueues the control plane's reconcile, instead of waiting for the next minute, until the view satisfies the condition. */
function waitForView(id: string, holds: (now: View) => boolean, description: string): Promise<View> {
  return eventually(
    async () => {
      await world.prisma.$transaction((tx) => enqueue(tx, 'control-plane', id));
      const now = await view(id);
      return holds(now) && now;
    },
    { what: description },
  );
}

/** Sends a request to the cluster's Kubernetes API and returns the HTTP status. */
async function apiStatus(id: string): Promise<number> {
  const access = (await clusterAccess(world.prisma, 'acme', [id])).get(id);
  if (!access) throw new Error('the cluster has no API');
  try {
    await kubeConfigOf(access).makeApiClient(CoreV1Api).listNamespace();
    return 200;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

/** Expected data of the event that starts an incident. */
function incidentData({ id, cause, startedAt }: { id: string; cause: string; startedAt: string }) {
  return { incidentId: id, cause, startedAt };
}

async function runningCluster(more = {}): Promise<string> {
  const { clusterId, operationId } = await requestCluster(world, 3, more);
  expect((await waitForOperation(world, operationId)).state).toBe('SUCCEEDED');
  await waitForView(clusterId, (now) => now.controlPlane !== null, 'a control plane');
  // No earlier reconcile is running: only those that the test enqueues see its next changes.
  await reconcilesIdle(world, 'control-plane', clusterId);
  return clusterId;
}

/** Control plane events in order. Other events occur between them, such as those of components that become ready. */
function eventsOfControlPlane(clusterId: string) {
  const types = [
    'CONTROL_PLANE_DEGRADED',
    'CONTROL_PLANE_RECOVERED',
    'CLUSTER_UNAVAILABLE',
    'CLUSTER_AVAILABLE',
  ];
  return world.prisma.event.findMany({
    where: { clusterId, type: { in: types } },
    orderBy: { sequence: 'asc' },
  });
}

describe('control plane of a managed cluster', () => {
  test('has two API servers, three etcd members and their controllers in three zones, each with its health', async () => {
    const { controlPlane } = await view(await runningCluster({ zoneIds: ['cn-hangzhou-a'] }));
    expect(controlPlane?.available).toBe(true);
    expect(
      controlPlane?.components.map(({ name, replicas, health, zones }) => [
        name,
        replicas,
        health,
        zones.length,
      ]),
    ).toEqual([
      ['kube-apiserver', 2, 'HEALTHY', 2],
      ['etcd', 3, 'HEALTHY', 3],
      ['kube-controller-manager', 2, 'HEALTHY', 2],
      ['ack-scheduler', 2, 'HEALTHY', 2],
    ]);
    const zones = controlPlane?.components.flatMap(({ members }) => members.map(({ zone }) => zone.id));
    expect(new Set(zones)).toEqual(new Set(['a', 'b', 'c'].map((letter) => `cn-hangzhou-${letter}`)));
  });

  test.each(['cn-hangzhou-a', 'cn-hangzhou-b', 'cn-hangzhou-c'])(
    'answers during an outage of zone %s, reports the degradation, and recovers with the zone',
    async (zone) => {
      const id = await runningCluster();
      await power(`zones/${zone}`, false);
      try {
        // The fields of a response may be read at different times, so the condition checks each of them.
        const isLost = ({ controlPlane }: View) =>
          controlPlane?.incidents[0]?.endedAt === null &&
          controlPlane.components.some(({ health }) => health !== 'HEALTHY');
        const lost = await waitForView(id, isLost, 'an incident');
        expect(await apiStatus(id)).toBe(200);
        expect([lost.state, lost.controlPlane?.available]).toEqual(['RUNNING', true]);
        expect(lost.controlPlane?.incidents[0]).toMatchObject({ kind: 'DEGRADED', endedAt: null });
        expect(lost.controlPlane?.incidents[0]?.cause).toContain(zone);
        const etcd = lost.controlPlane?.components.find(({ name }) => name === 'etcd');
        expect([etcd?.health, etcd?.healthyReplicas]).toEqual(['DEGRADED', 2]);
      } finally {
        await power(`zones/${zone}`, true);
      }
      const whole = ({ controlPlane }: View) =>
        controlPlane?.incidents[0]?.endedAt !== null &&
        controlPlane?.components.every(({ health }) => health === 'HEALTHY') === true;
      const back = await waitForView(id, whole, 'a whole control plane');
      // The API responded during the whole incident, so availability stays 1.
      expect(back.sla).toMatchObject({ availability: 1, downtimeSeconds: 0, met: true });
    },
  );

  test('makes the cluster UNAVAILABLE without the quorum of etcd, and RUNNING again with it', async () => {
    const id = await runningCluster();
    for (const replica of ['etcd-0', 'etcd-2']) await power(`clusters/${id}/replicas/${replica}`, false);
    expect(await apiStatus(id)).toBe(503);
    const down = await waitForView(id, (now) => now.state === 'UNAVAILABLE', 'UNAVAILABLE');
    expect(down.controlPlane?.available).toBe(false);
    expect(down.controlPlane?.components.find(({ name }) => name === 'etcd')?.health).toBe('DOWN');
    expect(down.conditions).toContainEqual(
      expect.objectContaining({ type: 'ApiServerAvailable', status: 'False' }),
    );
    await power(`clusters/${id}/replicas/etcd-2`, true);
    expect(await apiStatus(id)).toBe(200);
    const half = await waitForView(id, (now) => now.state === 'RUNNING', 'RUNNING');
    expect(half.controlPlane?.incidents.map(({ kind, cause }) => [kind, cause])).toEqual([
      ['DEGRADED', 'etcd (cn-hangzhou-a) down'],
      ['API_UNAVAILABLE', 'etcd (cn-hangzhou-a, cn-hangzhou-c) down'],
      ['DEGRADED', 'etcd (cn-hangzhou-a) down'],
    ]);
    await power(`clusters/${id}/replicas/etcd-0`, true);
    // A query reads the incidents and the conditions at different times, so they may differ briefly.
    const whole = ({ controlPlane, conditions }: View) =>
      controlPlane?.incidents[0]?.endedAt !== null &&
      conditions.some(({ type, status }) => type === 'ControlPlaneHealthy' && status === 'True');
    const up = await waitForView(id, whole, 'the end');
    expect((await eventsOfControlPlane(id)).map(({ type }) => type)).toEqual([
      'CONTROL_PLANE_DEGRADED',
      'CLUSTER_UNAVAILABLE',
      'CLUSTER_AVAILABLE',
      'CONTROL_PLANE_DEGRADED',
      'CONTROL_PLANE_RECOVERED',
    ]);
    // Only the time without a response counts against the target.
    expect(up.sla).toMatchObject({ target: 0.9995, compensable: true, met: false });
    expect(up.sla.downtimeSeconds).toBeGreaterThan(0);
    expect(up.sla.availability).toBeLessThan(1);
  });

  test('loses its API and ends watches during an outage of two zones of three', async () => {
    const id = await runningCluster();
    const access = (await clusterAccess(world.prisma, 'acme', [id])).get(id);
    const config = kubeConfigOf(access!);
    const { Watch } = await import('@kubernetes/client-node');
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    await new Watch(config).watch(
      '/api/v1/namespaces',
      {},
      () => undefined,
      () => close(),
    );
    await power('zones/cn-hangzhou-b', false);
    await power('zones/cn-hangzhou-c', false);
    try {
      await closed;
      expect(await apiStatus(id)).toBe(503);
      await waitForView(id, (now) => now.state === 'UNAVAILABLE', 'UNAVAILABLE');
    } finally {
      await power('zones/cn-hangzhou-b', true);
      await power('zones/cn-hangzhou-c', true);
    }
    await waitForView(id, (now) => now.state === 'RUNNING', 'RUNNING');
    expect(await apiStatus(id)).toBe(200);
  });

  test('records an outage that ended between two polls, with both times of the cloud', async () => {
    const id = await runningCluster();
    const times: number[] = [];
    for (const on of [false, true]) {
      for (const replica of ['etcd-0', 'etcd-1']) {
        times.push(Date.now());
        await power(`clusters/${id}/replicas/${replica}`, on);
      }
    }
    times.push(Date.now());
    const { controlPlane, state, sla } = await waitForView(
      id,
      ({ state, controlPlane }) =>
        state === 'RUNNING' && controlPlane?.incidents.length === 3 && controlPlane.available,
      'three incidents',
    );
    expect([state, controlPlane?.available]).toEqual(['RUNNING', true]);
    const incidents = [...(controlPlane?.incidents ?? [])].reverse();
    expect(incidents.map(({ kind }) => kind)).toEqual(['DEGRADED', 'API_UNAVAILABLE', 'DEGRADED']);
    const ends = [
      ...incidents.map(({ startedAt }) => Date.parse(startedAt)),
      Date.parse(incidents.at(-1)?.endedAt ?? ''),
    ];
    // Each incident starts, and the last one ends, between its switch and the next.
    expect(ends.map((end, index) => end >= times[index]! && end <= times[index + 1]!)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(incidents.slice(0, 2).map(({ endedAt }) => endedAt)).toEqual(
      incidents.slice(1).map(({ startedAt }) => startedAt),
    );
    const seconds = (ends[2]! - ends[1]!) / 1000;
    expect(sla.downtimeSeconds).toBeCloseTo(seconds, 3);
    expect((await eventsOfControlPlane(id)).map(({ type, data }) => [type, data])).toEqual([
      ['CONTROL_PLANE_DEGRADED', incidentData(incidents[0]!)],
      ['CLUSTER_UNAVAILABLE', incidentData(incidents[1]!)],
      ['CLUSTER_AVAILABLE', { ...incidentData(incidents[1]!), endedAt: incidents[1]!.endedAt }],
      ['CONTROL_PLANE_DEGRADED', incidentData(incidents[2]!)],
      ['CONTROL_PLANE_RECOVERED', { ...incidentData(incidents[2]!), endedAt: incidents[2]!.endedAt }],
    ]);
  });

  test('resumes interrupted operations when it recovers', async () => {
    const id = await runningCluster();
    const pool = await world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    for (const replica of ['etcd-0', 'etcd-1']) await power(`clusters/${id}/replicas/${replica}`, false);
    const { operation } = await world.pools.scale(world.actor, { nodePoolId: pool.id, desiredSize: 5 });
    await waitForView(id, (now) => now.state === 'UNAVAILABLE', 'UNAVAILABLE');
    await expect(world.pools.scale(world.actor, { nodePoolId: pool.id, desiredSize: 6 })).rejects.toThrow(
      /INVALID_STATE/,
    );
    for (const replica of ['etcd-0', 'etcd-1']) await power(`clusters/${id}/replicas/${replica}`, true);
    await waitForView(id, (now) => now.controlPlane?.available === true, 'an API that answers');
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      created: 2,
    });
    await waitForView(id, (now) => now.state === 'RUNNING', 'RUNNING');
  });

  test('does not block the deletion of its cluster while it is unavailable', async () => {
    const id = await runningCluster();
    for (const replica of ['etcd-0', 'etcd-1']) await power(`clusters/${id}/replicas/${replica}`, false);
    await waitForView(id, (now) => now.state === 'UNAVAILABLE', 'UNAVAILABLE');
    const { operation } = await world.clusters.delete(world.actor, { id });
    expect((await waitForOperation(world, operation?.id ?? '')).state).toBe('SUCCEEDED');
  });

  test('deletes its replicas and incidents with the cluster', async () => {
    const id = await runningCluster();
    const { operation } = await world.clusters.delete(world.actor, { id });
    expect((await waitForOperation(world, operation?.id ?? '')).state).toBe('SUCCEEDED');
    await waitForView(id, (now) => now.controlPlane === null, 'no control plane');
  });
});

describe('rules of replicas and incidents', () => {
  test.each([
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b'],
    ],
    [
      ['a', 'b'],
      ['a', 'b', 'a'],
      ['a', 'b'],
    ],
    [['a'], ['a', 'a', 'a'], ['a', 'a']],
    [
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c'],
      ['a', 'b'],
    ],
  ])('in the zones %j three etcd members are in %j and two API servers in %j', (zones, etcd, servers) => {
    const replicas = spreadReplicas(zones);
    const of = (name: string) =>
      replicas.filter(({ component }) => component === name).map(({ zoneId }) => zoneId);
    expect([of('etcd'), of('kube-apiserver')]).toEqual([etcd, servers]);
  });

  test.each([
    ['ACK_PRO', 0.9995, true],
    ['ASK_PRO', 0.9995, true],
    ['EDGE_PRO', 0.9995, true],
    ['ACK_STANDARD', 0.999, false],
    ['ASK_STANDARD', 0.999, false],
    ['EDGE_STANDARD', 0.999, false],
    ['ACK_DEDICATED', null, false],
    ['REGISTERED', null, false],
  ] as const)('the service level target of %s is %s; compensated: %s', (product, target, compensable) => {
    expect(serviceLevel(product)).toEqual({ target, compensable });
  });

  test('availability counts exactly the part of each outage within the period', () => {
    const at = (minutes: number) => new Date(minutes * 60_000);
    const incidents: Incident[] = [
      { kind: 'API_UNAVAILABLE', startedAt: at(0), endedAt: at(20) },
      { kind: 'DEGRADED', startedAt: at(30), endedAt: at(60) },
      { kind: 'API_UNAVAILABLE', startedAt: at(100), endedAt: null },
    ];
    expect(availabilityIn(incidents, { from: at(10), to: at(110) })).toBeCloseTo(0.8);
    expect(availabilityIn([], { from: at(10), to: at(10) })).toBe(1);
  });
});
