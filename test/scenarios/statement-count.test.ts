import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, createCluster, operationEnd, type Seat } from '../kit/main-job.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { raiseQuotas } from '../kit/quotas.js';

/** Three levels over four subgraphs: clusters, regions, quotas, workloads; observability beside them. */
const FLEET = `query Fleet($first: Int) {
  clusters(first: $first) {
    nodes {
      id name state
      region { name city timeZone { id utcOffset } }
      quotas { resource limit used }
      nodePools(first: 5) { nodes { name desiredSize totalNodes healthyNodes nodes(first: 5) { nodes { name zone { region { id } } } } } }
      operations(first: 1) { nodes { type state } }
      workloads(first: 5, filter: { kind: DEPLOYMENT }) { nodes { namespace name readyReplicas } }
      events(first: 3) { nodes { type message } }
    }
  }
}`;

let platform: TestPlatform;
let seat: Seat;

beforeAll(async () => {
  platform = await startTestPlatform();
  seat = { url: platform.url, account: 'acme' };
  await raiseQuotas(seat, { 'payg-vcpu': 1_000 });
  const created = await Promise.all(Array.from({ length: 50 }, (_, i) => createCluster(seat, `c-${i}`, 1)));
  for (const { operationId } of created) await operationEnd(seat, operationId);
}, 240_000);
afterAll(() => platform[Symbol.asyncDispose]());

test('a three-level query over four subgraphs costs the same number of statements for 1 and for 50 clusters', async () => {
  const cheapest = async (first: number) => {
    const runs: string[][] = [];
    // The engine's own statements run in between; the run that met the fewest of them is the query's own cost.
    for (let run = 0; run < 4; run++) runs.push(await platform.statements(() => ask(seat, FLEET, { first })));
    return runs.sort((a, b) => a.length - b.length)[0]!;
  };
  const one = await cheapest(1);
  const fifty = await cheapest(50);
  expect(fifty.length, `${one.join('\n')}\n--- fifty\n${fifty.join('\n')}`).toBe(one.length);
  expect(fifty.length).toBeLessThan(25);
}, 180_000);
