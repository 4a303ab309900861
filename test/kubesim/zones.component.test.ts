import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Simulator } from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

interface ListedNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

/** Zones of unready nodes. */
async function silentZones(id: string): Promise<string[]> {
  const { body } = await (await simulator.access(id)).api('GET', '/api/v1/nodes');
  const zones = (body.items as unknown as ListedNode[])
    .filter(
      ({ status }) => !status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    .map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone'] ?? '');
  return [...new Set(zones)];
}

const power = (zone: string, on: boolean) => simulator.cloud('PUT', `/zones/${zone}/power`, { on });

describe('zone of the simulated cloud', () => {
  it('stops its nodes and starts none during an outage, and recovers them', async () => {
    const cluster = await simulator.cluster('zones-nodes', 3);
    expect(await silentZones(cluster.id)).toEqual([]);
    expect((await power('cn-hangzhou-a', false)).body).toMatchObject({ id: 'cn-hangzhou-a', on: false });
    await eventually(async () => (await silentZones(cluster.id)).join() === 'cn-hangzhou-a');
    const late = { id: 'late', name: 'late', instanceTypes: ['ecs.g7.xlarge'], zoneIds: ['cn-hangzhou-a'] };
    const { body } = await simulator.cloud('PUT', `/clusters/${cluster.id}/instances`, { instances: [late] });
    expect(body.instances).toMatchObject([{ state: 'FAILED', failure: { code: 'OUT_OF_STOCK' } }]);
    await power('cn-hangzhou-a', true);
    expect(await silentZones(cluster.id)).toEqual([]);
  });

  it('keeps its outage across a restart; an outage of two zones stops the API server until they recover', async () => {
    const { id } = await simulator.cluster('zones-restart', 1);
    for (const zone of ['cn-hangzhou-a', 'cn-hangzhou-b']) await power(zone, false);
    await simulator.restart();
    const response = await (await simulator.access(id)).api('GET', '/api/v1/namespaces');
    expect([response.status, response.body.reason]).toEqual([503, 'ServiceUnavailable']);
    for (const zone of ['cn-hangzhou-a', 'cn-hangzhou-b']) await power(zone, true);
    expect((await (await simulator.access(id)).api('GET', '/api/v1/namespaces')).status).toBe(200);
  });

  it('returns 404 for an unknown zone', async () => {
    expect((await power('cn-nowhere-a', false)).status).toBe(404);
    expect(
      (await simulator.cloud('PUT', '/clusters/zones-nodes/replicas/none/power', { on: false })).status,
    ).toBe(404);
  });
});

describe('addresses of a vSwitch', () => {
  const network = {
    // With Terway the pods of the DNS would allocate some of the addresses.
    plugin: 'FLANNEL',
    podCidr: '10.10.0.0/16',
    nodeCidrMask: 24,
    serviceCidr: '172.16.0.0/20',
    vSwitches: [{ id: 'vsw', zoneId: 'cn-hangzhou-a', cidr: '10.9.0.0/28' }],
  };
  const create = (id: string) =>
    simulator.cloud('PUT', `/clusters/${id}`, {
      ...{ account: 'acme', regionId: 'cn-hangzhou', zoneIds: ['cn-hangzhou-a'], version: '1.34.3', network },
    });
  const instances = async (id: string, count: number) => {
    const bodies = Array.from({ length: count }, (_, number) => ({
      ...{
        id: `${id}-${number}`,
        name: `${id}-${number}`,
        instanceTypes: ['ecs.g7.xlarge'],
        zoneIds: ['cn-hangzhou-a'],
      },
    }));
    const { body } = await simulator.cloud('PUT', `/clusters/${id}/instances`, { instances: bodies });
    return body.instances as unknown as { state: string; address?: string; failure?: { code: string } }[];
  };

  it('are allocated once across all clusters, without the four reserved ones, also after a restart', async () => {
    for (const id of ['one', 'two']) await create(id);
    const first = await instances('one', 7);
    await simulator.restart();
    const second = await instances('two', 7);
    const addresses = [...first, ...second].flatMap(({ address }) => address ?? []);
    expect(addresses.length).toBe(12);
    expect(new Set(addresses).size).toBe(12);
    for (const kept of ['10.9.0.0', '10.9.0.13', '10.9.0.14', '10.9.0.15'])
      expect(addresses).not.toContain(kept);
    const failures = second.flatMap(({ failure }) => failure?.code ?? []);
    expect(failures).toEqual(['IP_NOT_AVAILABLE', 'IP_NOT_AVAILABLE']);
    // The deletion of a cluster releases its addresses.
    await simulator.cloud('DELETE', '/clusters/one');
    await eventually(async () => (await simulator.cloud('GET', '/clusters/one')).status === 404);
    await create('three');
    const third = await instances('three', 7);
    expect(third.filter(({ state }) => state === 'FAILED')).toEqual([]);
  });
});
