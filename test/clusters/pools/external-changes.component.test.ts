import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { usageNow, ledgerUses, recount } from '../../kit/ledger-recount.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const instance = (cluster: string, node: string, action: string) =>
  `/clusters/${cluster}/instances/${node}/${action}`;

async function one(size = 1) {
  const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: size }]);
  const [pool = ''] = pools;
  const [node] = (await setup.pool(pool)).nodes.nodes;
  return { id, pool, node: node?.id ?? '', name: node?.name ?? '' };
}

/** Enqueues a check of the pools of a cluster and waits until the query returns a result. */
async function afterPoolCheck<T>(
  clusterId: string,
  read: () => Promise<T | false>,
  what: string,
): Promise<T> {
  await setup.checkPools(clusterId);
  return eventually(read, { what });
}

describe('instance that is changed outside the platform', () => {
  test('has the new charge type, and uses no quota as a subscription', async () => {
    const { id, pool, node } = await one();
    await setup.cloud('PUT', instance(id, node, 'charge-type'), { chargeType: 'PREPAID' });
    const prepaid = async () => {
      const [now] = (await setup.pool(pool)).nodes.nodes;
      return now?.chargeType === 'PREPAID' && now;
    };
    await afterPoolCheck(id, prepaid, 'the other charge type');
    for (const { ledger, rows } of await usageNow(setup.world.prisma, 'acme')) expect(ledger).toBe(rows);
    expect((await setup.events(id)).filter(({ type }) => type === 'NODE_CHANGED_EXTERNALLY')).toMatchObject([
      { data: { nodeId: node, before: { chargeType: 'POSTPAID' }, chargeType: 'PREPAID' } },
    ]);
  });

  test('has the new instance type and its vCPUs', async () => {
    const { id, pool, node } = await one();
    const before = await setup.world.used('payg-vcpu');
    await setup.cloud('PUT', instance(id, node, 'type'), { instanceType: 'ecs.g6.2xlarge' });
    const larger = async () => {
      const { nodes } = await setup.pool(pool);
      const [now] = nodes.nodes as unknown as { instanceType: { id: string } }[];
      return now?.instanceType.id === 'ecs.g6.2xlarge';
    };
    await afterPoolCheck(id, larger, 'the other instance');
    expect(await setup.world.used('payg-vcpu')).toBe(before + 4);
    expect(await ledgerUses(setup.world.prisma, 'acme')).toMatchObject(
      await recount(setup.world.prisma, 'acme'),
    );
    await setup.poolWhen(pool, ({ healthyNodes }) => healthyNodes === 1, 'the node, ready again');
  });
});

describe('instance that is removed from the scaling group', () => {
  const takeOut = (id: string, node: string) =>
    setup.cloud('PUT', instance(id, node, 'scaling-group'), { nodePoolId: null });

  test('is reported as drift, and syncNodePool replaces it; the instance remains in the account', async () => {
    const { id, pool, node, name } = await one(2);
    await takeOut(id, node);
    const drifted = async () => {
      const { drift } = await setup.pool(pool);
      return drift ?? false;
    };
    expect(await afterPoolCheck(id, drifted, 'the drift')).toEqual({
      missingInKubernetes: [],
      missingInScalingGroup: [name],
    });
    expect(await setup.pool(pool)).toMatchObject({
      conditions: expect.arrayContaining([
        { type: 'InSync', status: 'False', reason: 'InstanceDetached' },
      ]) as unknown,
    });
    await setup.carried('syncNodePool', { id: pool });
    const synced = await setup.pool(pool);
    expect(synced).toMatchObject({
      drift: null,
      desiredSize: 2,
      healthyNodes: 2,
      conditions: expect.arrayContaining([
        { type: 'InSync', status: 'True', reason: 'Synchronized' },
      ]) as unknown,
    });
    expect(synced.nodes.nodes.map((other) => other.id)).not.toContain(node);
    const { instances } = await setup.run<{ instances: { nodes: { formerClusterId: string }[] } }>(
      `{ instances(first: 100) { nodes { formerClusterId } } }`,
    );
    expect(instances.nodes.filter(({ formerClusterId }) => formerClusterId === id)).toHaveLength(1);
  });

  test('decrements the desired size if syncNodePool requests it', async () => {
    const { id, pool, node } = await one(2);
    await takeOut(id, node);
    await setup.carried('syncNodePool', { id: pool, decrementDesiredSize: true });
    expect(await setup.pool(pool)).toMatchObject({ desiredSize: 1, totalNodes: 1, healthyNodes: 1 });
  });
});
