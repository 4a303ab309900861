import { type KubernetesClient, MERGE_PATCH } from '../../../../engine/kubernetes/client.js';
import { KubernetesStatusError } from '../../../../engine/kubernetes/kubernetes-error.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { type Node, readNodes } from '../../../../subgraphs/clusters/store/reconcile.store.js';
import { NODE_TYPE } from '../../../engine/engine-fixture.js';
import type { PoolsWithEngine } from '../pools-with-engine.js';
import type { Command, Of } from './commands.js';

/** The cluster whose pools a sequence changes. */
export interface Run {
  readonly setup: PoolsWithEngine<AsyncDisposable>;
  readonly clusterId: string;
  readonly kubernetes: KubernetesClient;
  /** Number of accepted commands by kind, and of rejections by code. */
  readonly tally: { readonly accepted: Record<string, number>; readonly rejected: Record<string, number> };
}

type ErrorCodes = readonly string[] | undefined;
type Commands = { readonly [K in Command['kind']]: (run: Run, command: Of<K>) => Promise<ErrorCodes> };

const LARGER_TYPE = 'ecs.g6.2xlarge';
const NEWER_VERSION = '1.34';
const IMAGE = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';
/** Statuses with which the cloud and Kubernetes reject changes of an object that is deleted or busy. */
const REJECTIONS = new Set([404, 409, 422]);

let names = 0;

/** Runs each command; returns the codes of its rejection, or undefined when there is no object to change. */
const commands: Commands = {
  scale: onPool((run, { size }, id) => mutate(run, 'scaleNodePool', { nodePoolId: id, desiredSize: size })),
  attach: onPool(async (run, { mode }, id) => {
    const instance = `i-${++names}`;
    const made = { account: 'acme', zoneId: 'cn-hangzhou-b', instanceType: NODE_TYPE, imageId: IMAGE };
    await run.setup.cloud('PUT', `/instances/${instance}`, made);
    const input = { nodePoolId: id, instanceIds: [instance], mode, acknowledgeDataLoss: true };
    return mutate(run, 'attachInstances', input);
  }),
  remove: onNode((run, { release }, { id, nodePoolId }) =>
    mutate(run, 'removeNodes', { nodePoolId, nodeIds: [id], release }),
  ),
  sync: onPool((run, { lower }, id) => mutate(run, 'syncNodePool', { id, decrementDesiredSize: lower })),
  bound: onPool((run, { enabled, minSize, spread }, id) =>
    mutate(run, 'updateNodePool', {
      id,
      autoscaling: { enabled, minSize, maxSize: minSize + spread, scaleInDelaySeconds: 1 },
      acknowledgeRisk: true,
    }),
  ),
  upgrade: (run, { batchSize, surge }) =>
    mutate(run, 'upgradeCluster', {
      id: run.clusterId,
      version: NEWER_VERSION,
      rollingPolicy: { batchSize, surge },
    }),
  scaleVertically: (run, { large }) =>
    mutate(run, 'scaleClusterVertically', {
      id: run.clusterId,
      instanceTypes: [large ? LARGER_TYPE : NODE_TYPE],
    }),
  create: (run, { size, spot }) =>
    mutate(run, 'createNodePool', {
      clusterId: run.clusterId,
      name: `pool-${++names}`,
      instanceTypes: [NODE_TYPE],
      desiredSize: size,
      instanceConfig: { chargeType: spot ? 'SPOT' : 'POSTPAID' },
    }),
  delete: onPool((run, _, id) => mutate(run, 'deleteNodePool', { id })),
  cancel: async (run, { index }) => {
    const { world } = run.setup;
    const open = await world.prisma.operation.findMany({
      where: { clusterId: run.clusterId, finishedAt: null },
      orderBy: { id: 'asc' },
    });
    const one = open[index % open.length];
    return one && mutate(run, 'cancelOperation', { id: one.id });
  },
  pods: async ({ kubernetes }, { count }) => {
    const path = `${DEPLOYMENTS}/busy`;
    await kubernetes.patch(path, { spec: { replicas: count } }, MERGE_PATCH);
    return [];
  },
  breakNode: onNode((run, { fault }, { id }) =>
    outside(run, 'PUT', `/instances/${id}/power`, { on: false, fault }),
  ),
  reclaim: onNode(async (run, _, { id, chargeType }) =>
    chargeType === 'SPOT' ? outside(run, 'POST', `/instances/${id}/reclaim`) : undefined,
  ),
  releaseOutside: onNode((run, _, { id }) => outside(run, 'POST', '/instances/delete', { ids: [id] })),
  unregister: onNode(async ({ kubernetes }, _, { name }) => {
    await kubernetes.delete(`/api/v1/nodes/${name}`);
    return [];
  }),
  moveOut: onNode((run, _, { id }) =>
    outside(run, 'PUT', `/instances/${id}/scaling-group`, { nodePoolId: null }),
  ),
  boundOutside: onPool((run, { maxSize }, id) =>
    outside(run, 'PATCH', `/scaling-groups/${id}`, { minSize: 0, maxSize, desiredSize: maxSize }),
  ),
  cloud: async ({ setup }, { failureRate, stock }) => {
    await setCloud(setup.world, { failureRate, stock });
    return [];
  },
};

export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** Runs a command, then enqueues the jobs that the engine otherwise runs each minute. */
export async function runCommand<K extends Command['kind']>(run: Run, command: Of<K>): Promise<void> {
  const { accepted, rejected } = run.tally;
  const codes = await unlessGone(() => (commands[command.kind as K] as Commands[K])(run, command));
  if (codes?.length === 0) accepted[command.kind] = (accepted[command.kind] ?? 0) + 1;
  for (const code of codes ?? []) rejected[code] = (rejected[code] ?? 0) + 1;
  await runSchedules(run);
}

/** Enqueues the check of the pools, the node check and the autoscaler of the cluster. */
export async function runSchedules({ setup: { world }, clusterId }: Run): Promise<void> {
  for (const kind of ['pool-drift', 'autoscaling']) await enqueue(world.prisma, kind, clusterId);
  for (const { id } of await world.prisma.node.findMany({ where: { clusterId, state: 'running' } }))
    await enqueue(world.prisma, 'node', id);
}

/** Configures the simulated cloud: how many instances fail to start, and the stock of an instance type in each zone. */
export async function setCloud(
  world: PoolsWithEngine<AsyncDisposable>['world'],
  { failureRate, stock }: { readonly failureRate: number; readonly stock: number },
): Promise<void> {
  const zones = await world.prisma.zone.findMany({ where: { regionId: 'cn-hangzhou' } });
  const stocks = zones.map(({ id }) => [`${id}/${NODE_TYPE}`, stock]);
  await world.settings({ failureRate, stock: Object.fromEntries(stocks) });
}

/** Repairs the broken instances: pods on a node without a kubelet are never removed. */
export async function repairInstances(run: Run): Promise<void> {
  const { world } = run.setup;
  for (const { id } of await world.prisma.node.findMany({ where: { clusterId: run.clusterId } }))
    await unlessGone(() => outside(run, 'PUT', `/instances/${id}/power`, { on: true }));
}

async function mutate({ setup }: Run, name: string, input: Record<string, unknown>): Promise<string[]> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { userErrors { code } } }`;
  const { payload } = await setup.run<{ payload: { userErrors: { code: string }[] } }>(query, { input });
  return payload.userErrors.map(({ code }) => code);
}

async function outside({ setup, clusterId }: Run, method: string, path: string, body?: object) {
  await setup.cloud(method, `/clusters/${clusterId}${path}`, body);
  return [];
}

async function unlessGone(work: () => Promise<ErrorCodes>): Promise<ErrorCodes> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KubernetesStatusError && REJECTIONS.has(error.status))
      return [`HTTP_${error.status}`];
    const [, status] = /: (\d{3}) /.exec(error instanceof Error ? error.message : '') ?? [];
    if (status === undefined || !REJECTIONS.has(Number(status))) throw error;
    return [`HTTP_${status}`];
  }
}

function onPool<C extends Command & { readonly index: number }>(
  work: (run: Run, command: C, poolId: string) => Promise<ErrorCodes>,
) {
  return async (run: Run, command: C): Promise<ErrorCodes> => {
    const { prisma } = run.setup.world;
    const where = { clusterId: run.clusterId, deletedAt: null };
    const pools = await prisma.nodePool.findMany({ where, orderBy: { id: 'asc' } });
    const pool = pools[command.index % pools.length];
    return pool && work(run, command, pool.id);
  };
}

function onNode<C extends Command & { readonly index: number; readonly node: number }>(
  work: (run: Run, command: C, node: Node) => Promise<ErrorCodes>,
) {
  return onPool<C>(async (run, command, nodePoolId) => {
    const { prisma } = run.setup.world;
    const nodes = await readNodes(prisma, nodePoolId);
    const node = nodes[command.node % nodes.length];
    return node && work(run, command, node);
  });
}
