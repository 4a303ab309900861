import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiServer } from '../../engine/kubernetes/api-server.js';
import { KubernetesClient, type KubernetesObject } from '../../engine/kubernetes/client.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const names = Array.from({ length: 9 }, (_, index) => `item-${index}`);
const labelSelector = 'paged';
/** One chunk of the list. */
const limit = 3;

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('lists', 1);
  for (const name of names)
    await cluster.api('POST', CONFIG_MAPS, { metadata: { name, labels: { paged: 'yes' } } });
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Changes one object until the revision of a started list expires. */
async function outlive(): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        cluster.api('PATCH', `${CONFIG_MAPS}/item-0`, { data: { key: `${round}-${index}` } }, MERGE),
      ),
    );
  }
}

const page = (next: string) =>
  cluster.api('GET', `${CONFIG_MAPS}?labelSelector=paged&limit=${limit}&continue=${next}`);
const namesOf = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata?.name);

test('returns 410 with a continue token for the current state after a list has expired', async () => {
  const first = await page('');
  await outlive();
  const expired = await page(first.body.metadata.continue ?? '');
  expect(expired).toMatchObject({ status: 410, body: { kind: 'Status', reason: 'Expired' } });
  const rest = await page(expired.body.metadata.continue ?? '');
  expect(namesOf(rest.body.items)).toEqual(names.slice(3, 6));
  const last = await page(rest.body.metadata.continue ?? '');
  expect(namesOf(last.body.items)).toEqual(names.slice(6));
});

test('continues an expired list to its end, with each object once', async () => {
  const { id: clusterId, server, token, config } = cluster;
  const caData = config.getCurrentCluster()?.caData ?? '';
  await using api = new ApiServer({ clusterId, account: 'acme', server, token, caData });
  const client = new KubernetesClient(api, { clusterId });
  const seen: (string | undefined)[] = [];
  for await (const chunk of client.chunks(CONFIG_MAPS, { limit, labelSelector })) {
    seen.push(...namesOf(chunk));
    // The revision expires before each page.
    await outlive();
  }
  expect(seen).toEqual(names);
});
