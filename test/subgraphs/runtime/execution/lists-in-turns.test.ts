import { type GraphQLObjectType, buildSchema } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type SubgraphServer, serveSubgraph } from '../../../../subgraphs/runtime/server/serve-subgraph.js';
import { FIELDS_PER_TURN } from '../../../../subgraphs/runtime/execution/lists-in-turns.js';
import { SubgraphExecutor } from '../../../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../../../kernel/loaders.js';
import type { Subgraph } from '../../../../subgraphs/runtime/subgraph.js';
import { WorkBudget } from '../../../../kernel/fairness/work-turns.js';
import { InFlightRequests } from '../../../../gateway/upstream/call/in-flight-requests.js';
import { HttpSource } from '../../../../gateway/upstream/http/http-source.js';
import { ActorHeader } from '../../../../gateway/upstream/http/actor-header.js';
import { OperationTypeNode } from 'graphql';
import { freezeClock } from '../../../kit/frozen-clock.js';

const log = pino({ level: 'silent' });
const actor = { account: 'acme', subject: 'alice' };
const key = new TextEncoder().encode('a key of thirty-two characters !!');

/** Counts the units of work in each turn of the event loop. */
class TurnCounter implements Disposable {
  largest = 0;
  turns = 0;
  private count = 0;
  private next: NodeJS.Immediate;

  constructor() {
    const turn = () => {
      if (this.count > 0) this.turns += 1;
      this.largest = Math.max(this.largest, this.count);
      this.count = 0;
      this.next = setImmediate(turn);
    };
    this.next = setImmediate(turn);
  }

  add(): void {
    this.count += 1;
  }

  [Symbol.dispose](): void {
    clearImmediate(this.next);
  }
}

function subgraph(counter: Pick<TurnCounter, 'add'>): Subgraph {
  const schema = buildSchema(`
    directive @cost(weight: Int!) on FIELD_DEFINITION
    scalar JSON
    type Query {
      items(first: Int!): [Item!]!
      groups(first: Int!): [Group!]!
      costly(first: Int!): [Item!]! @cost(weight: 100)
    }
    type Group { items(first: Int!): [Item!]! }
    type Item { id: Int! name: String labels: JSON self: Item }
  `);
  const items = (_: unknown, { first }: { first: number }) =>
    Array.from({ length: first }, (_item, id) => ({ id, name: `item ${id}`, labels: { id }, self: { id } }));
  const field = (type: string, name: string) =>
    (schema.getType(type) as GraphQLObjectType).getFields()[name] ?? { resolve: undefined };
  field('Query', 'items').resolve = items;
  field('Query', 'costly').resolve = items;
  field('Query', 'groups').resolve = (_, { first }: { first: number }) =>
    Array.from({ length: first }, () => ({}));
  field('Group', 'items').resolve = async (...args) =>
    Promise.resolve(items(args[0], args[1] as { first: number }));
  field('Item', 'id').resolve = ({ id }: { id: number }) => {
    counter.add();
    return id;
  };
  return { name: 'regions', schema, sdl: '' };
}

const context = () => ({ actor, requestId: 'r1', loaders: new Loaders() });

test.each([
  ['one long list', '{ items(first: 60000) { id name self { id } } }', 120_000],
  [
    'many short lists',
    '{ groups(first: 400) { items(first: 100) { id ...F } } } fragment F on Item { name labels }',
    40_000,
  ],
])('resolves %s in several turns of the event loop', async (_, query, ids) => {
  using counter = new TurnCounter();
  const executor = new SubgraphExecutor(subgraph(counter), log);
  // Repeats the query until it is compiled, because compiled queries must also yield to the event loop.
  for (let time = 0; time < 66; time += 1)
    await executor.execute({ query: query.replaceAll('00', '') }, context());
  counter.largest = 0;
  const { data, errors } = await executor.execute({ query }, context());
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data).split('"id":').length - 1).toBeGreaterThanOrEqual(ids);
  expect(counter.largest).toBeLessThanOrEqual(FIELDS_PER_TURN);
});

test('returns the same result in several turns as in one', async () => {
  const nothing = { add: () => undefined };
  const query = '{ groups(first: 30) { items(first: 100) { id name labels self { name } } } }';
  const large = new SubgraphExecutor(subgraph(nothing), log);
  const both = [1, 2].map(async (groups) =>
    large.execute({ query: query.replace('30', String(groups * 30)) }, context()),
  );
  const [half, whole] = await Promise.all(both);
  expect((whole?.data?.['groups'] as unknown[]).slice(0, 30)).toEqual(half?.data?.['groups']);
});

test('a short list is resolved synchronously', () => {
  const executor = new SubgraphExecutor(subgraph({ add: () => undefined }), log);
  const result = executor.execute({ query: '{ items(first: 500) { id name self { name } } }' }, context());
  expect(result).not.toBeInstanceOf(Promise);
});

test('aborts the work of aborted requests', async () => {
  const abort = new AbortController();
  const executor = new SubgraphExecutor(subgraph({ add: () => undefined }), log);
  const result = executor.execute(
    { query: '{ items(first: 60000) { id } }' },
    { ...context(), signal: abort.signal },
  );
  abort.abort();
  expect(await result).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TIMEOUT' } }] });
});

test('accounts take turns, and one of many that wait delays another by one piece per turn', async () => {
  // An account whose work takes a measurable time would pause.
  using _clock = freezeClock();
  const order: string[] = [];
  const work = async (account: string, pieces: number) => {
    const budget = new WorkBudget(account, 1);
    for (let piece = 0; piece < pieces; piece += 1) {
      await budget.next();
      order.push(account);
    }
  };
  await Promise.all([...Array.from({ length: 20 }, () => work('greedy', 3)), work('other', 3)]);
  expect(order.slice(0, 6)).toEqual(['greedy', 'other', 'greedy', 'other', 'greedy', 'other']);
  expect(order).toHaveLength(63);
});

async function served(responseLimit: number): Promise<SubgraphServer> {
  const part = subgraph({ add: () => undefined });
  return serveSubgraph(part, { host: '127.0.0.1', port: 0, actorKey: key, log, responseLimit });
}

function ask(url: string, query: string, responseBytes: number) {
  const source = new HttpSource({
    name: 'regions',
    url,
    actorHeader: new ActorHeader(key),
    inFlightRequests: new InFlightRequests(),
    responseBytes,
  });
  const signal = new AbortController().signal;
  return source.execute({ query }, { actor, requestId: 'r1', kind: OperationTypeNode.QUERY, signal });
}

test.each([100, 20_000])(
  'a subgraph rejects a response above its size limit, with %i items',
  async (first) => {
    await using small = await served(1000);
    const query = `{ items(first: ${first}) { id name } }`;
    expect(await ask(small.url, query, Infinity)).toEqual({
      data: null,
      errors: [
        expect.objectContaining({
          extensions: expect.objectContaining({ code: 'RESPONSE_TOO_LARGE' }) as unknown,
        }),
      ],
    });
    await using large = await served(Infinity);
    const { data } = await ask(large.url, query, Infinity);
    expect(data?.['items']).toHaveLength(first);
  },
);

test('the gateway stops reading a response that is too large, and its circuit breaker counts no failure', async () => {
  await using large = await served(Infinity);
  const result = await ask(large.url, '{ items(first: 20000) { id name } }', 10_000);
  expect(result).toMatchObject({ data: null, errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE' } }] });
});

test('resolves fewer items of a list in a turn the more points each costs', async () => {
  using counter = new TurnCounter();
  const executor = new SubgraphExecutor(subgraph(counter), log);
  const request = { query: '{ costly(first: 100) { id } }' };
  expect((await executor.execute(request, context())).errors).toBeUndefined();
  await new Promise((done) => setImmediate(done));
  // The turn in which the executor is called may contain two slices: that of the call and the first waiting one.
  expect(counter.largest).toBeLessThanOrEqual((2 * FIELDS_PER_TURN) / 1000);
});
