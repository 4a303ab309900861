import { AppsV1Api, CoreV1Api, type V1Pod, type V1PodSpec } from '@kubernetes/client-node';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { type FaultInjector, noFaultInjection } from '../../../engine/contract.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../../kernel/loaders.js';
import { createLog } from '../../../kernel/log.js';
import type { Subgraph } from '../../../subgraphs/runtime/subgraph.js';
import { createClustersSubgraph } from '../../../subgraphs/clusters/subgraph.js';
import { createWorkloadsSubgraph } from '../../../subgraphs/workloads/subgraph.js';
import { waitForOperation, startEngineFixture, type EngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

/** The fields of a payload that tests read. */
export interface Payload {
  readonly cluster?: { readonly id: string; readonly state: string; readonly kind: string } | null;
  readonly nodePool?: { readonly id: string } | null;
  readonly operation: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly path: readonly string[] | null }[];
}

/** The fields of a workload that tests read. */
export interface WorkloadView {
  readonly name: string;
  readonly kind: string;
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** Containers of a pod template, and its placement. */
interface Deployed {
  readonly name: string;
  readonly replicas: number;
  readonly limits?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly spec?: Partial<V1PodSpec>;
}

/** Input of a node pool of small instances. */
export const small = (name: string, more: object = {}) => ({
  name,
  instanceTypes: ['ecs.g7.xlarge'],
  ...more,
});

/** The clusters subgraph, an engine and a simulated cloud with sufficient quota; tests create clusters through the graph. */
export type KindsFixture = Awaited<ReturnType<typeof startKinds>>;

export async function startKinds(speed = 1_000, faults: FaultInjector = noFaultInjection) {
  const world = await startEngineFixture({ speed });
  await world.limit('payg-vcpu', 5_000);
  await world.limit('payg-max-vcpu-per-instance', 128);
  const engine = await world.engine(faults);
  const graph = asking(world, await createClustersSubgraph(world.platform));
  const workloads = asking(world, await createWorkloadsSubgraph(world.platform));
  const mutate = async (name: string, type: string, input: Record<string, unknown>): Promise<Payload> => {
    const thing = name.includes('Autonomy') ? 'nodePool { id }' : 'cluster { id state kind }';
    const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) {
      ${thing} operation { id } userErrors { code path } } }`;
    return (await graph<{ payload: Payload }>(query, { input })).payload;
  };
  return {
    world,
    /** Sends a request to the clusters subgraph. */
    graph,
    /** Sends a request to the workloads subgraph. */
    workloads,
    mutate,
    /** Applies a manifest to a cluster; returns each object with its result. */
    async apply(clusterId: string, yaml: string): Promise<string[]> {
      interface Applied {
        readonly objects: { readonly kind: string; readonly result: string }[];
        readonly userErrors: object[];
      }
      const { payload } = await workloads<{ payload: Applied }>(
        `mutation ($input: ApplyManifestInput!) { payload: applyManifest(input: $input) {
          objects { kind result } userErrors { code message } } }`,
        { input: { clusterId, yaml } },
      );
      if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
      return payload.objects.map(({ kind, result }) => `${kind} ${result}`);
    },
    /** The cluster's workloads in the graph whose names have the prefix. */
    async workloadsOf(clusterId: string, prefix: string): Promise<WorkloadView[]> {
      const { entities } = await workloads<{ entities: { workloads: { nodes: WorkloadView[] } }[] }>(
        `query ($of: [_Any!]!) { entities: _entities(representations: $of) {
          ... on Cluster { workloads { nodes { name kind replicas readyReplicas } } } } }`,
        { of: [{ __typename: 'Cluster', id: clusterId }] },
      );
      return entities
        .flatMap((entity) => entity.workloads.nodes)
        .filter(({ name }) => name.startsWith(prefix));
    },
    /** Creates a cluster, waits until its creation has succeeded and returns its id. */
    async create(input: Record<string, unknown> & { readonly name: string }): Promise<string> {
      const request = { regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', ...input };
      const { cluster, operation, userErrors } = await mutate('createCluster', 'CreateClusterInput', request);
      if (!cluster) throw new Error(JSON.stringify(userErrors));
      if (operation) await succeeded(world, operation.id);
      return cluster.id;
    },
    async delete(id: string): Promise<void> {
      const { operation, userErrors } = await mutate('deleteCluster', 'DeleteClusterInput', { id });
      if (!operation) throw new Error(JSON.stringify(userErrors));
      await succeeded(world, operation.id);
    },
    inside: (id: string) => inside(world, id),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** Sends requests to a subgraph as the fixture's actor. */
function asking(world: EngineFixture, subgraph: Subgraph) {
  const executor = new SubgraphExecutor(subgraph, createLog('silent'));
  return async <T>(query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const context = { actor: world.actor, requestId: 'test', loaders: new Loaders() };
    const { data, errors } = await executor.execute({ query, variables }, context);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  };
}

export async function succeeded(world: EngineFixture, operationId: string): Promise<void> {
  const { state, error, failures } = await waitForOperation(world, operationId);
  if (state !== 'SUCCEEDED') throw new Error(`${state}: ${JSON.stringify(error ?? failures)}`);
}

/** Clients of a cluster's Kubernetes API, and functions that read and create its workloads. */
async function inside(world: EngineFixture, clusterId: string) {
  const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId);
  if (!access) throw new Error(`${clusterId} has no API`);
  const server = world.platform.kubernetes.of(access);
  const config = kubeConfigOf(access);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const namespace = 'default';
  const pods = async (app: string): Promise<V1Pod[]> =>
    (await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` })).items;
  return {
    client: new KubernetesClient(server, { clusterId }),
    core,
    apps,
    pods,
    nodes: async () => (await core.listNode()).items,
    deploy: ({ name, replicas, limits, args, spec }: Deployed) => {
      const container = {
        name: 'main',
        image: 'nginx:1.27',
        ...(args && { args: [...args] }),
        ...(limits && { resources: { limits: { ...limits } } }),
      };
      const template = { metadata: { labels: { app: name } }, spec: { ...spec, containers: [container] } };
      const body = {
        metadata: { name },
        spec: { replicas, selector: { matchLabels: { app: name } }, template },
      };
      return apps.createNamespacedDeployment({ namespace, body });
    },
    /** Waits until the app has `count` pods that are running and ready, and returns them. */
    running: (app: string, count: number) =>
      eventually(
        async () => {
          const ready = (await pods(app)).filter((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp);
          return ready.length === count && ready;
        },
        { what: `${count} running pods of ${app}` },
      ),
  };
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** Sends a request to the simulated cloud's API. */
export async function cloud(
  { world }: Pick<KindsFixture, 'world'>,
  method: 'GET' | 'PUT' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(new URL(`/cloud/v1${path}`, world.kubesim.cloudUrl), {
    method,
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
