import { expect } from 'vitest';
import type { Engine } from '../../../engine/engine.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import type { Clock } from '../../../kernel/clock.js';
import { startEngineFixture, type EngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { graphOf } from '../graph-with-engine.js';

/** The fields of a pool that tests read. */
const POOL = `id name state desiredSize totalNodes servingNodes healthyNodes failedNodes isDefault resourceVersion
  labels taints { key value effect } autoscaling { enabled minSize maxSize }
  instanceConfig { imageId zoneIds chargeType spotStrategy spotPriceLimit systemDisk { category sizeGiB }
    dataDisks { category sizeGiB mountTarget } }
  management { autoRepair allowSystemDiskReset autoUpgrade autoVulFix maxUnavailable }
  scalingGroup { id state minSize maxSize desiredSize nodePool { id }
    activities { kind status instances description } }
  conditions { type status reason } drift { missingInKubernetes missingInScalingGroup }
  nodeRepairs(first: 10) { nodes { nodeName state systemDiskReset message finishedAt } }
  nodes(first: 100) { nodes {
    id name state status instanceId chargeType origin instanceType { id } zone { id } } }`;

export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly status: string;
  readonly instanceId: string | null;
  readonly chargeType: string;
  readonly origin: string;
  readonly instanceType: { readonly id: string };
  readonly zone: { readonly id: string };
}

export interface PoolView {
  readonly id: string;
  readonly state: string;
  readonly desiredSize: number;
  readonly totalNodes: number;
  readonly healthyNodes: number;
  readonly nodes: { readonly nodes: NodeView[] };
  readonly scalingGroup: {
    readonly id: string;
    readonly state: string;
    readonly maxSize: number;
    readonly activities: { readonly kind: string; readonly status: string }[];
  } | null;
  readonly nodeRepairs: { readonly nodes: { readonly state: string; readonly systemDiskReset: boolean }[] };
  readonly conditions: { readonly type: string; readonly status: string; readonly reason: string }[];
  readonly drift: { readonly missingInKubernetes: string[]; readonly missingInScalingGroup: string[] } | null;
}

/** An instance in the cloud's API. */
interface CloudInstance {
  readonly id: string;
  readonly providerId: string;
  readonly nodePoolId: string;
  readonly imageId: string;
  readonly systemDisk: { readonly category: string; readonly sizeGiB: number; readonly files: string[] };
  readonly dataDisks: readonly object[];
  /** When a spot instance will be reclaimed. */
  readonly reclaimAt?: string;
}

export interface Payload {
  readonly nodePool?: PoolView | null;
  readonly cluster?: { readonly id: string } | null;
  readonly operation: { readonly id: string } | null;
  readonly userErrors: { readonly code: string; readonly message: string; readonly path: string[] }[];
}

/** The clusters subgraph with an engine and a simulated cloud, and functions that send requests as a client does. */
export type PoolsWithEngine<E extends AsyncDisposable = Engine> = Awaited<
  ReturnType<typeof openPoolsWithEngine<E>>
>;

interface PoolsFixture<E> {
  /** Speed of the simulated cloud. */
  readonly speed?: number;
  readonly clock?: Clock;
  /** Starts the engine; default an engine in this process. */
  readonly engine?: (world: EngineFixture) => Promise<E>;
}

export async function openPoolsWithEngine<E extends AsyncDisposable = Engine>({
  speed = 1_000,
  clock,
  engine: start = (world) => world.engine() as unknown as Promise<E>,
}: PoolsFixture<E> = {}) {
  const world: EngineFixture = await startEngineFixture({ speed, ...(clock && { clock }) });
  const engine = await start(world);
  const ask = await graphOf(world);
  const run = <T>(query: string, variables: Record<string, unknown> = {}, account = 'acme') =>
    ask<T>(query, variables, { account });
  const { cloud } = world;
  const mutate = async (name: string, input: Record<string, unknown>, account = 'acme'): Promise<Payload> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const thing =
      /^(createCluster|convertChargeType|deleteCluster|scaleClusterVertically|upgradeCluster)$/.test(name)
        ? 'cluster { id }'
        : `nodePool { ${POOL} }`;
    const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) {
      ${thing} operation { id } userErrors { code message path } } }`;
    return (await run<{ payload: Payload }>(query, { input }, account)).payload;
  };
  const operation = (id: string) =>
    eventually(
      async () => {
        const { operation: found } = await run<{ operation: OperationView }>(OPERATION, { id });
        return ['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'].includes(found.state) && found;
      },
      { what: `the end of ${id}` },
    );
  const setup = {
    world,
    engine,
    run,
    cloud,
    mutate,
    operation,
    /** Runs a mutation, expects no user error, and returns its operation when it has ended. */
    async carried(name: string, input: Record<string, unknown>) {
      const { userErrors, operation: begun } = await mutate(name, input);
      expect(userErrors).toEqual([]);
      return operation(begun?.id ?? '');
    },
    /** The codes and paths of the user errors of a mutation. */
    async rejected(name: string, input: Record<string, unknown>): Promise<[string, string][]> {
      const { userErrors } = await mutate(name, input);
      return userErrors.map(({ code, path }) => [code, path.slice(1).join('.')]);
    },
    async pool(id: string): Promise<PoolView> {
      const { nodePool } = await run<{ nodePool: PoolView }>(
        `query ($id: ID!) { nodePool(id: $id) { ${POOL} } }`,
        { id },
      );
      return nodePool;
    },
    poolWhen: (id: string, holds: (pool: PoolView) => boolean, description: string) =>
      eventually(
        async () => {
          const pool = await setup.pool(id);
          return holds(pool) && pool;
        },
        { what: description },
      ),
    /** Enqueues the comparison of the cluster's pools with the cloud, which the engine otherwise runs each minute. */
    checkPools: (clusterId: string) => enqueue(world.prisma, 'pool-drift', clusterId),
    /** Switches an instance off, as a fault; resolves when the engine has noticed it, which the node controller does first. */
    async breakNode(clusterId: string, nodeId: string, fault: 'KUBELET' | 'SYSTEM_DISK') {
      await cloud('PUT', `/clusters/${clusterId}/instances/${nodeId}/power`, { on: false, fault });
      await eventually(async () => {
        await enqueue(world.prisma, 'node', nodeId);
        const node = await world.prisma.node.findUnique({ where: { id: nodeId } });
        return node?.status !== 'Ready' || (await world.prisma.nodeRepair.count({ where: { nodeId } })) > 0;
      });
    },
    instancesOf: async (clusterId: string) =>
      (await cloud<{ instances: CloudInstance[] }>('GET', `/clusters/${clusterId}/instances`)).instances,
    events: async (clusterId: string) =>
      (await world.platform.events.read('acme', { after: 0n, limit: 1_000, filter: { clusterId } })).map(
        ({ type, data }) => ({ type, data }),
      ),
    /** Creates a running cluster with these pools; returns its id and theirs. */
    async cluster(pools: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) {
      const input = {
        name: `pools-${++counter}`,
        regionId: 'cn-hangzhou',
        type: 'MANAGED_KUBERNETES',
        spec: 'PRO',
        nodePools: pools.map((pool) => ({ instanceTypes: ['ecs.g6.xlarge'], desiredSize: 1, ...pool })),
        ...more,
      };
      const { cluster, operation: begun, userErrors } = await mutate('createCluster', input);
      expect(userErrors).toEqual([]);
      const end = await operation(begun?.id ?? '');
      const id = cluster?.id ?? '';
      const { cluster: view } = await run<{ cluster: { nodePools: { nodes: { id: string }[] } } }>(
        `query ($id: ID!) { cluster(id: $id) { nodePools { nodes { id } } } }`,
        { id },
      );
      return { id, end, pools: view.nodePools.nodes.map((pool) => pool.id) };
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
  await world.limit('payg-vcpu', 2_000);
  return setup;
}

let counter = 0;

export interface OperationView {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly result: {
    readonly requested: number;
    readonly created: number;
    readonly failed: number;
    readonly failures: { readonly code: string; readonly message: string }[];
  } | null;
}

const OPERATION = `query ($id: ID!) { operation(id: $id) {
  id type state result { requested created failed failures { code message } } } }`;
