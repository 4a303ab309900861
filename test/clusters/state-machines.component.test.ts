import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComponentAction } from '../../subgraphs/clusters/model/component.rules.js';
import type { PoolCommand } from '../../subgraphs/clusters/model/pool-states.js';
import type { NodeCommand } from '../../subgraphs/clusters/model/node-states.js';
import { startEngineFixture, type EngineFixture } from '../engine/engine-fixture.js';
import {
  clusterTransitions,
  componentTransitions,
  nodeTransitions,
  poolTransitions,
} from './expected-transitions.js';
import { addNodes, runningCluster } from './running-cluster.js';
import { type Ask, graphOf } from './graph-with-engine.js';
import type { ClusterState } from '../../subgraphs/clusters/model/cluster.enums.js';

/*
 * Each state machine is tested through the mutations of the graph, in every state. No engine runs, so an object stays in the
 * state that was written.
 */
let world: EngineFixture;
let ask: Ask;
let clusterId: string;
let poolId: string;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 1_000 });
  ask = await graphOf(world);
  const cluster = await runningCluster(graph(), 'acme', {
    name: 'instances',
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 }],
  });
  clusterId = cluster.id;
  poolId = cluster.nodePools.nodes[0]!.id;
});
afterAll(() => world[Symbol.asyncDispose]());

/** The graph with the interface of the kit of the clusters subgraph. */
function graph() {
  const run = async <T>(query: string, variables = {}) => ({
    data: await ask<T>(query, variables),
    errors: undefined,
  });
  return { platform: world.platform, run };
}

/** Codes of the user errors of a mutation; empty when it was accepted. */
async function codes(mutation: string, type: string, input: Record<string, unknown>): Promise<string[]> {
  const query = `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { userErrors { code } } }`;
  const { payload } = await ask<{ payload: { userErrors: { code: string }[] } }>(query, { input });
  return payload.userErrors.map(({ code }) => code);
}

/** Writes the rows as they are when every change has completed. */
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

/** Creates an instance of the account that belongs to no cluster. */
async function instance(id: string): Promise<string> {
  const response = await fetch(new URL(`/cloud/v1/instances/${id}`, world.kubesim.cloudUrl), {
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

/** Names of the states of a table. */
function statesOf<State extends string>(table: Readonly<Record<State, unknown>>): State[] {
  return Object.keys(table) as State[];
}

/** The state after a command; undefined where the command is rejected. */
function expected(transitions: Readonly<Record<string, string>>, command: string): string | undefined {
  return transitions[command];
}

/** The mutation of each command. The platform itself resizes and refills a pool, and detects a lost group. */
const POOL_COMMANDS: Readonly<
  Record<Exclude<PoolCommand, 'RESIZE' | 'REFILL' | 'GROUP_LOST'>, (state: string) => Promise<string[]>>
> = {
  SCALE: () => codes('scaleNodePool', 'ScaleNodePoolInput', { nodePoolId: poolId, desiredSize: 3 }),
  UPDATE: () => codes('updateNodePool', 'UpdateNodePoolInput', { id: poolId, labels: { tried: 'yes' } }),
  ATTACH: async (state) =>
    codes('attachInstances', 'AttachInstancesInput', {
      ...{ nodePoolId: poolId, mode: 'AUTO', acknowledgeDataLoss: true },
      instanceIds: [await instance(`i-${state.toLowerCase()}`)],
    }),
  REMOVE_NODES: async () =>
    codes('removeNodes', 'RemoveNodesInput', { nodePoolId: poolId, nodeIds: [await anyNode()] }),
  SYNC: () => codes('syncNodePool', 'SyncNodePoolInput', { id: poolId }),
  DELETE: () => codes('deleteNodePool', 'DeleteNodePoolInput', { id: poolId }),
};

describe('commands on a node pool', () => {
  const cases = statesOf(poolTransitions).flatMap((state) =>
    (Object.keys(POOL_COMMANDS) as (keyof typeof POOL_COMMANDS)[]).map(
      (command) => [state, command] as const,
    ),
  );

  it.each(cases)('in %s answers %s according to its state table', async (state, command) => {
    await settle();
    await world.prisma.nodePool.update({ where: { id: poolId }, data: { state } });
    const next = expected(poolTransitions[state], command);
    const rejection = state === 'UNHEALTHY' ? 'SCALING_GROUP_MISSING' : 'INVALID_STATE';
    expect(await POOL_COMMANDS[command](state)).toEqual(next ? [] : [rejection]);
    const { state: now } = await world.prisma.nodePool.findUniqueOrThrow({ where: { id: poolId } });
    expect(now).toBe(next ?? state);
  });
});

describe('commands on a node', () => {
  const commands = {
    REMOVE: (id: string) => codes('removeNodes', 'RemoveNodesInput', { nodePoolId: poolId, nodeIds: [id] }),
    CONVERT: (id: string) =>
      codes('convertChargeType', 'ConvertChargeTypeInput', { nodeIds: [id], chargeType: 'PREPAID' }),
  } satisfies Partial<Record<NodeCommand, unknown>>;
  const cases = statesOf(nodeTransitions).flatMap((state) =>
    (Object.keys(commands) as (keyof typeof commands)[]).map((command) => [state, command] as const),
  );

  it.each(cases)('in %s answers %s according to its state table', async (state, command) => {
    await settle();
    const id = await anyNode();
    await world.prisma.node.update({ where: { id }, data: { state } });
    const next = expected(nodeTransitions[state], command);
    expect(await commands[command](id)).toEqual(next ? [] : ['INVALID_STATE']);
    const { state: now } = await world.prisma.node.findUniqueOrThrow({ where: { id } });
    expect(now).toBe(next ?? state);
  });
});

describe('commands on a component', () => {
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
  const cases = statesOf(componentTransitions).flatMap((state) =>
    (Object.keys(actions) as ComponentAction[]).map((action) => [state, action] as const),
  );
  beforeAll(async () => {
    await settle();
    const version = { version: 'v1.9.3-aliyun.1' };
    const input = { clusterId, name: 'nginx-ingress-controller', ...version };
    expect(await codes('installComponent', 'InstallComponentInput', input)).toEqual([]);
  });

  it.each(cases)('in %s answers %s according to its state table', async (state, action) => {
    await settle();
    const id = await componentId();
    await world.prisma.component.update({
      where: { id },
      data: {
        state,
        version: 'v1.9.3-aliyun.1',
        parameters: {},
        drift: [{ object: 'Deployment', path: 'spec', expected: 1, actual: null }],
      },
    });
    const next = expected(componentTransitions[state], action);
    expect(await actions[action](id)).toEqual(next ? [] : ['INVALID_STATE']);
    expect((await world.prisma.component.findUniqueOrThrow({ where: { id } })).state).toBe(next ?? state);
  });
});

describe('commands on a cluster', () => {
  const states: readonly ClusterState[] = statesOf(clusterTransitions).filter((state) => state !== 'DELETED');
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
      in: states.filter((state) => (clusterTransitions[state] as readonly string[]).includes('DELETING')),
      give: () => codes('deleteCluster', 'DeleteClusterInput', { id: clusterId }),
    },
  };
  const cases = states.flatMap((state) => Object.keys(commands).map((command) => [state, command] as const));

  it.each(cases)('in %s answers %s according to its state', async (state, command) => {
    await settle();
    await world.prisma.cluster.update({ where: { id: clusterId }, data: { state } });
    const { in: accepting, give } = commands[command]!;
    const rejected = await give();
    if (accepting.includes(state)) expect(rejected).not.toContain('INVALID_STATE');
    else expect(rejected).toContain('INVALID_STATE');
  });
});
