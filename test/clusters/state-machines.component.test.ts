import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canTransition } from '../../subgraphs/clusters/model/cluster-states.js';
import {
  afterAction,
  type ComponentAction,
  type ComponentStateName,
} from '../../subgraphs/clusters/model/component.rules.js';
import type { NodePoolState } from '../../subgraphs/clusters/model/node-pool.enums.js';
import {
  nextPoolState,
  type PoolCommand,
  poolStateProblem,
} from '../../subgraphs/clusters/model/pool-states.js';
import {
  nextNodeState,
  type NodeCommand,
  type NodeState,
} from '../../subgraphs/clusters/model/node-states.js';
import { startEngineFixture, type EngineFixture } from '../engine/engine-fixture.js';
import { addNodes, runningCluster } from './running-cluster.js';
import { type Ask, graphOf } from './graph-with-engine.js';
import type { ClusterState } from '../../subgraphs/clusters/model/cluster.enums.js';

/*
 * Each state machine is tried through the mutations of the graph, in every state, against the table that the code
 * uses. No engine runs, so a thing stays in the state that it was written in.
 */
let world: EngineFixture;
let ask: Ask;
let clusterId: string;
let poolId: string;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 1_000 });
  ask = await graphOf(world);
  const cluster = await runningCluster(graph(), 'acme', {
    name: 'machines',
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 }],
  });
  clusterId = cluster.id;
  poolId = cluster.nodePools.nodes[0]!.id;
});
afterAll(() => world[Symbol.asyncDispose]());

/** The graph in the words of the kit of the clusters subgraph. */
function graph() {
  const run = async <T>(query: string, variables = {}) => ({
    data: await ask<T>(query, variables),
    errors: undefined,
  });
  return { platform: world.platform, run };
}

/** Codes of what a mutation was refused for; none when it was accepted. */
async function codes(mutation: string, type: string, input: Record<string, unknown>): Promise<string[]> {
  const query = `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { userErrors { code } } }`;
  const { payload } = await ask<{ payload: { userErrors: { code: string }[] } }>(query, { input });
  return payload.userErrors.map(({ code }) => code);
}

/** Waits until every change is completed. */
async function settle(): Promise<void> {
  const { prisma } = world;
  const open = { state: { in: ['PENDING', 'RUNNING'] } };
  await prisma.operation.updateMany({ where: open, data: { state: 'SUCCEEDED' } });
  await prisma.cluster.update({ where: { id: clusterId }, data: { state: 'RUNNING' } });
  await prisma.nodePool.update({ where: { id: poolId }, data: { state: 'ACTIVE', desiredSize: 2 } });
  await prisma.node.deleteMany({ where: { nodePoolId: poolId } });
  await addNodes(graph(), { account: 'acme', cluster: clusterId, pool: poolId }, 2);
}

async function anyNode(): Promise<string> {
  const { id } = await world.prisma.node.findFirstOrThrow({ where: { nodePoolId: poolId } });
  return id;
}

/** A machine of the account that belongs to no cluster. */
async function machine(id: string): Promise<string> {
  const response = await fetch(new URL(`/cloud/v1/machines/${id}`, world.kubesim.cloudUrl), {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      account: 'acme',
      zoneId: 'cn-hangzhou-b',
      instanceType: 'ecs.g7.xlarge',
      imageId: 'aliyun_2_1903_x64_20G_alibase_20220525.vhd',
    }),
  });
  expect(response.status).toBe(200);
  return id;
}

const POOL_STATES: readonly NodePoolState[] = [
  'INITIAL',
  'ACTIVE',
  'FAILED',
  'SCALING',
  'REMOVING',
  'UPDATING',
  'UNHEALTHY',
  'DELETING',
];

/**
 * How each command is given. What refills and resizes a pool, and sees that its group is gone, is the platform
 * itself.
 */
const POOL_COMMANDS: Readonly<
  Record<Exclude<PoolCommand, 'RESIZE' | 'REFILL' | 'GROUP_LOST'>, (state: string) => Promise<string[]>>
> = {
  SCALE: () => codes('scaleNodePool', 'ScaleNodePoolInput', { nodePoolId: poolId, desiredSize: 3 }),
  UPDATE: () => codes('updateNodePool', 'UpdateNodePoolInput', { id: poolId, labels: { tried: 'yes' } }),
  ATTACH: async (state) =>
    codes('attachInstances', 'AttachInstancesInput', {
      ...{ nodePoolId: poolId, mode: 'AUTO', acknowledgeDataLoss: true },
      instanceIds: [await machine(`i-${state.toLowerCase()}`)],
    }),
  REMOVE_NODES: async () =>
    codes('removeNodes', 'RemoveNodesInput', { nodePoolId: poolId, nodeIds: [await anyNode()] }),
  SYNC: () => codes('syncNodePool', 'SyncNodePoolInput', { id: poolId }),
  DELETE: () => codes('deleteNodePool', 'DeleteNodePoolInput', { id: poolId }),
};

describe('a node pool', () => {
  const cases = POOL_STATES.flatMap((state) =>
    (Object.keys(POOL_COMMANDS) as (keyof typeof POOL_COMMANDS)[]).map(
      (command) => [state, command] as const,
    ),
  );

  it.each(cases)('that is %s answers %s as the table of its states says', async (state, command) => {
    await settle();
    await world.prisma.nodePool.update({ where: { id: poolId }, data: { state } });
    const next = nextPoolState(state, command);
    const refusal = poolStateProblem({ id: poolId, state }, []).code;
    expect(await POOL_COMMANDS[command](state)).toEqual(next ? [] : [refusal]);
    const { state: now } = await world.prisma.nodePool.findUniqueOrThrow({ where: { id: poolId } });
    expect(now).toBe(next ?? state);
  });
});

describe('a node', () => {
  const states: readonly NodeState[] = ['pending', 'starting', 'running', 'removing', 'failed'];
  const commands = {
    REMOVE: (id: string) => codes('removeNodes', 'RemoveNodesInput', { nodePoolId: poolId, nodeIds: [id] }),
    CONVERT: (id: string) =>
      codes('convertChargeType', 'ConvertChargeTypeInput', { nodeIds: [id], chargeType: 'PREPAID' }),
  } satisfies Partial<Record<NodeCommand, unknown>>;
  const cases = states.flatMap((state) =>
    (Object.keys(commands) as (keyof typeof commands)[]).map((command) => [state, command] as const),
  );

  it.each(cases)('that is %s answers %s as the table of its states says', async (state, command) => {
    await settle();
    const id = await anyNode();
    await world.prisma.node.update({ where: { id }, data: { state } });
    const next = nextNodeState(state, command);
    expect(await commands[command](id)).toEqual(next ? [] : ['INVALID_STATE']);
    const { state: now } = await world.prisma.node.findUniqueOrThrow({ where: { id } });
    expect(now).toBe(next ?? state);
  });
});

describe('a component', () => {
  const states: readonly ComponentStateName[] = [
    'INSTALLING',
    'ACTIVE',
    'UPGRADING',
    'UPDATING',
    'UNINSTALLING',
    'FAILED',
  ];
  const componentId = async () =>
    (
      await world.prisma.component.findFirstOrThrow({
        where: { clusterId, name: 'nginx-ingress-controller' },
      })
    ).id;
  const actions: Readonly<Record<ComponentAction, (id: string) => Promise<string[]>>> = {
    UPGRADE: (id) => codes('upgradeComponent', 'UpgradeComponentInput', { id, timing: 'IMMEDIATE' }),
    CONFIGURE: (id) =>
      codes('configureComponent', 'ConfigureComponentInput', { id, parameters: { replicas: 3 } }),
    UNINSTALL: (id) => codes('uninstallComponent', 'UninstallComponentInput', { id }),
    RESTORE: (id) => codes('restoreComponent', 'RestoreComponentInput', { id }),
  };
  const cases = states.flatMap((state) =>
    (Object.keys(actions) as ComponentAction[]).map((action) => [state, action] as const),
  );
  beforeAll(async () => {
    await settle();
    const version = { version: 'v1.9.3-aliyun.1' };
    const input = { clusterId, name: 'nginx-ingress-controller', ...version };
    expect(await codes('installComponent', 'InstallComponentInput', input)).toEqual([]);
  });

  it.each(cases)('that is %s answers %s as the table of its states says', async (state, action) => {
    await settle();
    const id = await componentId();
    await world.prisma.component.update({
      where: { id },
      data: {
        state,
        version: 'v1.9.3-aliyun.1',
        parameters: {},
        drift: [{ object: 'Deployment', path: 'spec' }],
      },
    });
    const next = afterAction(state, action);
    expect(await actions[action](id)).toEqual(next ? [] : ['INVALID_STATE']);
    expect((await world.prisma.component.findUniqueOrThrow({ where: { id } })).state).toBe(next ?? state);
  });
});

describe('a cluster', () => {
  const states: readonly ClusterState[] = [
    'INITIAL',
    'FAILED',
    'RUNNING',
    'UPDATING',
    'UPGRADING',
    'SCALING',
    'REMOVING',
    'DRAINING',
    'WAITING',
    'DISCONNECTED',
    'INACTIVE',
    'UNAVAILABLE',
    'DELETING',
    'DELETE_FAILED',
  ];
  const working = ['RUNNING', 'SCALING'];
  const commands: Readonly<Record<string, { in: readonly string[]; give(): Promise<string[]> }>> = {
    scaleNodePool: { in: working, give: () => POOL_COMMANDS.SCALE('') },
    createNodePool: {
      in: working,
      give: () =>
        codes('createNodePool', 'CreateNodePoolInput', {
          ...{ clusterId, name: `pool-${crypto.randomUUID().slice(0, 8)}`, instanceTypes: ['ecs.g7.xlarge'] },
        }),
    },
    upgradeCluster: {
      in: ['RUNNING'],
      give: async () => {
        await world.prisma.cluster.update({ where: { id: clusterId }, data: { version: '1.32.6' } });
        return codes('upgradeCluster', 'UpgradeClusterInput', { id: clusterId, version: '1.34.3' });
      },
    },
    installComponent: {
      in: working,
      give: () => codes('installComponent', 'InstallComponentInput', { clusterId, name: 'externaldns' }),
    },
    deleteCluster: {
      in: states.filter((state) => canTransition(state, 'DELETING')),
      give: () => codes('deleteCluster', 'DeleteClusterInput', { id: clusterId }),
    },
  };
  const cases = states.flatMap((state) => Object.keys(commands).map((command) => [state, command] as const));

  it.each(cases)('that is %s answers %s by its state', async (state, command) => {
    await settle();
    await world.prisma.cluster.update({ where: { id: clusterId }, data: { state } });
    const { in: accepting, give } = commands[command]!;
    const refused = await give();
    if (accepting.includes(state)) expect(refused).not.toContain('INVALID_STATE');
    else expect(refused).toContain('INVALID_STATE');
  });
});
