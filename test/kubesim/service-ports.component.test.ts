import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('svc');
});
afterAll(() => simulator[Symbol.asyncDispose]());

const SERVICES = '/api/v1/namespaces/default/services';
const MERGE = { 'content-type': 'application/merge-patch+json' };

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly nodePort?: number;
}

const create = (name: string, spec: object) => cluster.api('POST', SERVICES, { metadata: { name }, spec });

/** The node ports of a Service. */
async function nodePortsOf(name: string): Promise<(number | undefined)[]> {
  const { spec } = (await cluster.api('GET', `${SERVICES}/${name}`)).body;
  return (spec['ports'] as Port[]).map(({ nodePort }) => nodePort);
}

test('gives each port of a NodePort Service a node port of its own from 30000 to 32767', async () => {
  const ports = ['a', 'b', 'c'].map((name, index) => ({ name, port: 80 + index }));
  await create('many', { type: 'NodePort', ports });
  const nodePorts = await nodePortsOf('many');
  expect(new Set(nodePorts).size).toBe(3);
  expect(nodePorts.every((port) => port !== undefined && port >= 30_000 && port <= 32_767)).toBe(true);
});

test('gives two protocols of one port the same node port', async () => {
  const ports = [
    { name: 'tcp', port: 53, protocol: 'TCP' },
    { name: 'udp', port: 53, protocol: 'UDP' },
  ];
  await create('dns', { type: 'NodePort', ports });
  expect(new Set(await nodePortsOf('dns')).size).toBe(1);
});

test.each([
  [31_000, 'provided port is already allocated'],
  [80, 'provided port is not in the valid range. The range of valid ports is 30000-32767'],
])('rejects the node port %i: %s', async (nodePort, why) => {
  await create('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 31_000 }] });
  const { status, body } = await create('second', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
  expect(status).toBe(422);
  expect(body.message).toBe(
    `Service "second" is invalid: spec.ports[0].nodePort: Invalid value: ${nodePort}: ${why}`,
  );
});

test('keeps node ports over updates that leave them out, and releases them with the type', async () => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ];
  await create('kept', { type: 'NodePort', ports });
  const before = await nodePortsOf('kept');
  await cluster.api('PATCH', `${SERVICES}/kept`, { spec: { ports: [...ports].reverse() } }, MERGE);
  expect(await nodePortsOf('kept')).toEqual([...before].reverse());
  await cluster.api('PATCH', `${SERVICES}/kept`, { spec: { type: 'ClusterIP' } }, MERGE);
  expect(await nodePortsOf('kept')).toEqual([undefined, undefined]);
});

test.each([
  ['172.21.0.1', 'provided IP is already allocated'],
  [
    '10.0.0.1',
    'the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 172.21.0.0/20',
  ],
])('rejects the cluster address %s: %s', async (clusterIP, why) => {
  const { status, body } = await create('address', { clusterIP, ports: [{ port: 80 }] });
  expect(status).toBe(422);
  expect(body.message).toBe(
    `Service "address" is invalid: spec.clusterIPs: Invalid value: ["${clusterIP}"]: ` +
      `failed to allocate IP ${clusterIP}: ${why}`,
  );
});
