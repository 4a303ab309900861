import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

/** Objects of a deletion: many more than one turn of the event loop deletes. */
const OBJECTS = 2_000;

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('emptied');
  // A standard cluster would limit the rate of so many lists.
  await simulator.cloud('PUT', '/clusters/emptied/edition', { edition: 'PRO' });
});
afterAll(() => simulator[Symbol.asyncDispose]());

const configMapsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;

async function fill(namespace: string): Promise<void> {
  await cluster.api('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const metadata = { generateName: 'map-' };
  for (let created = 0; created < OBJECTS; created += 100)
    await Promise.all(
      Array.from({ length: 100 }, () => cluster.api('POST', configMapsOf(namespace), { metadata })),
    );
}

/** Numbers of ConfigMaps that a client sees until few are left. */
async function countsOf(namespace: string): Promise<number[]> {
  const counts: number[] = [];
  for (let count = OBJECTS; count > 2;) {
    const { body } = await cluster.api('GET', `${configMapsOf(namespace)}?limit=1`);
    count = body.items.length + (body.metadata.remainingItemCount ?? 0);
    counts.push(count);
  }
  return counts;
}

const isPart = (count: number) => count > 2 && count < OBJECTS;

test('answers other requests while it deletes a large collection', async () => {
  await fill('collection');
  const deleted = cluster.api('DELETE', configMapsOf('collection'));
  const counts = await countsOf('collection');
  expect(counts.some(isPart)).toBe(true);
  expect((await deleted).status).toBe(200);
});

test('answers other requests while it empties a large namespace', async () => {
  await fill('namespace');
  await cluster.api('DELETE', '/api/v1/namespaces/namespace');
  const counts = await countsOf('namespace');
  expect(counts.some(isPart)).toBe(true);
});
