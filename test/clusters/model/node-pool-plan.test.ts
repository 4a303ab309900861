import { describe, expect, it } from 'vitest';
import type { NodeRow as Node } from '../../../subgraphs/clusters/store/node.store.js';
import {
  endState,
  planPool,
  removalOrder,
  resultOf,
} from '../../../subgraphs/clusters/model/node-pool.plan.js';

function node(id: string, state: Node['state'], more: Partial<Node> = {}): Node {
  const status = state === 'running' ? 'Ready' : 'NotReady';
  const place = { zoneId: 'z', instanceType: 't', vcpus: 4, disks: 1, version: '1.32.1' };
  const network = { vSwitchId: null, address: null, securityGroupId: null };
  const owner = { account: 'a', clusterId: 'c', nodePoolId: 'p' };
  return {
    id,
    name: id,
    state,
    status,
    generation: 2,
    error: null,
    createdAt: new Date(0),
    role: 'WORKER',
    instanceId: null,
    chargeType: 'POSTPAID',
    origin: 'SCALING_GROUP',
    attachOptions: null,
    removalOptions: null,
    idleSince: null,
    sysctls: {},
    ...place,
    ...network,
    ...owner,
    ...more,
  };
}

const pool = (desiredSize: number) => ({ name: 'workers', desiredSize, generation: 2 });
const ids = (nodes: readonly Node[]) => nodes.map(({ id }) => id);

describe('plan of a node pool', () => {
  it.each([
    { name: 'nothing yet', desiredSize: 2, nodes: [], missing: 2, leaving: [] },
    { name: 'enough', desiredSize: 1, nodes: [node('1', 'running')], missing: 0, leaving: [] },
    {
      name: 'one failed in this generation',
      desiredSize: 1,
      nodes: [node('1', 'failed')],
      missing: 0,
      leaving: [],
    },
    {
      name: 'one failed in an earlier generation',
      desiredSize: 1,
      nodes: [node('1', 'failed', { generation: 1 })],
      missing: 1,
      leaving: ['1'],
    },
    {
      name: 'one on its way out',
      desiredSize: 1,
      nodes: [node('1', 'removing')],
      missing: 1,
      leaving: ['1'],
    },
    {
      name: 'too many',
      desiredSize: 1,
      nodes: [node('1', 'running'), node('2', 'running')],
      missing: 0,
      leaving: ['2'],
    },
    {
      name: 'desired size 0',
      desiredSize: 0,
      nodes: [node('1', 'starting'), node('2', 'pending')],
      missing: 0,
      leaving: ['1', '2'],
    },
  ])('with $name', ({ desiredSize, nodes, missing, leaving }) => {
    const plan = planPool(pool(desiredSize), nodes);
    expect({ missing: plan.missing, leaving: ids(plan.leaving) }).toEqual({ missing, leaving });
    expect(plan.kept.length + plan.leaving.length).toBe(nodes.length);
  });

  it('deletes failed nodes first, then nodes that are not ready, then the newest', () => {
    const nodes = [
      node('1', 'running'),
      node('2', 'running'),
      node('3', 'running', { status: 'NotReady' }),
      node('4', 'starting'),
      node('5', 'pending'),
      node('6', 'failed'),
    ];
    expect(ids(removalOrder(nodes))).toEqual(['6', '5', '4', '3', '2', '1']);
  });
});

describe('result of a generation', () => {
  it('counts the created, the failed and the rejected nodes of the generation', () => {
    const error = { code: 'OUT_OF_STOCK', message: 'None left.' };
    const nodes = [
      node('1', 'running', { generation: 1 }),
      node('2', 'running'),
      node('3', 'failed', { error }),
    ];
    expect(resultOf(pool(5), nodes)).toMatchObject({
      created: 1,
      failed: 3,
      failures: [error, { code: 'QUOTA_EXCEEDED' }, { code: 'QUOTA_EXCEEDED' }],
    });
  });

  it.each([
    { created: 2, failed: 0, canceled: false, state: 'SUCCEEDED' },
    { created: 0, failed: 0, canceled: false, state: 'SUCCEEDED' },
    { created: 1, failed: 1, canceled: false, state: 'PARTIAL' },
    { created: 0, failed: 1, canceled: false, state: 'FAILED' },
    { created: 1, failed: 1, canceled: true, state: 'CANCELED' },
  ])('ends $state with $created made and $failed failed', ({ created, failed, canceled, state }) => {
    expect(endState({ created, failed }, { cancelRequestedAt: canceled ? new Date(0) : null })).toBe(state);
  });
});
