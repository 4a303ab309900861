import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { fleetgraphPage } from '../../roles/fleetgraph-page.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { eventually } from '../kit/eventually.js';
import { record } from '../kit/subscribe.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const [fleet, create, watch] = fleetgraphPage.tabs.map(({ query }) => query);

test('validates the initial documents of GraphiQL against the schema', async () => {
  const schema = buildSchema(await readFile(join(packageRoot, 'client/schema.graphql'), 'utf8'));
  const problems = fleetgraphPage.tabs.flatMap(({ query }) => validate(schema, parse(query)));
  expect(problems.map(({ message }) => message)).toEqual([]);
});

test('runs the query, the mutation and the subscription of GraphiQL', async () => {
  const response = await platform.request<{ regions: unknown[] }>(String(fleet));
  expect(response.errors).toBeUndefined();
  expect(response.data?.regions.length).toBeGreaterThan(0);

  for (const _ of ['first', 'again']) {
    const { data } = await platform.request<{ createCluster: object }>(String(create));
    expect(data?.createCluster).toMatchObject({ cluster: { id: expect.any(String) }, userErrors: [] });
  }
  const { data } = await platform.request<{ clusters: object }>(String(fleet));
  expect(data?.clusters).toMatchObject({ totalCount: 1, nodes: [{ name: 'shop' }] });

  using recording = await record<object>(platform.url, { query: String(watch) });
  const first = await eventually(() => recording.events[0]);
  expect(first).toMatchObject({ watchClusters: { cluster: { name: 'shop' } } });
});
