import { ProblemError } from '../../../kernel/result.js';
import { ClusterCatalogStore } from '../../../subgraphs/clusters/store/catalog.store.js';
import { MigrationService } from '../../../subgraphs/clusters/api/migration/migration.service.js';
import { NetworkDeletionService } from '../../../subgraphs/clusters/api/network/network-deletion.service.js';
import { NetworkService } from '../../../subgraphs/clusters/api/network/network.service.js';
import { AttachInstancesService } from '../../../subgraphs/clusters/api/node-pool/attach-instances.service.js';
import { RemoveNodesService } from '../../../subgraphs/clusters/api/node-pool/remove-nodes.service.js';
import { UpdateNodePoolService } from '../../../subgraphs/clusters/api/node-pool/update-node-pool.service.js';
import { OperationService } from '../../../subgraphs/clusters/api/operation/operation.service.js';
import { OperationStore } from '../../../subgraphs/clusters/store/operation.store.js';
import { PauseOperationService } from '../../../subgraphs/clusters/api/operation/pause-operation.service.js';
import { VerticalScalingService } from '../../../subgraphs/clusters/api/vertical-scaling/vertical-scaling.service.js';
import { NODE_TYPE, type EngineFixture } from '../../engine/engine-fixture.js';
import type { Action, PoolSpec } from './actions.js';
import { createObject, deleteObject } from './objects.js';

export interface Tally {
  accepted: number;
  /** Comparisons of the ledger with a recount, while no operation runs. */
  recounts: number;
  /** Comparisons with vCPUs, instances and disks, while operations run. */
  spotChecks: number;
  /** How often each kind of action was accepted. */
  readonly kinds: Record<string, number>;
  readonly rejected: Record<string, number>;
}

/** The services that change clusters. */
export function servicesOf({ platform, prisma }: EngineFixture) {
  const catalog = new ClusterCatalogStore(prisma);
  return {
    operations: new OperationService(platform, new OperationStore(prisma)),
    updating: new UpdateNodePoolService(platform, catalog),
    attaching: new AttachInstancesService(platform, catalog),
    removing: new RemoveNodesService(platform),
    pausing: new PauseOperationService(platform),
    networks: new NetworkService(platform, catalog),
    networkDeletion: new NetworkDeletionService(platform),
    migrating: new MigrationService(platform, catalog),
    resizing: new VerticalScalingService(platform, catalog),
  };
}

/** One sequence, with a separate account. */
export interface Run {
  readonly world: EngineFixture;
  readonly services: ReturnType<typeof servicesOf>;
  readonly actor: EngineFixture['actor'];
  readonly tally: Tally;
}

const LARGER_TYPE = 'ecs.g6.2xlarge';
const OLDER_VERSION = '1.32';
const NEWER_VERSION = '1.34';
const IMAGE = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';

const requests: Readonly<Record<string, object>> = {
  ACK_PRO: { type: 'MANAGED_KUBERNETES', spec: 'PRO' },
  ACK_STANDARD: { type: 'MANAGED_KUBERNETES', spec: 'STANDARD' },
  ACK_DEDICATED: { type: 'KUBERNETES' },
  ASK_PRO: { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'PRO' },
};

let names = 0;

/** Requests the action for an existing object; returns undefined when there is none. */
async function ask(run: Run, action: Action): Promise<unknown> {
  if (action.kind === 'createCluster') return createCluster(run, action);
  if (action.kind === 'cloud') return cloud(run.world, action);
  if (action.kind === 'createVpc') return createVpc(run);
  const id = await target(run, action);
  if (id !== undefined) return change(run, action, id);
  // Without an object to change and without a cluster, the action creates a cluster.
  return (await hasCluster(run)) ? undefined : createCluster(run, FIRST_CLUSTER);
}

const FIRST_POOL: PoolSpec = {
  size: 2,
  chargeType: 'POSTPAID',
  dataDisks: 0,
  mixed: false,
  autoscaling: false,
};

/** The cluster that each sequence creates first. */
export const FIRST_CLUSTER = {
  kind: 'createCluster',
  product: 'ACK_PRO',
  terway: false,
  publicEndpoint: false,
  pools: [FIRST_POOL, { ...FIRST_POOL, size: 1 }],
} as const satisfies Action;

async function hasCluster({ world, actor: { account } }: Run): Promise<boolean> {
  return (await world.prisma.cluster.count({ where: { account, deletedAt: null } })) > 0;
}

type Change = Extract<Action, { readonly index: number }>;
type Changes = {
  readonly [K in Change['kind']]: (
    run: Run,
    action: Extract<Change, { kind: K }>,
    id: string,
  ) => Promise<unknown>;
};

const changes: Changes = {
  createNodePool: ({ world, actor }, { pool }, clusterId) =>
    world.pools.create(actor, { ...specOf(pool), name: `pool-${++names}`, clusterId } as never),
  scaleNodePool: ({ world, actor }, { size }, nodePoolId) =>
    world.pools.scale(actor, { nodePoolId, desiredSize: size }),
  updateNodePool: ({ services, actor }, { pool }, id) => {
    const { desiredSize: _, ...rest } = specOf(pool);
    return services.updating.update(actor, { ...rest, id } as never);
  },
  deleteNodePool: ({ world, actor }, _, id) => world.pools.delete(actor, { id }),
  attachInstance,
  removeNode,
  upgradeCluster: ({ world, actor }, _, id) => world.clusters.upgrade(actor, { id, version: NEWER_VERSION }),
  migrateCluster: ({ services, actor }, _, id) => services.migrating.migrate(actor, { id }),
  scaleVertically: ({ services, actor }, _, id) =>
    services.resizing.scale(actor, { id, instanceTypes: [LARGER_TYPE] }),
  createVSwitch: ({ services, actor }, { part }, vpcId) => {
    const place = { zoneId: 'cn-hangzhou-b', cidr: `10.9.${part}.0/24` };
    return services.networks.createVSwitch(actor, { vpcId, name: `switch-${++names}`, ...place });
  },
  deleteNetwork: (run, _, id) => deleteNetwork(run, id),
  deleteCluster: ({ world, actor }, _, id) => world.clusters.delete(actor, { id }),
  cancelOperation: ({ services, actor }, _, id) => services.operations.cancel(actor, { id }),
  createObject: ({ world }, { object }, id) => createObject(world, id, object),
  deleteObject: ({ world }, { index }, id) => deleteObject(world, id, index),
};

function change<K extends Change['kind']>(run: Run, action: Extract<Change, { kind: K }>, id: string) {
  return (changes[action.kind as K] as Changes[K])(run, action, id);
}

const OF_POOLS: readonly string[] = [
  'scaleNodePool',
  'updateNodePool',
  'deleteNodePool',
  'attachInstance',
  'removeNode',
];

/** Selects the object to change from the existing ones and returns its id. */
async function target(
  { world, actor: { account } }: Run,
  { kind, index }: Change,
): Promise<string | undefined> {
  const setup = { where: { account, deletedAt: null }, orderBy: { id: 'asc' } } as const;
  const open = { where: { account, finishedAt: null }, orderBy: { id: 'asc' } } as const;
  const own = { where: { account, creator: 'USER' }, orderBy: { id: 'asc' } } as const;
  const ids = async (): Promise<{ id: string }[]> => {
    if (kind === 'cancelOperation') return world.prisma.operation.findMany(open);
    if (kind === 'createVSwitch') return world.prisma.vpc.findMany(own);
    if (kind === 'deleteNetwork')
      return [...(await world.prisma.vSwitch.findMany(own)), ...(await world.prisma.vpc.findMany(own))];
    return OF_POOLS.includes(kind)
      ? world.prisma.nodePool.findMany(setup)
      : world.prisma.cluster.findMany(setup);
  };
  const found = await ids();
  return found[index % found.length]?.id;
}

function createCluster(
  { world, actor }: Run,
  { product, terway, publicEndpoint, pools }: Extract<Action, { kind: 'createCluster' }>,
) {
  const serverless = product === 'ASK_PRO';
  return world.creation.create(actor, {
    name: `cluster-${++names}`,
    regionId: 'cn-hangzhou',
    version: OLDER_VERSION,
    ...requests[product],
    ...(publicEndpoint && { network: { publicEndpoint } }),
    ...(!serverless && {
      networkPlugin: terway ? 'TERWAY' : 'FLANNEL',
      nodePools: pools.map((pool, at) => ({
        ...specOf(pool),
        ...(at === 0 && { autoscaling: null }),
        name: `p${at}`,
      })),
    }),
  } as Parameters<EngineFixture['creation']['create']>[1]);
}

function createVpc({ services, actor }: Run): Promise<unknown> {
  const name = `net-${++names}`;
  return services.networks.createVpc(actor, { name, regionId: 'cn-hangzhou', cidr: '10.9.0.0/16' });
}

/** Deletes the networks of the sequence, which are empty by then. */
export async function deleteNetworks(run: Run): Promise<void> {
  const { world, actor } = run;
  const own = { where: { account: actor.account, creator: 'USER' } };
  for (const { id } of await world.prisma.vSwitch.findMany(own)) await deleteNetwork(run, id);
  for (const { id } of await world.prisma.vpc.findMany(own)) await deleteNetwork(run, id);
}

function deleteNetwork({ services, actor }: Run, id: string): Promise<string> {
  return services.networkDeletion.delete(actor, id.startsWith('vpc_') ? 'VPC' : 'VSWITCH', { input: { id } });
}

function specOf({ size, chargeType, dataDisks, mixed, autoscaling }: PoolSpec) {
  const disk = { category: 'CLOUD_ESSD', sizeGiB: 40 };
  return {
    instanceTypes: mixed ? [NODE_TYPE, LARGER_TYPE] : [NODE_TYPE],
    desiredSize: size,
    instanceConfig: { chargeType, dataDisks: Array.from({ length: dataDisks }, () => disk) },
    ...(autoscaling && { autoscaling: { enabled: true, minSize: 0, maxSize: 4 }, acknowledgeRisk: true }),
  };
}

/** Creates an instance in the cloud outside the platform, and attaches it to the pool. */
async function attachInstance(
  { world, services, actor }: Run,
  { chargeType }: Extract<Change, { kind: 'attachInstance' }>,
  nodePoolId: string,
): Promise<unknown> {
  const { account } = actor;
  const id = `i-${++names}`;
  const instance = { account, zoneId: 'cn-hangzhou-b', instanceType: NODE_TYPE, imageId: IMAGE, chargeType };
  const response = await fetch(new URL(`/cloud/v1/instances/${id}`, world.kubesim.cloudUrl), {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(instance),
  });
  if (!response.ok) throw new Error(await response.text());
  const input = { nodePoolId, instanceIds: [id], mode: 'MANUAL' };
  return services.attaching.attach(actor, input as never, { regions: { except: [] } });
}

async function removeNode(
  { world, services, actor }: Run,
  { index, release }: Extract<Change, { kind: 'removeNode' }>,
  nodePoolId: string,
): Promise<unknown> {
  const nodes = await world.prisma.node.findMany({ where: { nodePoolId }, orderBy: { id: 'asc' } });
  const node = nodes[index % nodes.length];
  if (!node) return undefined;
  return services.removing.remove(actor, { nodePoolId, nodeIds: [node.id], release } as never);
}

/** Configures the simulated cloud: how many instances fail to start, and the stock of an instance type in each zone. */
export async function cloud(
  world: EngineFixture,
  { failureRate, stock }: { readonly failureRate: number; readonly stock: number },
): Promise<void> {
  const zones = (await world.prisma.zone.findMany({ where: { regionId: 'cn-hangzhou' } })).map(
    ({ id }) => id,
  );
  const stocks = Object.fromEntries(zones.map((zone) => [`${zone}/${NODE_TYPE}`, stock]));
  await world.settings({ failureRate, stock: stocks });
}

/** Requests an action and counts whether it was accepted; rethrows every error that is not a rejection. */
export async function attempt(run: Run, action: Action): Promise<void> {
  const { tally } = run;
  try {
    if ((await ask(run, action)) === undefined) return;
    tally.accepted++;
    tally.kinds[action.kind] = (tally.kinds[action.kind] ?? 0) + 1;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code } = error.problems[0] ?? { code: 'none' };
    tally.rejected[code] = (tally.rejected[code] ?? 0) + 1;
  }
}
