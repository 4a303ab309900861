import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultPoints } from '../../../engine/faults/fault-points.js';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { noFaultInjection, type FaultInjector, type Reconciler } from '../../../engine/contract.js';
import type { Engine } from '../../../engine/engine.js';
import { KubernetesClient, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { release, reserve } from '../../../engine/ledger/ledger.js';
import { CLOUD_RESOURCE_REQUESTS } from '../../../engine/providers/cloud-resource-provider.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import { quotasOfClaim } from '../../../subgraphs/clusters/model/cloud-resource-claim.rules.js';
import { CloudResourceRequestReconciler } from '../../../subgraphs/clusters/controllers/cloud-resource-request/cloud-resource-request.reconciler.js';
import { clusterReconcilers } from '../../../subgraphs/clusters/reconcilers.js';
import {
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { ledgerUses, recount } from '../../kit/ledger-recount.js';
import { CLAIMS, SERVICES, addressed, balancer, bound, disk, warnings } from './cloud-resource-kit.js';

let world: EngineFixture;
let engine: Engine;
let claims: Reconciler;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 2_000 });
  engine = await world.engine();
  const found = clusterReconcilers(world.platform).find(({ kind }) => kind === CLOUD_RESOURCE_REQUESTS);
  if (!found) throw new Error('no reconciler decides claims');
  claims = found;
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

function decideRequests(faults: FaultInjector = noFaultInjection, reconciler: Reconciler = claims) {
  const { prisma: database } = world;
  const signal = new AbortController().signal;
  return reconciler.reconcile('all', {
    database,
    clock: systemClock,
    log: createLog('silent'),
    faults,
    signal,
  });
}

async function runningCluster(): Promise<{ clusterId: string; api: KubernetesClient }> {
  const { clusterId, operationId } = await requestCluster(world, 1);
  expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
  return { clusterId, api: await apiOf(clusterId) };
}

async function apiOf(clusterId: string): Promise<KubernetesClient> {
  const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster cannot be reached');
  return new KubernetesClient(world.platform.kubernetes.of(access), { clusterId });
}

function rejections(type: string) {
  return world.prisma.event.findMany({ where: { account: world.actor.account, type } });
}

/** Sets the limit of a resource and decides the waiting claims. */
async function settleWith(resource: string, limit: number): Promise<void> {
  await world.limit(resource, limit);
  await decideRequests();
}

async function expectNoDrift(): Promise<void> {
  const { account } = world.actor;
  expect(await ledgerUses(world.prisma, account)).toMatchObject(await recount(world.prisma, account));
}

describe('Services of type LoadBalancer', () => {
  it('use the quota of the account: some get an address, the others wait with a warning until one is released', async () => {
    const { clusterId, api } = await runningCluster();
    await world.limit('load-balancers', (await world.used('load-balancers')) + 2);
    for (const name of ['one', 'two', 'three']) await api.create(SERVICES, balancer(name));
    await decideRequests();
    await decideRequests();
    const first = await eventually(async () => {
      const found = await addressed(api);
      return found.length === 2 && found;
    });
    await eventually(async () => (await warnings(api, 'SyncLoadBalancerFailed')).length === 1);
    expect(await rejections('LOAD_BALANCER_REJECTED')).toMatchObject([{ clusterId, level: 'WARNING' }]);
    await expectNoDrift();

    await api.delete(`${SERVICES}/${first[0]}`);
    await decideRequests();
    await eventually(async () => {
      const found = await addressed(api);
      return found.length === 2 && !found.includes(first[0] ?? '');
    });
    await expectNoDrift();
    await settleWith('load-balancers', 60);
  });

  it('release their quota when their cluster is deleted', async () => {
    const before = await world.used('load-balancers');
    const { clusterId, api } = await runningCluster();
    await api.create(SERVICES, balancer('gone'));
    await decideRequests();
    expect(await world.used('load-balancers')).toBe(before + 2);
    const { operation } = await world.clusters.delete(world.actor, { id: clusterId });
    await waitForOperation(world, operation?.id ?? '');
    expect(await world.used('load-balancers')).toBe(before);
    await expectNoDrift();
    await decideRequests();
    expect(await world.used('load-balancers')).toBe(before);
  });

  it('have at most 50 listeners, and an instance belongs to at most 50 of them', async () => {
    const { clusterId, api } = await runningCluster();
    await api.create(SERVICES, balancer('wide', 50));
    await api.create(SERVICES, balancer('wider', 51));
    await decideRequests();
    await eventually(async () => (await addressed(api)).includes('wide'));
    await eventually(async () => (await warnings(api, 'SyncLoadBalancerFailed')).includes('wider'));
    await api.delete(`${SERVICES}/wider`);

    const others = {
      account: world.actor.account,
      resource: 'backend-repeats-per-instance',
      scope: clusterId,
      amount: 48,
    };
    await world.prisma.$transaction((tx) => reserve(tx, others));
    await api.create(SERVICES, balancer('fiftieth'));
    await decideRequests();
    await eventually(async () => (await addressed(api)).includes('fiftieth'));
    await api.create(SERVICES, balancer('too-many'));
    await decideRequests();
    await eventually(async () => (await warnings(api, 'SyncLoadBalancerFailed')).includes('too-many'));
    expect(await addressed(api)).not.toContain('too-many');
    await world.prisma.$transaction((tx) => release(tx, others));
    await decideRequests();
  });

  it('have at most 200 instances: scaling to 201 is rejected until one is removed', async () => {
    await world.limit('payg-vcpu', 1_000);
    await world.limit('custom-routes-per-route-table', 300);
    const { clusterId, operationId, poolId } = await requestCluster(world, 200);
    expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    const api = await apiOf(clusterId);
    const service = await api.create(SERVICES, balancer('crowded'));
    const scope = service.metadata?.uid ?? '';
    const claim = () => world.prisma.cloudResourceClaim.findUnique({ where: { id: scope } });
    await decideRequests();
    await eventually(async () => (await addressed(api)).includes('crowded'));
    expect(await world.used('servers-per-load-balancer', scope)).toBe(200);
    const scale = async (desiredSize: number) => {
      const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize });
      expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
      await decideRequests();
      return claim();
    };
    const scaled = await scale(201);
    expect(scaled).toMatchObject({ state: 'GRANTED', backendServers: 200 });
    expect(scaled?.message).toContain('servers-per-load-balancer');
    expect(await scale(200)).toMatchObject({ state: 'GRANTED', backendServers: 200, message: null });
    await expectNoDrift();
    await scale(0);
  });
});

const REUSED = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id';
const reusing = (name: string, ports = 1, id = 'lb-mine') => ({
  ...balancer(name, ports),
  metadata: { name, annotations: { [REUSED]: id } },
});

describe('Service that reuses a load balancer', () => {
  it('uses no quota of load balancers, but attaches its instances again', async () => {
    const { clusterId, api } = await runningCluster();
    const before = await world.used('load-balancers');
    await world.limit('load-balancers', before);
    await api.create(SERVICES, reusing('reuses'));
    await api.create(SERVICES, balancer('own'));
    await decideRequests();
    await eventually(async () => (await addressed(api)).includes('reuses'));
    expect(await addressed(api)).not.toContain('own');
    expect(await world.used('load-balancers')).toBe(before);
    expect(await world.used('backend-repeats-per-instance', clusterId)).toBe(1);
    const used = { clusterId, item: 'LOAD_BALANCER', resourceId: { not: clusterId } };
    expect(await world.prisma.usageRecord.count({ where: used })).toBe(0);
    await expectNoDrift();
    await settleWith('load-balancers', 60);
  });

  it('releases the load balancer of a Service that names an existing one', async () => {
    const { api } = await runningCluster();
    const before = await world.used('load-balancers');
    await api.create(SERVICES, balancer('turns'));
    await decideRequests();
    expect(await world.used('load-balancers')).toBe(before + 1);
    const annotations = { [REUSED]: 'lb-mine' };
    await api.patch(`${SERVICES}/turns`, { metadata: { annotations } }, MERGE_PATCH);
    await decideRequests();
    expect(await world.used('load-balancers')).toBe(before);
    await expectNoDrift();
  });
});

describe('Services that share a load balancer', () => {
  const listeners = () => world.used('listeners-per-load-balancer', 'lb-shared');
  const servers = () => world.used('servers-per-load-balancer', 'lb-shared');

  it('share its 50 listeners across clusters; the instances of each cluster are attached once', async () => {
    const [first, other] = [await runningCluster(), await runningCluster()];
    await first.api.create(SERVICES, reusing('first', 30, 'lb-shared'));
    await decideRequests();
    await first.api.create(SERVICES, reusing('second', 20, 'lb-shared'));
    await decideRequests();
    await eventually(async () => (await addressed(first.api)).length === 2);
    expect([await listeners(), await servers()]).toEqual([50, 1]);
    await other.api.create(SERVICES, reusing('third', 1, 'lb-shared'));
    await other.api.create(SERVICES, reusing('elsewhere', 50, 'lb-other'));
    await decideRequests();
    await eventually(async () => (await warnings(other.api, 'SyncLoadBalancerFailed')).includes('third'));
    await eventually(async () => (await addressed(other.api)).includes('elsewhere'));
    expect(await addressed(other.api)).toEqual(['elsewhere']);
    expect([await listeners(), await servers()]).toEqual([50, 1]);
    await expectNoDrift();

    await first.api.patch(`${SERVICES}/first`, { spec: balancer('first', 29).spec }, MERGE_PATCH);
    await decideRequests();
    await decideRequests();
    await eventually(async () => (await addressed(other.api)).includes('third'));
    expect([await listeners(), await servers()]).toEqual([50, 2]);
    await expectNoDrift();
  });

  it('attach the instances of the next Service when the first one is deleted', async () => {
    const { api } = await runningCluster();
    const used = async () => [
      await world.used('listeners-per-load-balancer', 'lb-left'),
      await world.used('servers-per-load-balancer', 'lb-left'),
    ];
    await api.create(SERVICES, reusing('goes', 2, 'lb-left'));
    await decideRequests();
    await api.create(SERVICES, reusing('stays', 3, 'lb-left'));
    await decideRequests();
    expect(await used()).toEqual([5, 1]);
    await api.delete(`${SERVICES}/goes`);
    await decideRequests();
    expect(await used()).toEqual([3, 1]);
    await expectNoDrift();
    await api.delete(`${SERVICES}/stays`);
    await decideRequests();
    const where = { account: world.actor.account, scope: 'lb-left' };
    expect(await world.prisma.ledgerUsage.count({ where })).toBe(0);
  });
});

describe('existing load balancer', () => {
  it('gets a warning once its Service exceeds 50 listeners, keeps its quota, and loses the warning when it fits again', async () => {
    const { clusterId, api } = await runningCluster();
    const message = async () =>
      (await world.prisma.cloudResourceClaim.findFirstOrThrow({ where: { clusterId, name: 'grows' } }))
        .message;
    await api.create(SERVICES, balancer('grows', 50));
    await decideRequests();
    await eventually(async () => (await addressed(api)).includes('grows'));
    const used = await world.used('load-balancers');
    await api.patch(`${SERVICES}/grows`, { spec: balancer('grows', 51).spec }, MERGE_PATCH);
    await decideRequests();
    await eventually(async () => (await warnings(api, 'SyncLoadBalancerFailed')).includes('grows'));
    expect(await message()).toContain('listeners-per-load-balancer');
    expect(await addressed(api)).toContain('grows');
    expect(await world.used('load-balancers')).toBe(used);
    await world.limit('listeners-per-load-balancer', 51);
    await decideRequests();
    expect(await message()).toBeNull();
    const { requests } = await world.platform.provider.cloudResourceRequests();
    expect(requests.find(({ name }) => name === 'grows')).toMatchObject({ granted: true, refusal: null });
    await world.limit('listeners-per-load-balancer', 50);
    await expectNoDrift();
  });
});

describe('volume claims', () => {
  it.each([
    ['another kind of storage', { storageClassName: 'alicloud-nas' }],
    ['a volume that was there', { storageClassName: 'alicloud-disk-essd', volumeName: 'mine' }],
    ['no class', { storageClassName: '' }],
  ])('of %s use no disk quota', async (_, spec) => {
    const { clusterId, api } = await runningCluster();
    const before = await world.used('payg-disks');
    const claim = disk('other');
    await api.create(CLAIMS, { ...claim, spec: { ...claim.spec, ...spec } });
    await api.create(CLAIMS, disk('disk'));
    await decideRequests();
    await eventually(async () => (await bound(api)).includes('disk'));
    expect(await world.used('payg-disks')).toBe(before + 1);
    expect(await world.prisma.cloudResourceClaim.count({ where: { clusterId } })).toBe(1);
  });

  it('use the disk quota of the account: the last disk is created, another claim waits with a warning', async () => {
    const { api } = await runningCluster();
    const { account } = world.actor;
    // The account has few instances, so the limit is ten disks or five for each instance.
    const instances = (await world.prisma.node.count({ where: { account } })) * 5;
    const limit = Math.max(10, instances);
    const amount = limit - 1 - (await world.used('payg-disks'));
    await world.prisma.$transaction((tx) =>
      reserve(tx, { account, resource: 'payg-disks', scope: '', amount, computedLimit: limit }),
    );
    await api.create(CLAIMS, disk('last'));
    await decideRequests();
    await eventually(async () => (await bound(api)).includes('last'));
    await api.create(CLAIMS, disk('more'));
    await decideRequests();
    await eventually(async () => (await warnings(api, 'ProvisioningFailed')).includes('more'));
    expect(await bound(api)).toEqual(['last']);
    expect(await rejections('DISK_REJECTED')).toHaveLength(1);
    expect((await api.list('/api/v1/persistentvolumes')).items).toHaveLength(1);

    await api.delete(`${CLAIMS}/last`);
    await decideRequests();
    await eventually(async () => (await bound(api)).includes('more'));
    expect(await world.used('payg-disks')).toBe(limit);
  });
});

describe('the claims reconciler', () => {
  it('keeps what a cluster has whose requests cannot be read, and decides those of the others', async () => {
    const silent = await runningCluster();
    const other = await runningCluster();
    const used = await world.used('payg-disks');
    await silent.api.create(CLAIMS, disk('kept'));
    await decideRequests();
    await other.api.create(CLAIMS, disk('decided'));
    const { provider } = world.platform;
    const withoutOne = {
      ...provider,
      async cloudResourceRequests() {
        const { requests } = await provider.cloudResourceRequests();
        return {
          requests: requests.filter(({ clusterId }) => clusterId !== silent.clusterId),
          unknownClusterIds: [silent.clusterId],
        };
      },
    };
    await decideRequests(noFaultInjection, new CloudResourceRequestReconciler(withoutOne));
    const rows = await world.prisma.cloudResourceClaim.findMany({
      where: { clusterId: { in: [silent.clusterId, other.clusterId] } },
    });
    expect(rows.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'decided GRANTED',
      'kept GRANTED',
    ]);
    expect(await world.used('payg-disks')).toBe(used + 2);
  });

  it('reports a rejected claim to its cluster after a crash before the report', async () => {
    const { api } = await runningCluster();
    await world.limit('load-balancers', await world.used('load-balancers'));
    await api.create(SERVICES, balancer('untold'));
    const died = new Error('died');
    const faults = {
      reach: (at: string) =>
        at === 'cloud-resource-requests.decided' ? Promise.reject(died) : Promise.resolve(),
    };
    await expect(decideRequests(faults)).rejects.toBe(died);
    await decideRequests();
    await eventually(async () => (await warnings(api, 'SyncLoadBalancerFailed')).includes('untold'));
    await settleWith('load-balancers', 60);
  });

  it.each(faultPoints.cloudResourceRequests)(
    'reserves each quota once after a crash at %s',
    async (point) => {
      const { api } = await runningCluster();
      const before = await world.used('load-balancers');
      await api.create(SERVICES, balancer('once'));
      const died = new Error('died');
      const faults = { reach: (at: string) => (at === point ? Promise.reject(died) : Promise.resolve()) };
      await expect(decideRequests(faults)).rejects.toBe(died);
      await decideRequests();
      await decideRequests();
      await eventually(async () => (await addressed(api)).includes('once'));
      expect(await world.used('load-balancers')).toBe(before + 1);
    },
  );

  it('reserves a load balancer of the account and an attachment of the instances of the cluster', () => {
    expect(quotasOfClaim({ kind: 'LOAD_BALANCER', clusterId: 'c' })).toEqual([
      { resource: 'backend-repeats-per-instance', scope: 'c' },
      { resource: 'load-balancers', scope: '' },
    ]);
    expect(quotasOfClaim({ kind: 'REUSED_LOAD_BALANCER', clusterId: 'c' })).toEqual([
      { resource: 'backend-repeats-per-instance', scope: 'c' },
    ]);
    expect(quotasOfClaim({ kind: 'DISK', clusterId: 'c' })).toEqual([{ resource: 'payg-disks', scope: '' }]);
  });
});
