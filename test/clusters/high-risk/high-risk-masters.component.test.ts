import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitForOperation, requestCluster } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { componentsSettled } from '../upgrade/upgrade-kit.js';
import { type HighRisk, openHighRisk, type Target } from './high-risk-kit.js';

let risks: HighRisk;
beforeAll(async () => {
  risks = await openHighRisk();
});
afterAll(() => risks[Symbol.asyncDispose]());

/** Status of the cluster's condition `ControlPlaneHealthy`. */
const health = async (id: string) =>
  (await risks.view(id)).conditions.find(({ type }) => type === 'ControlPlaneHealthy')?.status;

describe('high-risk operations on masters', { timeout: 200_000 }, () => {
  async function dedicated() {
    const { clusterId: id, operationId } = await requestCluster(risks.world, 1, {
      type: 'KUBERNETES',
      spec: null,
    });
    expect(await waitForOperation(risks.world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    await componentsSettled(risks.world, id);
    const masters = await risks.world.prisma.node.findMany({
      where: { clusterId: id, role: 'MASTER' },
      orderBy: { id: 'asc' },
    });
    return { id, masters };
  }
  const master = (id: string, number: number, nodeId?: string): Target => ({
    ...{ clusterId: id, operation: `cluster.master-node.${number}` },
    ...(nodeId !== undefined && { nodeId }),
  });
  const becomes = (id: string, state: string) =>
    eventually(async () => (await risks.view(id)).state === state, { what: state });
  const doneForGood = async (target: Target) => {
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED' },
    ]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    expect((await risks.change('remediate', target)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  };

  it('a high-risk operation on one master makes it unavailable and degrades the control plane until it is remediated', async () => {
    const { id, masters } = await dedicated();
    expect(masters).toHaveLength(3);
    for (const number of [1, 6, 7]) {
      const nodeId = masters[0]!.id;
      await risks.done('perform', master(id, number, nodeId));
      await risks.nodeBecomes(nodeId, 'NotReady');
      await eventually(async () => (await health(id)) === 'False', { what: `degraded by ${number}` });
      expect((await risks.view(id)).state).toBe('RUNNING');
      await risks.done('remediate', master(id, number, nodeId));
      await risks.nodeBecomes(nodeId, 'Ready');
      await eventually(async () => (await health(id)) === 'True', { what: `whole after ${number}` });
    }
    // Without both masters there is no quorum; changed component versions stop the API of a master at once.
    const two = masters.slice(0, 2).map((node) => master(id, 6, node.id));
    for (const target of two) await risks.done('perform', target);
    await becomes(id, 'UNAVAILABLE');
    for (const target of two) await risks.done('remediate', target);
    await becomes(id, 'RUNNING');
    await risks.done('perform', master(id, 4));
    await becomes(id, 'UNAVAILABLE');
    await risks.done('remediate', master(id, 4));
    await becomes(id, 'RUNNING');
    // Two masters that no remediation restores.
    await doneForGood(master(id, 2, masters[0]!.id));
    await risks.nodeBecomes(masters[0]!.id, 'NotReady');
    expect((await risks.view(id)).state).toBe('RUNNING');
    await doneForGood(master(id, 3, masters[1]!.id));
    await becomes(id, 'UNAVAILABLE');
  });

  it('a master stays unavailable after its core directories are deleted', async () => {
    const { id, masters } = await dedicated();
    await doneForGood(master(id, 5, masters[2]!.id));
    await risks.nodeBecomes(masters[2]!.id, 'NotReady');
    expect((await risks.view(id)).state).toBe('RUNNING');
    await doneForGood(master(id, 8));
    await becomes(id, 'UNAVAILABLE');
  });

  it('adding or removing masters outside the platform makes the cluster permanently unavailable', async () => {
    const { id } = await dedicated();
    await doneForGood(master(id, 9));
    await becomes(id, 'UNAVAILABLE');
  });

  it('only dedicated clusters accept operations on masters', async () => {
    for (const number of [4, 8, 9]) {
      const target = { ...master(risks.clusterId, number), acknowledgeRisk: true };
      expect((await risks.change('perform', target)).userErrors).toMatchObject([
        { code: 'UNSUPPORTED_BY_KIND', path: ['input', 'clusterId'] },
      ]);
    }
  });
});
