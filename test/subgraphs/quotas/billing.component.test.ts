import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { noFaultInjection } from '../../../engine/contract.js';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import {
  decimal,
  billingLines,
  spanProblem,
  type UseSum,
} from '../../../subgraphs/quotas/model/billing.rules.js';
import { BillingStore } from '../../../subgraphs/quotas/store/billing.store.js';
import { meteredPod } from '../../../subgraphs/quotas/model/container-metering.rules.js';
import { quotaSchedules } from '../../../subgraphs/quotas/reconcilers.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { addNodes, runningCluster } from '../../clusters/running-cluster.js';
import { openClusters, type ClustersKit } from '../../clusters/kit.js';
import {
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { eventually } from '../../kit/eventually.js';

const REPORT = `query B($from: DateTime!, $to: DateTime!, $clusterId: ID) {
  billingReport(from: $from, to: $to, clusterId: $clusterId) {
    from to lines { clusterId item chargeType instanceType resources quantity unit } } }`;

interface Line {
  readonly clusterId: string;
  readonly item: string;
  readonly chargeType: string;
  readonly instanceType: string | null;
  readonly resources: number;
  readonly quantity: string;
  readonly unit: string;
}

const MIDNIGHT = '2026-01-01T00:00:00Z';

describe('billing', () => {
  let clusters: ClustersKit;
  let ask: AskSubgraph;
  beforeAll(async () => {
    clusters = await openClusters();
    ask = askSubgraph(
      await createQuotasSubgraph({
        database: clusters.kit.database,
        clock: systemClock,
        rights: clusters.kit.rights,
      }),
    );
  });
  afterAll(() => clusters[Symbol.asyncDispose]());

  async function report(account: string, from: string, to: string, clusterId?: string): Promise<Line[]> {
    const { data, errors } = await ask<{ billingReport: { lines: Line[] } }>(account, REPORT, {
      from,
      to,
      clusterId,
    });
    expect(errors).toEqual([]);
    return data.billingReport.lines;
  }

  /** Sets the usage of the account to a number of minutes from midnight on. */
  async function ran(account: string, minutes: number): Promise<void> {
    const from = new Date(MIDNIGHT);
    const to = new Date(from.getTime() + minutes * 60_000);
    await clusters.kit.database.prisma.$executeRaw`
      UPDATE quotas.usage_record SET started_at = ${from}, ended_at = ${to} WHERE account = ${account}`;
  }

  const kinds: readonly [string, Record<string, unknown>, string[]][] = [
    [
      'a Pro cluster: management, instances, load balancer',
      { spec: 'PRO' },
      [
        'CLUSTER_MANAGEMENT CLUSTER_HOUR 1.5',
        'LOAD_BALANCER LOAD_BALANCER_HOUR 1.5',
        'WORKER_INSTANCE INSTANCE_HOUR 3',
      ],
    ],
    [
      'a standard cluster: no management',
      { spec: 'STANDARD' },
      ['LOAD_BALANCER LOAD_BALANCER_HOUR 1.5', 'WORKER_INSTANCE INSTANCE_HOUR 3'],
    ],
    [
      'a dedicated cluster: no management, its masters',
      { type: 'KUBERNETES', spec: null },
      [
        'LOAD_BALANCER LOAD_BALANCER_HOUR 1.5',
        'MASTER_INSTANCE INSTANCE_HOUR 4.5',
        'WORKER_INSTANCE INSTANCE_HOUR 3',
      ],
    ],
    [
      'a Pro edge cluster: management',
      { profile: 'EDGE', spec: 'PRO' },
      [
        'CLUSTER_MANAGEMENT CLUSTER_HOUR 1.5',
        'LOAD_BALANCER LOAD_BALANCER_HOUR 1.5',
        'WORKER_INSTANCE INSTANCE_HOUR 3',
      ],
    ],
    [
      'a standard edge cluster: no management',
      { profile: 'EDGE', spec: 'STANDARD' },
      ['LOAD_BALANCER LOAD_BALANCER_HOUR 1.5', 'WORKER_INSTANCE INSTANCE_HOUR 3'],
    ],
    [
      'a cluster with a public address: that, too',
      { spec: 'STANDARD', network: { publicEndpoint: true } },
      ['EIP EIP_HOUR 1.5', 'LOAD_BALANCER LOAD_BALANCER_HOUR 1.5', 'WORKER_INSTANCE INSTANCE_HOUR 3'],
    ],
    [
      'a serverless cluster: neither management, also of Pro, nor instances; its pods are metered by themselves',
      { profile: 'SERVERLESS', spec: 'PRO', nodePools: [] },
      ['LOAD_BALANCER LOAD_BALANCER_HOUR 1.5'],
    ],
  ];
  it.each(kinds)('has the lines of %s', async (name, more, expected) => {
    const account = `billed-${name.length}`;
    const pool = { name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 };
    const { prisma } = clusters.kit.database;
    const { id } = await runningCluster(clusters, account, { name: 'billed', nodePools: [pool], ...more });
    await prisma.node.updateMany({ where: { clusterId: id, role: 'MASTER' }, data: { state: 'running' } });
    await ran(account, 90);
    const lines = await report(account, MIDNIGHT, '2026-01-02T00:00:00Z');
    expect(lines.map(({ item, unit, quantity }) => `${item} ${unit} ${quantity}`)).toEqual(expected);
    expect(new Set(lines.map(({ clusterId }) => clusterId))).toEqual(new Set([id]));
    expect(await report('stranger', MIDNIGHT, '2026-01-02T00:00:00Z', id)).toEqual([]);
    const half = await report(account, '2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z', id);
    if (expected.some((line) => line.startsWith('WORKER_INSTANCE')))
      expect(half.find(({ item }) => item === 'WORKER_INSTANCE')).toMatchObject({
        quantity: '1',
        resources: 2,
      });
  });

  it('has no lines of the instances of a registered cluster', async () => {
    const more = { type: 'EXTERNAL_KUBERNETES', spec: null };
    await runningCluster(clusters, 'registered', { name: 'mine', ...more });
    await ran('registered', 60);
    expect(await report('registered', MIDNIGHT, '2026-01-02T00:00:00Z')).toEqual([]);
  });

  it('has a line of an instance from its creation to its failure or deletion, and a new one after a change of charge type', async () => {
    const account = 'instances';
    const { prisma } = clusters.kit.database;
    const pools = [{ name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 0 }];
    const cluster = await runningCluster(clusters, account, { name: 'instances', nodePools: pools });
    const pool = cluster.nodePools.nodes[0]?.id ?? '';
    const of = { account, cluster: cluster.id, pool };
    const uses = async () =>
      (
        await prisma.usageRecord.findMany({
          where: { account, item: 'WORKER_INSTANCE' },
          orderBy: { startedAt: 'asc' },
        })
      ).map(({ chargeType, endedAt }) => [chargeType, endedAt !== null]);
    await addNodes(clusters, of, 1, 'pending');
    expect(await uses()).toEqual([]);
    await prisma.node.updateMany({ where: { clusterId: cluster.id }, data: { state: 'starting' } });
    await prisma.node.updateMany({ where: { clusterId: cluster.id }, data: { state: 'running' } });
    expect(await uses()).toEqual([['POSTPAID', false]]);
    await prisma.node.updateMany({ where: { clusterId: cluster.id }, data: { chargeType: 'PREPAID' } });
    expect(await uses()).toEqual([
      ['POSTPAID', true],
      ['PREPAID', false],
    ]);
    await prisma.node.deleteMany({ where: { clusterId: cluster.id } });
    expect(await uses()).toEqual([
      ['POSTPAID', true],
      ['PREPAID', true],
    ]);
    await addNodes(clusters, of, 1, 'starting');
    await prisma.node.updateMany({ where: { clusterId: cluster.id }, data: { state: 'failed' } });
    expect((await uses()).every(([, over]) => over)).toBe(true);
  });

  it('includes the retained resources of a deleted cluster until they are deleted', async () => {
    const account = 'retaining';
    const { prisma } = clusters.kit.database;
    const { id } = await runningCluster(clusters, account, {
      name: 'kept',
      network: { publicEndpoint: true },
    });
    const open = async () =>
      (
        await prisma.usageRecord.findMany({ where: { account, endedAt: null }, orderBy: { item: 'asc' } })
      ).map(({ item }) => item);
    expect(await open()).toEqual(['CLUSTER_MANAGEMENT', 'EIP', 'LOAD_BALANCER']);
    await prisma.cloudResource.updateMany({ where: { clusterId: id }, data: { retained: true } });
    await prisma.cluster.update({ where: { id }, data: { state: 'DELETED', deletedAt: new Date() } });
    expect(await open()).toEqual(['EIP', 'LOAD_BALANCER']);
    await prisma.cloudResource.deleteMany({ where: { clusterId: id } });
    expect(await open()).toEqual([]);
  });

  it('includes management of a cluster from its migration to Pro until its deletion', async () => {
    const account = 'migrating';
    const { prisma } = clusters.kit.database;
    const { id } = await runningCluster(clusters, account, { name: 'grows', spec: 'STANDARD' });
    const management = () => prisma.usageRecord.findMany({ where: { account, item: 'CLUSTER_MANAGEMENT' } });
    expect(await management()).toEqual([]);
    await prisma.cluster.update({ where: { id }, data: { product: 'ACK_PRO', spec: 'PRO' } });
    expect(await management()).toMatchObject([{ resourceId: id, endedAt: null }]);
    await prisma.cluster.update({ where: { id }, data: { state: 'DELETED', deletedAt: new Date() } });
    expect(await management()).toMatchObject([{ endedAt: expect.any(Date) }]);
    expect(await prisma.usageRecord.count({ where: { account, endedAt: null } })).toBe(0);
  });

  it.each([
    ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', '2027-01-03T00:00:00Z'],
  ])('rejects the period from %s to %s', async (from, to) => {
    const { errors } = await ask('anybody', REPORT, { from, to });
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

const sum = (more: Partial<UseSum>): UseSum => ({
  clusterId: 'c',
  item: 'WORKER_INSTANCE',
  chargeType: 'POSTPAID',
  instanceType: null,
  resources: 1,
  milliseconds: 0n,
  milliCpuMilliseconds: 0n,
  mebibyteMilliseconds: 0n,
  ...more,
});

describe('billing line', () => {
  it.each([
    ['an hour', sum({ milliseconds: 3_600_000n }), ['1 INSTANCE_HOUR']],
    ['a millisecond: rounded once, at the sixth place', sum({ milliseconds: 1n }), ['0 INSTANCE_HOUR']],
    ['two milliseconds', sum({ milliseconds: 2n }), ['0.000001 INSTANCE_HOUR']],
    ['a third of an hour', sum({ milliseconds: 1_200_000n }), ['0.333333 INSTANCE_HOUR']],
    [
      'a thousand instances for a year and a millisecond, without losing it',
      sum({ milliseconds: 31_536_000_000_000n + 3_600n }),
      ['8760000.001 INSTANCE_HOUR'],
    ],
    [
      'subscriptions: how many, however long they ran',
      sum({ chargeType: 'PREPAID', resources: 3, milliseconds: 1n }),
      ['3 SUBSCRIPTION'],
    ],
    [
      'container instances: vCPUs and memory times seconds',
      sum({
        item: 'CONTAINER_INSTANCE',
        milliCpuMilliseconds: 500n * 1_501n,
        mebibyteMilliseconds: 1_024n * 1_501n,
      }),
      ['0.7505 VCPU_SECOND', '1.501 GIB_SECOND'],
    ],
  ])('of %s', (_, use, expected) => {
    expect(billingLines(use).map(({ quantity, unit }) => `${quantity} ${unit}`)).toEqual(expected);
  });

  it('has a quantity without trailing zeros', () => {
    expect([0n, 1n, 1_000_000n, 1_500_000n, 123_456_789n].map(decimal)).toEqual([
      '0',
      '0.000001',
      '1',
      '1.5',
      '123.456789',
    ]);
  });

  it('covers a period of at most 366 days', () => {
    const from = new Date(MIDNIGHT);
    expect(spanProblem(from, from)).toBeDefined();
    expect(spanProblem(from, new Date(from.getTime() + 366 * 86_400_000))).toBeUndefined();
    expect(spanProblem(from, new Date(from.getTime() + 366 * 86_400_000 + 1))).toBeDefined();
  });
});

describe('billing of serverless pods', () => {
  let world: EngineFixture;
  beforeAll(async () => {
    world = await startEngineFixture({ speed: 2_000 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('counts seconds by requested resources from start to end, also between two measurements', async () => {
    await using _engine = await world.engine();
    const more = { profile: 'SERVERLESS', nodePools: [] } as Parameters<typeof requestCluster>[2];
    const { clusterId, operationId } = await createServerless(more);
    await waitForOperation(world, operationId);
    const api = await apiOf(clusterId);
    for (const name of ['one', 'two']) await api.create(PODS, { metadata: { name }, spec: { containers } });
    await running(api, 2);
    // Starts and ends between two measurements.
    await api.delete(`${PODS}/one`);
    await eventually(async () => (await api.list(PODS)).items.length === 1);
    await meter();
    const pods = async () =>
      (
        await readQuotaUsage(world.prisma, world.actor.account, [
          { resource: 'ASK_PRO/podsPerCluster', scope: clusterId },
        ])
      )[0]?.used;
    expect(await pods()).toBe((await api.list('/api/v1/pods')).items.length);
    const uses = () =>
      world.prisma.usageRecord.findMany({
        where: { clusterId, milliCpu: 500 },
        orderBy: [{ endedAt: { sort: 'asc', nulls: 'last' } }],
      });
    const first = await uses();
    expect(first).toMatchObject([
      { memoryMiB: 1_024, endedAt: expect.any(Date) as unknown },
      { memoryMiB: 1_024, endedAt: null },
    ]);
    expect(first[0]!.endedAt! >= first[0]!.startedAt).toBe(true);
    await api.delete(`${PODS}/two`);
    await eventually(async () => (await api.list(PODS)).items.length === 0);
    await meter();
    expect((await uses()).map(({ endedAt }) => endedAt !== null)).toEqual([true, true]);
    // A second measurement does not bill the same usage twice.
    await meter();
    expect(await uses()).toHaveLength(2);
  });

  it('includes pods on a virtual node, but not the virtual node', async () => {
    await using _engine = await world.engine();
    const pool = { name: 'virtual', instanceTypes: ['eci.virtual-node'], desiredSize: 1 };
    const instances = { name: 'system', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 };
    const { clusterId, operationId } = await requestCluster(world, 1, {
      nodePools: [instances, pool],
    } as Parameters<typeof requestCluster>[2]);
    await waitForOperation(world, operationId);
    const api = await apiOf(clusterId);
    const spec = {
      containers,
      nodeSelector: { type: 'virtual-kubelet' },
      tolerations: [{ key: 'virtual-kubelet.io/provider', operator: 'Exists' }],
    };
    await api.create(PODS, { metadata: { name: 'burst' }, spec });
    await running(api, 1);
    await api.delete(`${PODS}/burst`);
    await eventually(async () => (await api.list(PODS)).items.length === 0);
    await meter();
    const uses = await world.prisma.usageRecord.findMany({ where: { clusterId }, orderBy: { item: 'asc' } });
    expect(uses.filter(({ item }) => item === 'CONTAINER_INSTANCE')).toMatchObject([
      { milliCpu: 500, memoryMiB: 1_024, endedAt: expect.any(Date) as unknown },
    ]);
    expect(uses.filter(({ item }) => item === 'WORKER_INSTANCE').map((use) => use.instanceType)).toEqual([
      'ecs.g7.xlarge',
    ]);
  });

  const PODS = '/api/v1/namespaces/default/pods';
  const resources = { requests: { cpu: '500m', memory: '1Gi' } };
  const containers = [{ name: 'main', image: 'busybox', resources }];

  async function apiOf(clusterId: string): Promise<KubernetesClient> {
    const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId);
    return new KubernetesClient(world.platform.kubernetes.of(access!), { clusterId });
  }

  async function running(api: KubernetesClient, count: number): Promise<void> {
    await eventually(async () => {
      const { items } = await api.list<{ status?: { phase?: string } }>(PODS);
      return items.length === count && items.every(({ status }) => status?.phase === 'Running');
    });
  }

  async function meter(): Promise<void> {
    const schedule = quotaSchedules(world.platform).find(({ name }) => name === 'meter-container-instances');
    const { prisma: database } = world;
    const signal = new AbortController().signal;
    await schedule?.run({
      database,
      clock: systemClock,
      log: createLog('silent'),
      faults: noFaultInjection,
      signal,
    });
  }
  async function createServerless(input: Parameters<typeof requestCluster>[2]) {
    const { cluster, operation } = await world.creation.create(world.actor, {
      name: 'serverless',
      regionId: 'cn-hangzhou',
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      ...input,
    } as Parameters<EngineFixture['creation']['create']>[1]);
    return { clusterId: cluster?.id ?? '', operationId: operation?.id ?? '' };
  }

  const startedAt = new Date('2026-01-01T00:00:00Z');
  it.each([
    ['nothing', [{}], { milliCpu: 2_000, memoryMiB: 4_096 }],
    [
      'limits alone',
      [{ resources: { limits: { cpu: '1', memory: '1Gi' } } }],
      { milliCpu: 1_000, memoryMiB: 1_024 },
    ],
    [
      'requests of two containers',
      [
        { resources: { requests: { cpu: '250m', memory: '512Mi' } } },
        { resources: { requests: { cpu: '250m', memory: '512Mi' } } },
      ],
      { milliCpu: 500, memoryMiB: 1_024 },
    ],
    [
      'more than is recorded',
      [{ resources: { requests: { cpu: '9000000000', memory: '1e400' } } }],
      { milliCpu: 2_147_483_647, memoryMiB: 2_147_483_647 },
    ],
  ])('has the size of the requests of the containers: %s', (_, containers, size) => {
    const use = {
      podUid: 'u',
      clusterId: 'c',
      account: 'a',
      startedAt,
      endedAt: null,
      containers: containers,
    };
    expect(meteredPod(use)).toMatchObject({ ...size, startedAt: startedAt.toISOString(), endedAt: null });
  });

  it.each([
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z'],
    ['2026-01-01T00:00:01.000Z', '2026-01-01T00:00:01.000Z'],
    ['2026-01-01T00:00:02.000Z', '2026-01-01T00:00:02.000Z'],
  ])('a pod that ends at %s is used until %s: each started second counts', (ended, until) => {
    const use = { podUid: 'u', clusterId: 'c', account: 'a', startedAt, containers: [] };
    expect(meteredPod({ ...use, endedAt: new Date(ended) }).endedAt).toBe(until);
  });

  it('a completed pod stays completed when an earlier poll is recorded later', async () => {
    const store = new BillingStore(world.prisma);
    const use = { podUid: 'late', clusterId: 'c', account: 'late', startedAt, containers: [] };
    await store.recordPods([meteredPod({ ...use, endedAt: new Date('2026-01-01T00:00:05Z') })], 2);
    await store.recordPods([meteredPod({ ...use, endedAt: null })], 1);
    expect(await world.prisma.usageRecord.findMany({ where: { account: 'late' } })).toMatchObject([
      { endedAt: new Date('2026-01-01T00:00:05Z') },
    ]);
    expect(await store.meteringPosition()).toBeGreaterThanOrEqual(2);
  });
});
