import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { actualCost, actualCostInTurns } from '../../../gateway/request/cost/cost.js';
import { OperationCosts } from '../../../gateway/request/cost/operation-costs.js';
import { ResponseSize } from '../../../gateway/upstream/call/response-size.js';
import { responseText, writeData } from '../../../gateway/execution/written-data.js';
import { Operations } from '../../../gateway/planning/operations.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import { type Fixture, post, startFixture, token } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';

const supergraph = loadSupergraph(
  composeSupergraph([
    {
      name: 'fleet',
      sdl: 'type Query { regions: [Region!]! } type Region { name: String clusters: [Cluster] } type Cluster { name: String tags: [String] labels: JSON region: Region } scalar JSON',
    },
  ]),
);
const names = Array.from({ length: 36 }, (_, index) => `cluster ${index}`);
/** One region with 36 clusters, each in that region: few objects in arbitrarily many places. */
const region: Record<string, unknown> = { name: 'Hangzhou' };
region['clusters'] = names.map((name) => ({
  name,
  tags: ['a', 'b'],
  labels: { tier: 'gold', name },
  region,
}));
const data = { regions: [region] };

const LEVEL = (inner: string) => `{ name clusters { name tags labels region ${inner} } }`;
const deep = (levels: number): string =>
  `{ regions ${Array.from({ length: levels }).reduce<string>(LEVEL, '{ name }')} }`;

function shapeOf(query: string) {
  const planned = new Operations(supergraph).plan(parse(query), undefined);
  if (planned instanceof Error) throw planned;
  return planned.shape;
}

test('stops building a response of 129 MB early', async () => {
  const size = new ResponseSize(4_000_000);
  const budget = new WorkBudget('acme', 10_000);
  const shaping = async () => shapeOf(deep(4)).shape(data, {}, { size, budget });
  await expect(shaping()).rejects.toMatchObject({ extensions: { code: 'RESPONSE_TOO_LARGE' } });
  expect(size.characters).toBeLessThan(4_010_000);
});

test('builds, serializes and costs a large response in several turns of the event loop', async () => {
  const shape = shapeOf(deep(3));
  const size = new ResponseSize(Infinity);
  const whole = await shape.shape(data, {}, { size, budget: new WorkBudget('acme', Infinity) });
  const budget = new WorkBudget('acme', 1000);
  const inTurns = shape.shape(data, {}, { size: new ResponseSize(Infinity), budget });
  expect(inTurns).toBeInstanceOf(Promise);
  const { data: made } = await inTurns;
  expect(made).toEqual(whole.data);
  // An item of a list is serialized without interruption.
  expect(budget.largest).toBeLessThan(1020);
  const writing = new WorkBudget('acme', 1000);
  const expected = JSON.stringify({ data: made });
  await writeData(made!, Infinity, writing);
  expect(writing.largest).toBeLessThan(1020);
  expect(responseText({ data: made })).toBe(expected);
  expect(size.characters).toBeLessThanOrEqual(expected.length);
  expect(size.characters).toBeGreaterThan(expected.length * 0.9);
  const { tree } = new OperationCosts(supergraph.api, supergraph.full).tree(parse(deep(3)), null);
  const counting = new WorkBudget('acme', 1000);
  expect(await actualCostInTurns(tree.root, made!, {}, counting)).toBe(actualCost(tree.root, made, {}));
  expect(counting.largest).toBeLessThan(1020);
});

test('counts bytes of non-ASCII text', async () => {
  const written = writeData({ a: '€'.repeat(1000) }, 2500, new WorkBudget('acme', 1000));
  await expect(written).rejects.toMatchObject({ extensions: { code: 'RESPONSE_TOO_LARGE' } });
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ limits: { responseBytes: 600 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const small = '{ clusters { id } }';
const large = `{ clusters { id name region { id name } createdAt labels ${Array.from({ length: 25 }, (_, i) => `n${i}: name`).join(' ')} } }`;
const TOO_LARGE = { data: null, errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE', maximum: 600 } }] };
const headers = async (accept: string) => ({
  'content-type': 'application/json',
  accept,
  authorization: `Bearer ${await token()}`,
});

test('rejects a large response over HTTP and charges the estimated cost', async () => {
  expect((await post(fixture.url, small)).errors).toBeUndefined();
  const response = await post(fixture.url, large);
  expect(response).toMatchObject({ status: 200, ...TOO_LARGE });
  const { requestedQueryCost, actualQueryCost } = response.extensions?.['cost'] as Record<string, number>;
  expect(actualQueryCost).toBe(requestedQueryCost);
});

test('rejects a large response to a GET, on a WebSocket and as an event stream', async () => {
  const get = await fetch(`${fixture.url}/graphql?query=${encodeURIComponent(large)}`, {
    headers: await headers('application/json'),
  });
  expect(await get.json()).toMatchObject(TOO_LARGE);
  await using socket = openSocket(fixture.url);
  const { value } = await socket.client.iterate({ query: large }).next();
  expect(value).toMatchObject(TOO_LARGE);
  const stream = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: await headers('text/event-stream'),
    body: JSON.stringify({ query: large }),
  });
  expect(await stream.text()).toContain('RESPONSE_TOO_LARGE');
});

test('limits the total response size of a batch', async () => {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: await headers('application/json'),
    body: JSON.stringify(
      Array.from({ length: 4 }, () => ({
        query: `{ clusters { id name region { id name } createdAt labels } }`,
      })),
    ),
  });
  const results = (await response.json()) as { data: unknown }[];
  expect(results[0]).toMatchObject({ data: { clusters: [{}, {}] } });
  expect(results.at(-1)).toMatchObject(TOO_LARGE);
});

test.each(['multipart/mixed;subscriptionSpec=1.0', 'text/event-stream'])(
  'sends an error for an event that is too large over %s and continues the stream',
  async (accept) => {
    const abort = new AbortController();
    const stream = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: await headers(accept),
      body: JSON.stringify({ query: 'subscription { bulk }' }),
      signal: abort.signal,
    });
    const reading = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let received = 0; received < 2;) {
      fixture.hub.publish('acme', 'c1');
      text += (await reading.read()).value ?? '';
      received = text.split('RESPONSE_TOO_LARGE').length - 1;
    }
    expect(text.length).toBeLessThan(20_000);
    abort.abort();
  },
);
