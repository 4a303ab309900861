import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ControlPlaneRequest,
  InfrastructureProvider,
  InstanceRequest,
} from '../../engine/providers/infrastructure-provider.js';
import { newId } from '../../kernel/ids.js';
import { eventually } from '../kit/eventually.js';
import { masterCredentials } from '../kit/client-tokens.js';

/** A provider under test, with a region and versions that it offers. */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly provider: InfrastructureProvider;
  readonly regionId: string;
  readonly zoneIds: readonly string[];
  readonly instanceType: string;
  /** A version, and an upgrade target of it. */
  readonly versions: readonly [string, string];
}

/** Contract tests that every infrastructure provider must pass. */
export function providerContract(name: string, open: () => Promise<ProviderUnderTest>): void {
  describe(`the provider ${name}`, () => {
    let world: ProviderUnderTest;
    let request: ControlPlaneRequest;
    const clusterId = newId('cluster');
    const nodePoolId = newId('nodePool');
    beforeAll(async () => {
      world = await open();
      const { regionId, zoneIds, versions } = world;
      request = { clusterId, account: 'acme', regionId, zoneIds, version: versions[0], masters: 0 };
    });
    afterAll(() => world[Symbol.asyncDispose]());

    const node = (): InstanceRequest => {
      const id = newId('node');
      return {
        id,
        name: `n-${id.slice(-12)}`,
        nodePoolId,
        instanceTypes: [world.instanceType],
        zoneIds: world.zoneIds,
      };
    };

    it('has no control plane before it is requested', async () => {
      expect(await world.provider.controlPlane(clusterId)).toBeUndefined();
      expect(await world.provider.instances(clusterId)).toEqual([]);
    });

    it('creates one control plane for repeated requests', async () => {
      const first = await world.provider.ensureControlPlane(request);
      const again = await world.provider.ensureControlPlane(request);
      expect(again.readyAt).toEqual(first.readyAt);
      const running = await eventually(async () => {
        const plane = await world.provider.controlPlane(clusterId);
        return plane?.state === 'RUNNING' && plane;
      });
      expect(running).toMatchObject({ version: world.versions[0], server: first.server });
    });

    it('issues credentials for the Kubernetes API', async () => {
      const credentials = await world.provider.credentials(clusterId, masterCredentials('tester'));
      expect(credentials.server).toMatch(/^https?:/);
      expect(credentials.token).not.toBe('');
      expect(credentials.expiresAt.getTime()).toBeGreaterThan(0);
    });

    it('creates one instance per id for repeated requests and returns them in order', async () => {
      const requests = [node(), node(), node()];
      const made = await world.provider.ensureInstances(clusterId, requests);
      expect(made.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
      const again = await world.provider.ensureInstances(clusterId, [...requests].reverse());
      expect(again.map(({ id }) => id)).toEqual(requests.map(({ id }) => id).reverse());
      await eventually(async () =>
        (await world.provider.instances(clusterId, nodePoolId)).every(({ state }) => state === 'RUNNING'),
      );
      expect(await world.provider.instances(clusterId, nodePoolId)).toHaveLength(3);
      expect(await world.provider.instances(clusterId, newId('nodePool'))).toEqual([]);
    });

    it('reports an instance that it cannot create and creates the others', async () => {
      const impossible = { ...node(), instanceTypes: ['no.such.type'] };
      const possible = node();
      const [failed, made] = await world.provider.ensureInstances(clusterId, [impossible, possible]);
      expect(failed).toMatchObject({ state: 'FAILED', failure: { code: expect.any(String) } });
      expect(made?.state).not.toBe('FAILED');
      const remove = () =>
        world.provider.deleteInstances(clusterId, [impossible.id, possible.id], { drain: false });
      await eventually(async () => (await remove()).length === 0);
    });

    it('cancels an unfinished upgrade of the control plane, idempotently', async () => {
      const [from, target] = world.versions;
      await world.provider.upgradeControlPlane(clusterId, target);
      await eventually(async () => {
        const plane = await world.provider.cancelControlPlaneUpgrade(clusterId);
        // An upgrade that has finished in the meantime is kept.
        expect([from, target]).toContain(plane.version);
        return plane.state === 'RUNNING';
      });
      expect(await world.provider.cancelControlPlaneUpgrade(clusterId)).toMatchObject({ state: 'RUNNING' });
    });

    it('lists no high-risk operations before one is performed, also for an unknown cluster', async () => {
      expect(await world.provider.highRiskOperationRecords(clusterId)).toEqual([]);
      expect(await world.provider.highRiskOperationRecords(newId('cluster'))).toEqual([]);
    });

    it('throws NOT_FOUND for a high-risk operation on a target that does not exist in the cloud', async () => {
      const target = { operation: 'node-pool.scaling-group.5', nodePoolId: newId('nodePool') };
      const rejected = expect.objectContaining({ problem: expect.objectContaining({ code: 'NOT_FOUND' }) });
      await expect(world.provider.performHighRiskOperation(clusterId, target)).rejects.toEqual(rejected);
      await expect(world.provider.remediateHighRiskOperation(newId('cluster'), target)).rejects.toEqual(
        rejected,
      );
    });

    it('upgrades the control plane and instances, idempotently', async () => {
      const target = world.versions[1];
      await world.provider.upgradeControlPlane(clusterId, target);
      await eventually(async () => {
        const plane = await world.provider.upgradeControlPlane(clusterId, target);
        return plane.state === 'RUNNING' && plane.version === target;
      });
      const [instance] = await world.provider.instances(clusterId, nodePoolId);
      await eventually(async () => {
        const upgraded = await world.provider.upgradeInstance(clusterId, instance?.id ?? '', target);
        return upgraded?.state === 'RUNNING' && upgraded.version === target;
      });
      expect(await world.provider.upgradeInstance(clusterId, 'node_gone', target)).toBeUndefined();
    });

    it('deletes instances and ignores unknown ones', async () => {
      const ids = (await world.provider.instances(clusterId, nodePoolId)).map(({ id }) => id);
      const remove = () =>
        world.provider.deleteInstances(clusterId, [...ids, newId('node')], { drain: true });
      await eventually(async () => (await remove()).length === 0);
      expect(await world.provider.instances(clusterId, nodePoolId)).toEqual([]);
    });

    it('keeps one scaling group per pool with the bounds that were set last', async () => {
      const { provider } = world;
      const pool = newId('nodePool');
      const made = await provider.ensureScalingGroup(clusterId, pool, {
        minSize: 0,
        maxSize: 2000,
        desiredSize: 2,
      });
      const bounds = { minSize: 1, maxSize: 5, desiredSize: 2 };
      const changed = await provider.ensureScalingGroup(clusterId, pool, bounds);
      expect(changed).toMatchObject({ id: made.id, nodePoolId: pool, state: 'ACTIVE', ...bounds });
      const groups = await provider.scalingGroups(clusterId);
      expect(groups.filter(({ nodePoolId: of }) => of === pool)).toMatchObject([bounds]);
      await provider.deleteScalingGroup(clusterId, pool);
      expect((await provider.scalingGroups(clusterId)).some(({ nodePoolId: of }) => of === pool)).toBe(false);
    });

    it('detaches an instance that is not released, and attaches it again', async () => {
      const { provider } = world;
      const request = node();
      await provider.ensureInstances(clusterId, [request]);
      const running = await eventually(async () =>
        (await provider.instances(clusterId, nodePoolId)).find(
          (instance) => instance.id === request.id && instance.state === 'RUNNING',
        ),
      );
      const remove = () =>
        provider.deleteInstances(clusterId, [request.id], { drain: false, release: false });
      await eventually(async () => (await remove()).length === 0);
      const providerId = running.providerId ?? '';
      expect(await provider.unattachedInstances('acme', { ids: [providerId] })).toMatchObject([
        { id: providerId, instanceType: world.instanceType, formerClusterId: clusterId, releasable: true },
      ]);
      expect(await provider.unattachedInstances('globex', { ids: [providerId] })).toEqual([]);
      const again = { id: newId('node'), name: 'n-again', nodePoolId, providerId, mode: 'AUTO' } as const;
      const unknown = { ...again, id: newId('node'), name: 'n-unknown', providerId: 'i-unknown' };
      const [joined, rejected] = await provider.attachInstances(clusterId, [again, unknown]);
      expect(joined).toMatchObject({ id: again.id, providerId });
      expect(rejected).toMatchObject({ state: 'FAILED', failure: { code: 'NOT_FOUND' } });
      expect(await provider.attachInstances(clusterId, [again])).toMatchObject([
        { id: again.id, providerId },
      ]);
      await eventually(
        async () => (await provider.deleteInstances(clusterId, [unknown.id], { drain: false })).length === 0,
      );
    });

    it('converts a running instance to subscription, restarts it and gives it a new system disk', async () => {
      const { provider } = world;
      const running = () =>
        eventually(async () =>
          (await provider.instances(clusterId, nodePoolId)).find(({ state }) => state === 'RUNNING'),
        );
      const { id } = await running();
      expect(await provider.convertInstance(clusterId, id, 'PREPAID')).toMatchObject({
        id,
        chargeType: 'PREPAID',
      });
      expect(await provider.convertInstance(clusterId, id, 'PREPAID')).toMatchObject({
        chargeType: 'PREPAID',
      });
      expect(await provider.repairInstance(clusterId, id, 'RESTART')).toMatchObject({
        id,
        state: 'STARTING',
      });
      await running();
      expect(await provider.repairInstance(clusterId, id, 'RESET')).toMatchObject({ id, state: 'STARTING' });
      const { providerId = '' } = await running();
      await eventually(
        async () => (await provider.deleteInstances(clusterId, [id], { drain: false })).length === 0,
      );
      // Subscription instances cannot be released.
      expect(await provider.releaseUnattachedInstance('acme', providerId)).toMatchObject({
        code: 'INSTANCE_NOT_RELEASABLE',
      });
    });

    it('deletes a cluster and reports when nothing remains, also for an unknown cluster', async () => {
      await eventually(() => world.provider.deleteCluster(clusterId));
      expect(await world.provider.controlPlane(clusterId)).toBeUndefined();
      expect(await world.provider.deleteCluster(newId('cluster'))).toBe(true);
      expect(await world.provider.deleteInstances(clusterId, [newId('node')], { drain: true })).toEqual([]);
    });
  });
}
