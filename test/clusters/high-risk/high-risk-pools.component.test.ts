import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue } from '../../../engine/jobs/queue.js';
import { waitForOperation } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { runningCluster } from '../upgrade/upgrade-kit.js';
import { type ConditionedView, type HighRisk, openHighRisk } from './high-risk-kit.js';

let risks: HighRisk;
beforeAll(async () => {
  risks = await openHighRisk();
});
afterAll(() => risks[Symbol.asyncDispose]());

describe('high-risk operations on pods and node pools', { timeout: 200_000 }, () => {
  const poolsOf = async (id: string) =>
    (
      await risks.ask<{
        cluster: { nodePools: { nodes: { id: string; state: string; healthyNodes: number }[] } };
      }>(`query ($id: ID!) { cluster(id: $id) { nodePools { nodes { id state healthyNodes } } } }`, { id })
    ).cluster.nodePools.nodes;
  const eventsOfType = async (id: string, type: string) =>
    (await risks.world.prisma.event.findMany({ where: { clusterId: id, type } })).length;

  it('network.kernel.3 fails the health checks of the pods on the node, and its recovery makes them Ready', async () => {
    const [node] = await risks.workers(risks.clusterId);
    const path = '/api/v1/namespaces/default/pods';
    const pod = (name: string, probe: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: node!.name, containers: [{ name: 'web', image: 'web', ...probe }] },
    });
    await risks.client.create(path, pod('probed', { readinessProbe: { tcpSocket: { port: 80 } } }));
    await risks.client.create(path, pod('plain', {}));
    const ready = async (name: string) => {
      const { status } = await risks.client.get<ConditionedView>(`${path}/${name}`);
      return status.conditions?.find(({ type }) => type === 'Ready')?.status;
    };
    const all = async () => [await ready('probed'), await ready('plain')].join();
    await eventually(async () => (await all()) === 'True,True', { what: 'ready pods' });
    const target = { clusterId: risks.clusterId, operation: 'network.kernel.3', nodeId: node!.id };
    await risks.done('perform', target);
    await eventually(async () => (await all()) === 'False,True', { what: 'failing probes' });
    await risks.done('remediate', target);
    await eventually(async () => (await all()) === 'True,True', { what: 'probes that succeed' });
    for (const name of ['probed', 'plain']) await risks.client.delete(`${path}/${name}`);
  });

  it('node-pool.scaling-group.3: a pool whose instance was released returns to its size', async () => {
    const { clusterId: id } = await runningCluster(risks.world, '1.34.3', 2);
    const [node] = await risks.workers(id);
    const target = { clusterId: id, operation: 'node-pool.scaling-group.3', nodeId: node!.id };
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED' },
    ]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    await eventually(
      async () => {
        await enqueue(risks.world.prisma, 'pool-drift', id);
        const workers = await risks.workers(id);
        return workers.length === 2 && workers.every((worker) => worker.id !== node!.id);
      },
      { what: 'another node' },
    );
  });

  it('node-pool.scaling-group.5: the platform detects changed bounds and restores them, and so does remediation', async () => {
    const { clusterId: id } = await runningCluster(risks.world, '1.34.3', 1);
    const [pool] = await poolsOf(id);
    const target = { clusterId: id, operation: 'node-pool.scaling-group.5', nodePoolId: pool!.id };
    await risks.done('perform', target);
    await eventually(async () => (await eventsOfType(id, 'SCALING_GROUP_REPAIRED')) === 1, {
      what: 'the repair',
    });
    await eventually(async () => (await risks.findings(id)).length === 0, { what: 'no finding' });
    const bounds = async () => {
      const [group] = await risks.world.platform.provider.scalingGroups(id);
      return [group?.minSize, group?.maxSize];
    };
    expect(await bounds()).toEqual([0, 2000]);
    // Remediation may run before or after the platform's drift check; in both orders the pool's bounds result.
    await risks.done('perform', target);
    await risks.done('remediate', target);
    expect(await bounds()).toEqual([0, 2000]);
  });

  it('node-pool.scaling-group.1 makes the pool permanently UNHEALTHY; only a new pool helps', async () => {
    const { clusterId: id } = await runningCluster(risks.world, '1.34.3', 1);
    const [pool] = await poolsOf(id);
    const target = { clusterId: id, operation: 'node-pool.scaling-group.1', nodePoolId: pool!.id };
    expect(
      (await risks.change('perform', { ...target, nodePoolId: 'nodepool_none' })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'nodePoolId'] }]);
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED' },
    ]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    await eventually(async () => (await poolsOf(id))[0]?.state === 'UNHEALTHY', { what: 'UNHEALTHY' });
    expect((await risks.view(id)).highRiskFindings).toMatchObject([{ nodePool: { id: pool!.id } }]);
    expect((await risks.change('remediate', target)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    const full = { ...target, operation: 'node-pool.scaling-group.5' };
    expect((await risks.change('perform', full)).userErrors).toMatchObject([
      { code: 'SCALING_GROUP_MISSING', path: ['input'] },
    ]);
    const scale = `mutation ($input: ScaleNodePoolInput!) { scaleNodePool(input: $input) { userErrors { code } } }`;
    const { scaleNodePool } = await risks.ask<{ scaleNodePool: { userErrors: { code: string }[] } }>(scale, {
      input: { nodePoolId: pool!.id, desiredSize: 2 },
    });
    expect(scaleNodePool.userErrors).toEqual([{ code: 'SCALING_GROUP_MISSING' }]);
  });

  it.each([4, 6, 7])('node-pool.scaling-group.%i is performed by a mutation', async (number) => {
    const target = {
      clusterId: risks.clusterId,
      operation: `node-pool.scaling-group.${number}`,
      acknowledgeRisk: true,
    };
    const { userErrors } = await risks.change('perform', target);
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'highRiskOperationId'] }]);
    expect(userErrors[0]?.message).toContain('mutation');
  });
});

describe('findings of high-risk operations on a node', { timeout: 200_000 }, () => {
  it('lists each occurrence once, and none after the node was removed', async () => {
    const { clusterId: id } = await runningCluster(risks.world, '1.34.3', 2);
    const [node] = await risks.workers(id);
    const target = { clusterId: id, operation: 'cluster.worker-node.4', nodeId: node!.id };
    await risks.done('perform', target);
    await eventually(async () => (await risks.findings(id)).length === 1, { what: 'a finding' });
    const since = (await risks.view(id)).highRiskFindings[0]?.since;
    await risks.done('remediate', target);
    await risks.done('perform', target);
    await eventually(
      async () => {
        const [finding] = (await risks.view(id)).highRiskFindings;
        return finding !== undefined && finding.since !== since;
      },
      { what: 'another finding' },
    );
    const remove = `mutation ($input: RemoveNodesInput!) { removeNodes(input: $input) { operation { id } userErrors { code message } } }`;
    type Removed = { removeNodes: { operation: { id: string } | null; userErrors: unknown[] } };
    const { removeNodes } = await risks.ask<Removed>(remove, {
      input: { nodePoolId: node!.nodePoolId, nodeIds: [node!.id], drain: false },
    });
    expect(removeNodes.userErrors).toEqual([]);
    await waitForOperation(risks.world, removeNodes.operation!.id);
    await eventually(async () => (await risks.findings(id)).length === 0, { what: 'no finding' });
  });
});
