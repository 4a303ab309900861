import { buildSchema, isInputObjectType, isNonNullType } from 'graphql';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { waitForOperation } from '../engine/engine-fixture.js';
import { eventually } from '../kit/eventually.js';
import { jobsNow } from '../kit/ledger-recount.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools/pools-with-engine.js';

/** A drill that can be remediated: the instance of a worker node is unreachable. */
const DRILL = { highRiskOperationId: 'cluster.worker-node.4', acknowledgeRisk: true };

let setup: PoolsWithEngine;
let cluster: string;
let pool: string;
let nodes: string[];
beforeAll(async () => {
  setup = await openPoolsWithEngine();
  const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 3 }]);
  [cluster, pool] = [id, pools[0] ?? ''];
  nodes = (await setup.pool(pool)).nodes.nodes.map((node) => node.id);
});
afterAll(() => setup[Symbol.asyncDispose]());

/** Runs a mutation and returns the selected fields and the user errors. */
async function ask<T>(mutation: string, input: object, selection: string, dryRun?: boolean) {
  const type = mutation.replace(/^./, (a) => a.toUpperCase());
  const rehearsed = dryRun === undefined ? '' : `, dryRun: ${dryRun}`;
  const query = `mutation ($input: ${type}Input!) {
    payload: ${mutation}(input: $input${rehearsed}) { ${selection} userErrors { code message } } }`;
  return (await setup.run<{ payload: T & { userErrors: { code: string }[] } }>(query, { input })).payload;
}

test('every mutation accepts a clientToken', async () => {
  const schema = buildSchema(await readFile(join(packageRoot, 'client/schema.graphql'), 'utf8'));
  const without = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) => {
    const type = args.find(({ name }) => name === 'input')?.type;
    const input = isNonNullType(type) ? type.ofType : type;
    return !isInputObjectType(input) || !('clientToken' in input.getFields());
  });
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe('mutation with a repeated clientToken', () => {
  test('runClusterCheck returns the stored check', async () => {
    const input = { clusterId: cluster, type: 'UPGRADE', version: '1.34.1', clientToken: 'check' };
    const first = await ask<{ check: { id: string } }>(
      'runClusterCheck',
      input,
      'check: clusterCheck { id createdAt }',
    );
    expect(first.userErrors).toEqual([]);
    expect(await ask('runClusterCheck', input, 'check: clusterCheck { id createdAt }')).toEqual(first);
    expect(await setup.world.prisma.clusterCheck.count({ where: { clusterId: cluster } })).toBe(1);
    const other = await ask('runClusterCheck', { ...input, version: '1.35.0' }, 'check: clusterCheck { id }');
    expect(other.userErrors).toMatchObject([{ code: 'CLIENT_TOKEN_REUSED' }]);
  });

  test('checkComponents reads the cluster once', async () => {
    const input = { clusterId: cluster, clientToken: 'components' };
    const selection = 'components { id driftCheckedAt }';
    const first = await ask<{ components: unknown[] }>('checkComponents', input, selection);
    expect(first.components.length).toBeGreaterThan(0);
    expect(await ask('checkComponents', input, selection)).toEqual(first);
  });

  test('updateNode keeps later changes of the node', async () => {
    const input = { id: nodes[1], labels: { color: 'blue' }, clientToken: 'label' };
    const update = () => ask<{ node: { labels: object } }>('updateNode', input, 'node { labels }');
    const updates = () => setup.world.prisma.event.count({ where: { type: 'NODE_UPDATED' } });
    expect(await update()).toMatchObject({ node: { labels: { color: 'blue' } }, userErrors: [] });
    await ask('updateNode', { id: nodes[1], labels: { color: 'red' } }, 'node { id }');
    expect(await updates()).toBe(2);
    expect(await update()).toMatchObject({ node: { labels: { color: 'red' } }, userErrors: [] });
    expect(await updates()).toBe(2);
    const other = await ask('updateNode', { ...input, labels: { color: 'green' } }, 'node { id }');
    expect(other.userErrors).toMatchObject([{ code: 'CLIENT_TOKEN_REUSED' }]);
  });

  test('a remediated drill is not simulated again', async () => {
    const { acknowledgeRisk, ...drill } = DRILL;
    const input = { clusterId: cluster, nodeId: nodes[0], ...drill };
    const perform = () =>
      ask(
        'performHighRiskOperation',
        { ...input, acknowledgeRisk, clientToken: 'perform' },
        'cluster { id }',
      );
    const findings = () => setup.world.platform.provider.highRiskOperationRecords(cluster);
    expect(await perform()).toMatchObject({ cluster: { id: cluster }, userErrors: [] });
    expect(await findings()).toHaveLength(1);
    const remediated = await ask(
      'remediateHighRiskOperation',
      { ...input, clientToken: 'remediate' },
      'cluster { id }',
    );
    expect(remediated.userErrors).toEqual([]);
    expect(await findings()).toEqual([]);
    expect(await perform()).toMatchObject({ cluster: { id: cluster }, userErrors: [] });
    expect(await findings()).toEqual([]);
  });

  test('cancelOperation returns the operation also after its end', async () => {
    // Simulated seconds, at a speed of 1,000: long enough that the operation has not ended when it is cancelled, and no longer,
    // because the operation waits for nodes that are starting.
    await setup.world.settings({ bootSeconds: { node: 20_000 } });
    const { operation } = await ask<{ operation: { id: string } }>(
      'scaleNodePool',
      { nodePoolId: pool, desiredSize: 4 },
      'operation { id }',
    );
    const cancel = () =>
      ask('cancelOperation', { id: operation.id, clientToken: 'cancel' }, 'operation { id }');
    const first = await cancel();
    expect(first.userErrors).toEqual([]);
    expect(await waitForOperation(setup.world, operation.id)).toMatchObject({ state: 'CANCELED' });
    await setup.world.settings({ bootSeconds: { node: 45 } });
    expect(await cancel()).toEqual(first);
  });

  test('releaseInstances returns the released instances', async () => {
    const removed = await ask<{ operation: { id: string } }>(
      'removeNodes',
      { nodePoolId: pool, nodeIds: [nodes[2]], release: false },
      'operation { id }',
    );
    await waitForOperation(setup.world, removed.operation.id);
    const { instances } = await setup.run<{ instances: { nodes: { id: string }[] } }>(
      '{ instances { nodes { id } } }',
    );
    const instanceIds = instances.nodes.map(({ id }) => id);
    expect(instanceIds).toHaveLength(1);
    const release = () => ask('releaseInstances', { instanceIds, clientToken: 'release' }, 'releasedIds');
    expect(await release()).toEqual({ releasedIds: instanceIds, userErrors: [] });
    expect(await release()).toEqual({ releasedIds: instanceIds, userErrors: [] });
  });
});

describe('mutation with dryRun', () => {
  // Jobs of earlier mutations would be counted as effects of the dry run.
  beforeAll(async () => {
    await eventually(async () => (await jobsNow(setup.world.prisma)).length === 0, {
      what: 'an engine that has nothing to do',
    });
  });

  test.each([
    [
      'updateCluster',
      () => ({ id: cluster, name: 'other' }),
      'cluster { name }',
      { cluster: { name: 'other' } },
    ],
    [
      'updateNode',
      () => ({ id: nodes[1], taints: [{ key: 'dry', effect: 'NO_SCHEDULE' }] }),
      'node { taints { key value effect } }',
      { node: { taints: [{ key: 'dry', value: null, effect: 'NO_SCHEDULE' }] } },
    ],
    ['syncNodePool', () => ({ id: pool }), 'nodePool { name }', { nodePool: { name: 'a' } }],
    ['deleteNodePool', () => ({ id: pool }), 'nodePool { state }', { nodePool: { state: 'DELETING' } }],
    [
      'convertChargeType',
      () => ({ nodeIds: [nodes[0]], chargeType: 'PREPAID' }),
      'cluster { state }',
      { cluster: { state: 'RUNNING' } },
    ],
    [
      'setMaintenanceWindow',
      () => ({ clusterId: cluster, recurrence: 'FREQ=DAILY', startTime: '02:00', durationHours: 4 }),
      'cluster { state }',
      { cluster: { state: 'RUNNING' } },
    ],
    [
      'installComponent',
      () => ({ clusterId: cluster, name: 'logtail-ds' }),
      'component { id }',
      { component: null },
    ],
    ['deleteCluster', () => ({ id: cluster }), 'cluster { state }', { cluster: { state: 'DELETING' } }],
    [
      'createVpc',
      () => ({ name: 'dry', regionId: 'cn-hangzhou', cidr: '10.0.0.0/8' }),
      'vpc { id }',
      { vpc: null },
    ],
    [
      'openSupportTicket',
      () => ({ clusterId: cluster, kind: 'QUESTION', title: 'dry', text: 'dry' }),
      'supportTicket { id }',
      { supportTicket: null },
    ],
    [
      'runClusterCheck',
      () => ({ clusterId: cluster, type: 'UPGRADE', version: '1.34.1' }),
      'clusterCheck { id }',
      { clusterCheck: null },
    ],
    [
      'checkComponents',
      () => ({ clusterId: cluster }),
      'components { name }',
      { components: expect.arrayContaining([{ name: 'coredns' }]) as unknown },
    ],
    [
      'performHighRiskOperation',
      () => ({ clusterId: cluster, nodeId: nodes[0], ...DRILL }),
      'cluster { state }',
      { cluster: { state: 'RUNNING' } },
    ],
  ])(
    '%s returns the expected result without an operation, and changes nothing',
    async (mutation, input, selection, expected) => {
      const { prisma } = setup.world;
      const state = async () => ({
        cluster: await prisma.cluster.findMany({ where: { id: cluster } }),
        pools: await prisma.nodePool.findMany({ where: { clusterId: cluster } }),
        windows: await prisma.maintenanceWindow.findMany({ where: { clusterId: cluster } }),
        components: await prisma.component.findMany({
          where: { clusterId: cluster },
          orderBy: { id: 'asc' },
        }),
        vpcs: await prisma.vpc.count(),
        tickets: await prisma.supportTicket.count(),
        checks: await prisma.clusterCheck.count(),
        risks: await setup.world.platform.provider.highRiskOperationRecords(cluster),
        operations: await prisma.operation.count(),
        events: await prisma.event.count(),
      });
      const before = await state();
      const selected = `${selection} operation { id }`;
      const payload = await ask<Record<string, unknown>>(mutation, input(), selected, true);
      expect(payload).toEqual({ ...expected, operation: null, userErrors: [] });
      expect(await state()).toEqual(before);
    },
  );

  test('stores no clientToken, but rejects one that was used with other input', async () => {
    const vpc = { name: 'token', regionId: 'cn-hangzhou', cidr: '10.0.0.0/8', clientToken: 'dry' };
    expect((await ask('createVpc', vpc, 'vpc { id }', true)).userErrors).toEqual([]);
    expect((await ask('createVpc', { ...vpc, name: 'used' }, 'vpc { id }')).userErrors).toEqual([]);
    expect((await ask('createVpc', vpc, 'vpc { id }', true)).userErrors).toMatchObject([
      { code: 'CLIENT_TOKEN_REUSED' },
    ]);
    const long = { ...vpc, clientToken: 'x'.repeat(129) };
    expect((await ask('createVpc', long, 'vpc { id }', true)).userErrors).toMatchObject([
      { code: 'INVALID_INPUT' },
    ]);
  });

  test('is rejected with the same errors as without dryRun', async () => {
    expect(
      (await ask('deleteCluster', { id: 'cluster_none' }, 'cluster { id }', true)).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
