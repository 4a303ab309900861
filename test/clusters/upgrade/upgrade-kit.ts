import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, type KubernetesObject, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { waitForOperation, requestCluster, type EngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import type { Ask } from '../graph-with-engine.js';

/** Creates a running cluster with one pool. */
export async function runningCluster(world: EngineFixture, version: string, nodes = 3) {
  const requested = await requestCluster(world, nodes, { version });
  const { state } = await waitForOperation(world, requested.operationId);
  if (state !== 'SUCCEEDED') throw new Error(`the cluster was not made: ${state}`);
  await componentsSettled(world, requested.clusterId);
  return { ...requested, client: await clientOf(world, requested.clusterId) };
}

export async function componentsSettled(world: EngineFixture, clusterId: string): Promise<void> {
  await eventually(
    async () => {
      const all = await world.prisma.component.findMany({ where: { clusterId } });
      return all.length > 0 && all.every((pool) => pool.observedGeneration >= pool.generation);
    },
    { what: 'settled components' },
  );
}

export async function clientOf(world: EngineFixture, clusterId: string): Promise<KubernetesClient> {
  const access = (await clusterAccess(world.prisma, 'acme', [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster has no API');
  return new KubernetesClient(world.platform.kubernetes.of(access), { clusterId });
}

export interface DeploymentView extends KubernetesObject {
  spec: { replicas?: number };
  status?: { readyReplicas?: number; replicas?: number };
}

interface WorkloadSpec {
  readonly kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet';
  readonly name: string;
  readonly replicas: number;
  /** Whether each pod of a StatefulSet has its own disk. */
  readonly disks?: boolean;
  /** Termination time of its pods, in seconds of the simulated cloud; default 2. */
  readonly graceSeconds?: number;
}

const DISK = {
  metadata: { name: 'data' },
  spec: {
    ...{ storageClassName: 'alicloud-disk-essd', accessModes: ['ReadWriteOnce'] },
    resources: { requests: { storage: '20Gi' } },
  },
};

/** Creates a workload and waits until all its replicas are ready; returns its path. */
export async function readyWorkload(
  client: KubernetesClient,
  { kind, name, replicas, disks = false, graceSeconds = 2 }: WorkloadSpec,
): Promise<string> {
  const labels = { app: name };
  const all = `/apis/apps/v1/namespaces/default/${kind.toLowerCase()}s`;
  await client.create(all, {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      ...(kind === 'StatefulSet' && { serviceName: name }),
      ...(disks && { volumeClaimTemplates: [DISK] }),
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: graceSeconds,
          containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } }],
        },
      },
    },
  });
  const path = `${all}/${name}`;
  await eventually(async () => (await client.get<DeploymentView>(path)).status?.readyReplicas === replicas, {
    what: `${replicas} ready replicas`,
  });
  return path;
}

/** Creates a deployment and waits until all its replicas are ready; returns its path. */
export function readyDeployment(client: KubernetesClient, name: string, replicas: number): Promise<string> {
  return readyWorkload(client, { kind: 'Deployment', name, replicas });
}

interface PodView {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { nodeName: string };
}

/** Creates a pod with a finalizer, so that it stays terminating on its node until the finalizer is removed. */
export async function terminatingPod(client: KubernetesClient, name: string) {
  await readyDeployment(client, name, 1);
  const query = { labelSelector: `app=${name}` };
  const { items } = await client.list<PodView>('/api/v1/namespaces/default/pods', query);
  const path = `/api/v1/namespaces/default/pods/${items[0]!.metadata.name}`;
  const hold = (finalizers: string[]) => client.patch(path, { metadata: { finalizers } }, MERGE_PATCH);
  await hold(['example.com/hold']);
  return {
    nodeName: items[0]!.spec.nodeName,
    leaving: () =>
      eventually(async () => (await client.get<PodView>(path)).metadata.deletionTimestamp !== undefined),
    release: () => hold([]),
  };
}

/** Polls workloads; `end` returns the lowest number of ready replicas of each. */
export function watchLows(client: KubernetesClient, paths: readonly string[]) {
  const lows = paths.map(() => Infinity);
  let watching = true;
  const watch = (async () => {
    while (watching) {
      for (const [index, path] of paths.entries()) {
        const { status } = await client.get<DeploymentView>(path);
        lows[index] = Math.min(lows[index] ?? Infinity, status?.readyReplicas ?? 0);
      }
    }
  })();
  return {
    async end(): Promise<number[]> {
      watching = false;
      await watch;
      return lows;
    },
  };
}

/** Polls the pods of a label; `end` returns their names and the largest number that were terminating at the same time. */
export function watchPods(client: KubernetesClient, labelSelector: string) {
  const names = new Set<string>();
  let leaving = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const { items } = await client.list<PodView>('/api/v1/namespaces/default/pods', { labelSelector });
      for (const { metadata } of items) names.add(metadata.name);
      const deleted = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      leaving = Math.max(leaving, deleted.length);
    }
  })();
  return {
    async end() {
      watching = false;
      await watch;
      return { names: [...names].sort(), leaving };
    },
  };
}

/** Waits until the operation satisfies `fits`, and returns it. */
export function operationWhen(
  world: EngineFixture,
  id: string,
  fits: (row: { state: string; pausedAt: Date | null; stages: { name: string; state: string }[] }) => boolean,
) {
  return eventually(
    async () => {
      const row = await world.prisma.operation.findUniqueOrThrow({ where: { id } });
      const view = { ...row, stages: row.stages as unknown as { name: string; state: string }[] };
      return fits(view) && view;
    },
    { what: `the operation ${id} to be as expected` },
  );
}

const UPGRADE = `mutation ($input: UpgradeClusterInput!) {
  upgradeCluster(input: $input) { operation { id } userErrors { code message path } } }`;

/** Starts an upgrade and returns the id of its operation. */
export async function beginUpgrade(ask: Ask, input: Record<string, unknown>): Promise<string> {
  const { upgradeCluster } = await ask<{
    upgradeCluster: { operation: { id: string } | null; userErrors: { code: string; message: string }[] };
  }>(UPGRADE, { input });
  const { operation, userErrors } = upgradeCluster;
  if (!operation) throw new Error(JSON.stringify(userErrors));
  return operation.id;
}

/** The types of the events of an operation, in order. */
export async function eventTypes(world: EngineFixture, operationId: string): Promise<string[]> {
  const events = await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { operationId } });
  return events.map(({ type }) => type);
}
