import { isDeepStrictEqual } from 'node:util';
import { startEngine, type Engine } from '../../engine/engine.js';
import { noFaultInjection, type FaultInjector } from '../../engine/contract.js';
import { EventLog } from '../../engine/events/event-log.js';
import { KubernetesApis } from '../../engine/kubernetes/kubernetes-apis.js';
import { readQuotaUsage, setLimit } from '../../engine/ledger/ledger.js';
import type { Platform } from '../../engine/platform.js';
import { createSimulatedProvider } from '../../engine/providers/simulated/simulated-provider.js';
import { type Clock, systemClock } from '../../kernel/clock.js';
import { EventCursors } from '../../engine/events/event-cursor.js';
import { createLog } from '../../kernel/log.js';
import { deriveKey } from '../../kernel/secret.js';
import { startKubesim } from '../../kubesim/server.js';
import { ClusterCatalogStore } from '../../subgraphs/clusters/store/catalog.store.js';
import type { CreateClusterInput } from '../../subgraphs/clusters/api/cluster/cluster.input.js';
import { ClusterService } from '../../subgraphs/clusters/api/cluster/cluster.service.js';
import { CreateClusterService } from '../../subgraphs/clusters/api/cluster/create-cluster.service.js';
import { NodePoolService } from '../../subgraphs/clusters/api/node-pool/node-pool.service.js';
import { clusterReconcilers } from '../../subgraphs/clusters/reconcilers.js';
import { quotaReconcilers } from '../../subgraphs/quotas/reconcilers.js';
import { createTestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { testActor } from '../kit/actor.js';
import { clientTokens } from '../kit/client-tokens.js';
import { testTiming } from '../kit/engine-timing.js';

const SECRET = 'a secret of tests, thirty-two characters and more';

/** A database, a simulated cloud and the dependencies of an engine; the test starts engines. */
export type EngineFixture = Awaited<ReturnType<typeof startEngineFixture>>;

interface EngineFixtureOptions {
  /** Speed of the simulated cloud. */
  readonly speed?: number;
  readonly account?: string;
  /** Clock of the platform; the simulated cloud uses the system clock. */
  readonly clock?: Clock;
}

export async function startEngineFixture({
  speed = 100,
  account = 'acme',
  clock = systemClock,
}: EngineFixtureOptions = {}) {
  const kit = await createTestDatabase();
  const log = createLog('silent');
  const shared = { clientTokens, databaseUrl: kit.url, secret: SECRET, speed, clock: systemClock, log };
  const kubesim = await startKubesim({ host: '127.0.0.1', port: 0, ...shared });
  const token = Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url');
  const provider = createSimulatedProvider({ cloudUrl: kubesim.cloudUrl, token });
  const kubernetes = new KubernetesApis(kit.database);
  const events = await EventLog.open(kit.database, log);
  const cursors = new EventCursors(deriveKey(SECRET, 'cursor'));
  const platform: Platform = {
    database: kit.database,
    clock,
    log,
    cursors,
    documentKey: new Uint8Array(32),
    events,
    provider,
    kubernetes,
    rights: kit.rights,
  };
  const catalog = new ClusterCatalogStore(kit.database.prisma);
  const { prisma } = kit.database;
  const actor = testActor(account);
  /** Changes in the cloud's console, outside the platform. */
  const cloud = async <T = unknown>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(new URL(`/cloud/v1${path}`, kubesim.cloudUrl), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    kit,
    kubesim,
    token,
    platform,
    prisma,
    actor,
    clusters: new ClusterService(platform, catalog),
    creation: new CreateClusterService(platform, catalog),
    pools: new NodePoolService(platform, catalog),
    /** An engine in this process. */
    engine(faults: FaultInjector = noFaultInjection): Promise<Engine> {
      const reconcilers = [...clusterReconcilers(platform), ...quotaReconcilers(platform)];
      return startEngine({
        database: kit.database,
        clock,
        log,
        concurrency: 8,
        reconcilers,
        schedules: [],
        faults,
        timing: testTiming,
      });
    },
    cloud,
    /** Changes the simulated cloud's settings. */
    settings: (change: object) => cloud('PATCH', '/settings', change),
    limit: (resource: string, limit: number | null, scope = '*') =>
      setLimit(prisma, account, { resource, scope }, limit),
    async used(resource: string, scope = ''): Promise<number> {
      return (await readQuotaUsage(prisma, account, [{ resource, scope }]))[0]?.used ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await kubernetes[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      await kubesim[Symbol.asyncDispose]();
      await kit[Symbol.asyncDispose]();
    },
  };
}

export const NODE_TYPE = 'ecs.g6.xlarge';
let made = 0;

/** Requests a cluster with one node pool of the size. */
export async function requestCluster(
  world: EngineFixture,
  size: number,
  more: Partial<CreateClusterInput> = {},
) {
  const input = {
    name: `cluster-${++made}`,
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    nodePools: [{ name: 'workers', instanceTypes: [NODE_TYPE], desiredSize: size }],
    ...more,
  } as CreateClusterInput;
  const { cluster, operation } = await world.creation.create(world.actor, input);
  if (!cluster || !operation) throw new Error('the cluster was not recorded');
  const pool = await world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: cluster.id } });
  return { clusterId: cluster.id, operationId: operation.id, poolId: pool.id };
}

/** Waits until the operation has finished, within the timeout of a hook, and returns it. */
export function waitForOperation(world: EngineFixture, operationId: string) {
  return eventually(
    async () => {
      const row = await world.prisma.operation.findUniqueOrThrow({ where: { id: operationId } });
      return row.finishedAt !== null && row;
    },
    { what: `the end of ${operationId}`, timeoutMs: 100_000 },
  );
}

/** Invariants while nothing is in progress: the ledger equals a recount, and the cloud has the same nodes. */
export async function audit(world: EngineFixture, clusterId: string) {
  const { prisma } = world;
  const cluster = await prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } });
  const nodes = await prisma.node.findMany({ where: { clusterId } });
  const instances = await world.platform.provider.instances(clusterId);
  const alive = instances.filter(({ state }) => state !== 'FAILED').map(({ id }) => id);
  const working = nodes.filter(({ state }) => state !== 'failed');
  return {
    state: cluster.state,
    nodes: working.length,
    running: working.filter(({ state, status }) => state === 'running' && status === 'Ready').length,
    sameAsCloud: isDeepStrictEqual([...alive].sort(), working.map(({ id }) => id).sort()),
    vcpu: await world.used('payg-vcpu'),
    recount: (await prisma.node.findMany()).reduce(
      (sum, { state, vcpus }) => sum + (state === 'failed' ? 0 : vcpus),
      0,
    ),
    nodePlaces: await world.used(`${cluster.product}/nodesPerCluster`, clusterId),
  };
}
