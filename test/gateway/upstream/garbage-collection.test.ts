import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OperationTypeNode } from 'graphql';
import { expect, test } from 'vitest';
import { CircuitBreakerSource } from '../../../gateway/upstream/circuit-breaker-source.js';
import { LightAbortController } from '../../../gateway/upstream/call/light-abort-controller.js';
import { InFlightRequests } from '../../../gateway/upstream/call/in-flight-requests.js';
import { HttpSource } from '../../../gateway/upstream/http/http-source.js';
import type { SubgraphSource } from '../../../gateway/upstream/call/subgraph-source.js';
import { noopMetrics } from '../../../gateway/metrics/gateway-metrics.js';
import { createLog } from '../../../kernel/log.js';
import { eventually } from '../../kit/eventually.js';
import { startFaultySubgraph } from '../fixtures/faulty-subgraph.js';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

/** Number of objects in each response. */
const PLACES = 500;
const AT_ONCE = 8;
const EACH = 100;

/** Bytes on the heap once the young generation has been collected. */
function used(): number {
  collect({ type: 'minor' });
  collect({ type: 'minor' });
  return process.memoryUsage().heapUsed;
}

/** Sends requests one after the other, and adds the data of their responses to `kept`. */
async function sendAll(
  source: SubgraphSource,
  requests: number,
  person: number,
  kept?: unknown[],
): Promise<void> {
  for (let i = 0; i < requests; i += 1) {
    const actor = { account: 'acme', subject: `person-${person}` };
    const call = {
      actor,
      requestId: `r-${i}`,
      kind: OperationTypeNode.QUERY,
      signal: new LightAbortController(),
    };
    const { data } = await source.execute({ query: '{ places }' }, call);
    // Not `expect`, which keeps its arguments in memory.
    if (!data) throw new Error('the subgraph has not answered');
    kept?.push(data);
  }
}

function together(source: SubgraphSource, requests: number, kept?: unknown[]): Promise<unknown> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, person) => sendAll(source, requests, person, kept)));
}

/** Bytes by which the heap grows with requests. */
async function growth(send: () => Promise<unknown>): Promise<number> {
  const before = used();
  await send();
  return used() - before;
}

test('finished requests are freed by the next scavenge, although others were in flight during a full collection', async () => {
  const places = Array.from({ length: PLACES }, (_, place) => ({ place, name: `number ${place}` }));
  await using faulty = await startFaultySubgraph(JSON.stringify({ data: { places } }));
  const source = new HttpSource({
    name: 'places',
    url: faulty.url,
    inFlightRequests: new InFlightRequests(),
  });
  await using breaker = new CircuitBreakerSource({
    source,
    timeout: 15_000,
    openingTimeout: 15_000,
    metrics: noopMetrics,
    log: createLog('silent'),
  });
  faulty.behavior = 'answers';
  await together(breaker, 20);
  faulty.behavior = 'hangs';
  const inFlight = together(breaker, 1);
  await eventually(() => faulty.waiting.length === AT_ONCE, { what: 'requests that wait' });
  collect();
  faulty.behavior = 'answers';
  for (const response of faulty.waiting) response.end(faulty.response);
  await inFlight;
  const released = await growth(() => together(breaker, EACH));
  const kept: unknown[] = [];
  const retained = await growth(() => together(breaker, EACH, kept));
  expect(kept).toHaveLength(AT_ONCE * EACH);
  expect(released).toBeLessThan(retained / 2);
});
