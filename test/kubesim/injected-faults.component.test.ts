import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { type ApiResponse, startSimulator, type Simulator } from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface InjectedFault {
  readonly operation: string;
  readonly instanceId?: string;
  readonly service?: string;
}
interface Incident {
  readonly kind: string;
  readonly cause: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}
interface ListedNode {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

const perform = (id: string, fault: InjectedFault): Promise<ApiResponse> =>
  simulator.cloud('PUT', `/clusters/${id}/faults`, fault);
const remediate = (id: string, fault: InjectedFault): Promise<ApiResponse> =>
  simulator.cloud('POST', `/clusters/${id}/faults/remediate`, fault);

async function faults(id: string): Promise<readonly InjectedFault[]> {
  const { body } = await simulator.cloud('GET', `/clusters/${id}/faults`);
  return (body as unknown as { faults: InjectedFault[] }).faults;
}

/** Status of a condition of a node, e.g. of `Ready`; undefined if it has none. */
async function condition(id: string, name: string, type: string): Promise<string | undefined> {
  const { body } = await (await simulator.access(id)).api('GET', `/api/v1/nodes/${name}`);
  return (body as unknown as ListedNode).status.conditions.find((condition) => condition.type === type)
    ?.status;
}

async function firstNode(id: string) {
  const { body } = await simulator.cloud('GET', `/clusters/${id}/instances`);
  return body.instances[0] as unknown as { id: string; name: string; zoneId: string };
}

async function incidents(id: string): Promise<readonly Incident[]> {
  const { body } = await simulator.cloud('GET', `/clusters/${id}`);
  return (body as unknown as { incidents: Incident[] }).incidents;
}

/** Operations on the node's instance: system disk, address and network. */
const DISK = 'cluster.worker-node.2';
const ADDRESS = 'cluster.worker-node.4';
const FIREWALL = 'network.node.1';

describe('node with several problems', () => {
  it('becomes Ready when all problems have ended, in any order', async () => {
    const { id } = await simulator.cluster('several', 1);
    const node = await firstNode(id);
    const zone = (on: boolean) => simulator.cloud('PUT', `/zones/${node.zoneId}/power`, { on });
    const power = (on: boolean) =>
      simulator.cloud('PUT', `/clusters/${id}/instances/${node.id}/power`, { on });
    const connected = (is: boolean) =>
      simulator.cloud('PUT', `/clusters/${id}/instances/${node.id}/connection`, { connected: is });
    const address = { operation: ADDRESS, instanceId: node.id };
    const troubles: { begin(): Promise<unknown>; end(): Promise<unknown> }[] = [
      { begin: () => zone(false), end: () => zone(true) },
      { begin: () => power(false), end: () => power(true) },
      { begin: () => connected(false), end: () => connected(true) },
      { begin: () => perform(id, address), end: () => remediate(id, address) },
    ];
    for (let last = 0; last < troubles.length; last += 1) {
      const others = troubles.filter((_, index) => index !== last);
      for (const { begin } of troubles) await begin();
      await eventually(async () => (await condition(id, node.name, 'Ready')) === 'Unknown');
      for (const { end } of others) {
        await end();
        expect(await condition(id, node.name, 'Ready'), `while trouble ${last} lasts`).toBe('Unknown');
      }
      await troubles[last]!.end();
      expect(await condition(id, node.name, 'Ready')).toBe('True');
    }
  });

  it('keeps its network problem when its kubelet becomes reachable', async () => {
    const { id } = await simulator.cluster('network', 1);
    const node = await firstNode(id);
    const firewall = { operation: FIREWALL, instanceId: node.id };
    await perform(id, firewall);
    for (const on of [false, true]) {
      await simulator.cloud('PUT', `/clusters/${id}/instances/${node.id}/power`, { on });
      expect(await condition(id, node.name, 'NetworkUnavailable')).toBe('True');
    }
    await remediate(id, firewall);
    expect(await condition(id, node.name, 'NetworkUnavailable')).toBe('False');
  });
});

describe('fault of an instance', () => {
  it('survives a restart; a system disk replacement ends only faults of the disk', async () => {
    const { id } = await simulator.cluster('repairs', 1);
    const node = await firstNode(id);
    const repaired = async (action: 'RESTART' | 'RESET') => {
      await simulator.cloud('POST', `/clusters/${id}/instances/${node.id}/repair`, { action });
      await eventually(async () => {
        simulator.clock.advance(1_000);
        const { body } = await simulator.cloud('GET', `/clusters/${id}/instances`);
        return body.instances[0]?.state === 'RUNNING';
      });
    };
    for (const operation of [DISK, FIREWALL, ADDRESS]) await perform(id, { operation, instanceId: node.id });
    await repaired('RESTART');
    await eventually(async () => (await condition(id, node.name, 'Ready')) === 'Unknown');
    expect(await faults(id)).toHaveLength(3);
    await repaired('RESET');
    expect(await faults(id)).toMatchObject([{ operation: ADDRESS }]);
    expect(await condition(id, node.name, 'Ready')).toBe('Unknown');
    await remediate(id, { operation: ADDRESS, instanceId: node.id });
    expect(await condition(id, node.name, 'Ready')).toBe('True');
    expect(await condition(id, node.name, 'NetworkUnavailable')).toBe('False');
  });

  it('ends when the instance leaves the cluster', async () => {
    const { id } = await simulator.cluster('leaving', 1);
    const node = await firstNode(id);
    await perform(id, { operation: ADDRESS, instanceId: node.id });
    await simulator.cloud('POST', `/clusters/${id}/instances/delete`, { ids: [node.id], drain: false });
    await eventually(async () => {
      simulator.clock.advance(1_000);
      return (await faults(id)).length === 0;
    });
  });
});

describe('fault of the load balancer of a Service', () => {
  it('ends when the Service is deleted: a new Service of the name has a working load balancer', async () => {
    const { id } = await simulator.cluster('services', 1);
    const { api } = await simulator.access(id);
    const path = '/api/v1/namespaces/default/services';
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    const addressed = async () => {
      simulator.clock.advance(1_000);
      const { body } = await api('GET', `${path}/web`);
      return JSON.stringify(body.status).includes('ingress');
    };
    await api('POST', path, service);
    await eventually(addressed);
    await perform(id, { operation: 'network.load-balancer.4', service: 'default/web' });
    await eventually(async () => !(await addressed()));
    await api('DELETE', `${path}/web`);
    await eventually(async () => (await faults(id)).length === 0);
    await api('POST', path, service);
    await eventually(addressed);
  });
});

describe('fault of masters', () => {
  it('is rejected for a managed control plane', async () => {
    const { id } = await simulator.cluster('managed', 1);
    for (const number of [4, 8, 9]) {
      const { status, body } = await perform(id, { operation: `cluster.master-node.${number}` });
      expect([status, body.code]).toEqual([422, 'UNSUPPORTED_BY_KIND']);
    }
    expect(await incidents(id)).toEqual([]);
  });

  it('stops the control plane components of the masters: without two of three the API is unavailable', async () => {
    const { id } = await simulator.cluster('masters', 0, { masters: 3 });
    // Masters that start one after the other cause no incident.
    expect(await incidents(id)).toEqual([]);
    const { body } = await simulator.cloud('GET', `/clusters/${id}/instances`);
    const [first, second] = body.instances.map((instance) => ({
      operation: 'cluster.master-node.6',
      instanceId: instance.id,
    }));
    const status = async () => (await (await simulator.access(id)).api('GET', '/api/v1/nodes')).status;
    await perform(id, first!);
    expect(await status()).toBe(200);
    await perform(id, second!);
    expect(await status()).toBe(503);
    const lasting = async () => (await incidents(id)).find(({ endedAt }) => endedAt === null);
    expect(await lasting()).toMatchObject({ kind: 'API_UNAVAILABLE' });
    await remediate(id, first!);
    expect(await status()).toBe(200);
    expect(await lasting()).toMatchObject({ kind: 'DEGRADED' });
    await remediate(id, second!);
    expect(await lasting()).toBeUndefined();
  });
});

describe('incidents of a control plane', () => {
  it('have start and end times of the clock, also across a restart', async () => {
    const { id } = await simulator.cluster('incidents', 0);
    const zone = (letter: string, on: boolean) =>
      simulator.cloud('PUT', `/zones/cn-hangzhou-${letter}/power`, { on });
    const steps: number[] = [];
    const step = async (letter: string, on: boolean) => {
      simulator.clock.advance(60_000);
      steps.push(simulator.clock.now().getTime());
      await zone(letter, on);
    };
    await step('a', false);
    await step('b', false);
    await simulator.restart();
    await step('a', true);
    await step('b', true);
    const found = await incidents(id);
    expect(found.map(({ kind }) => kind)).toEqual(['DEGRADED', 'API_UNAVAILABLE', 'DEGRADED']);
    for (const [index, { startedAt, endedAt }] of found.entries()) {
      // The clock follows the system clock, so a moment passes between reading it and the change.
      expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(steps[index]!);
      expect(Date.parse(startedAt)).toBeLessThan(steps[index + 1]!);
      expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(steps[index + 1]!);
      expect(Date.parse(endedAt ?? '')).toBeLessThan(steps[index + 1]! + 60_000);
    }
  });
});
