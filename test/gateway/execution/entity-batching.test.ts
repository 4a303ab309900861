import { type ExecutionResult, OperationTypeNode, graphql, graphqlSync, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import type { CallContext } from '../../../gateway/upstream/call/call-context.js';
import { CombinedOperations } from '../../../gateway/execution/entities/combine-operations.js';
import { type PlanExecution, complete } from '../../../gateway/execution/plan-execution.js';
import type { SubgraphSource } from '../../../gateway/upstream/call/subgraph-source.js';
import { RequestTemplate, bodyOf } from '../../../gateway/upstream/call/serialized-request.js';
import { Operations } from '../../../gateway/planning/operations.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { resolveEntities } from '../../../subgraphs/runtime/schema/entities.js';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import { type ForeignSubgraph, subgraph } from '../federation/kit.js';
import { unbounded } from '../fixtures/both-executors.js';

interface SubgraphOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Whether subgraphs respond synchronously, as in-process subgraphs may. */
let atOnce = false;

/** A subgraph that records its requests. */
function source({ name, schema }: ForeignSubgraph, response?: SubgraphResult) {
  const requests: SubgraphOperation[] = [];
  const self: SubgraphSource & { readonly requests: SubgraphOperation[] } = {
    name,
    requests,
    execute(request: SubgraphRequest) {
      const { query, variables, operationName } = JSON.parse(bodyOf(request)) as SubgraphOperation & {
        operationName?: string;
      };
      requests.push({ query, variables });
      const args = { schema, source: query, variableValues: variables, operationName };
      if (response) return atOnce ? response : Promise.resolve(response);
      return atOnce ? overTheWire(graphqlSync(args)) : graphql(args).then(overTheWire);
    },
    subscribe: () => Promise.reject(new Error('no streams here')),
    ping: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return self;
}

function overTheWire(result: ExecutionResult): SubgraphResult {
  return JSON.parse(JSON.stringify(result)) as SubgraphResult;
}

const towns = [{ id: 't1' }, { id: 't2' }, { id: 't3' }];

const roads = subgraph(
  'roads',
  `type Query { road: Road towns: [Town] }
   type Road { from: Town to: Town via: [Town] sign(text: String): Town }
   type Town @key(fields: "id") { id: ID! }`,
  {
    Query: { road: () => ({}), towns: () => towns },
    Road: {
      from: () => towns[0],
      to: () => towns[1],
      via: () => [towns[1], towns[2]],
      sign: () => towns[0],
    },
  },
);
const people = subgraph(
  'people',
  `type Town @key(fields: "id") { id: ID! name(in: String): String mayor: Mayor size: Int! }
   type Mayor { name: String office: Office }
   type Office { town: Town room: Int }`,
  {
    Town: {
      name: ({ id }: { id: string }, { in: language }: { in?: string }) => `${language ?? 'name'} of ${id}`,
      mayor: ({ id }: { id: string }) => ({ name: `mayor of ${id}`, office: { town: { id }, room: 1 } }),
      size: ({ id }: { id: string }) => {
        if (id === 't2') throw new Error('nobody has counted');
        return 7;
      },
    },
  },
);

// Without it, reference resolvers return promises even for synchronous results.
resolveEntities(people.schema);
const supergraph = loadSupergraph(composeSupergraph([roads, people]));
const operations = new Operations(supergraph);

async function run(query: string, variables: Record<string, unknown> = {}, response?: SubgraphResult) {
  const planned = operations.plan(parse(query));
  if (planned instanceof Error) throw planned;
  const peopleSource = source(people, response);
  const call: CallContext = {
    actor: { account: 'acme', subject: 'tester' },
    requestId: 'batching',
    kind: OperationTypeNode.QUERY,
    signal: new AbortController().signal,
  };
  const sources = new Map<string, SubgraphSource>([
    ['roads', source(roads)],
    ['people', peopleSource],
  ]);
  const state: PlanExecution = { sources, call, variables, data: {}, errors: [] };
  const completed = complete(planned.fetch, state);
  expect(completed instanceof Promise).toBe(!atOnce);
  await completed;
  return {
    data: (await planned.shape.shape(state.data, variables, unbounded())).data,
    errors: state.errors.map((error) => ('path' in error ? error.path?.join('.') : undefined)),
    requests: peopleSource.requests,
  };
}

const town = (id: string) => ({ __typename: 'Town', id });

describe.each([
  { when: 'after a turn', now: false },
  { when: 'in the same turn', now: true },
])('concurrent entity fetches with a response $when', ({ now }) => {
  beforeAll(() => void (atOnce = now));

  test('request the same fields in one request and each entity once', async () => {
    const { data, requests } = await run('{ road { from { name } to { name } via { name } } }');
    expect(requests.map(({ variables }) => variables)).toEqual([
      { representations: [town('t1'), town('t2'), town('t3')] },
    ]);
    expect(data).toEqual({
      road: {
        from: { name: 'name of t1' },
        to: { name: 'name of t2' },
        via: [{ name: 'name of t2' }, { name: 'name of t3' }],
      },
    });
  });

  test('request different fields in one request', async () => {
    const { data, requests } = await run('{ road { from { name } to { mayor { name } } } }');
    expect(requests.map(({ variables }) => variables)).toEqual([
      { entities0: [town('t1')], entities1: [town('t2')] },
    ]);
    expect(data).toEqual({
      road: { from: { name: 'name of t1' }, to: { mayor: { name: 'mayor of t2' } } },
    });
  });

  test("share the client's variables", async () => {
    const { data, requests } = await run(
      'query ($a: String, $b: String) { road { from { name(in: $a) } to { x: name(in: $a) y: name(in: $b) } } }',
      { a: 'here', b: 'there' },
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]?.variables).toEqual({
      a: 'here',
      b: 'there',
      entities0: [town('t1')],
      entities1: [town('t2')],
    });
    expect(data).toEqual({
      road: { from: { name: 'here of t1' }, to: { x: 'here of t2', y: 'there of t2' } },
    });
  });

  test('report an error at every place of its entity only', async () => {
    const { data, errors } = await run('{ road { from { size } to { size } via { size } sign { name } } }');
    expect(errors.sort()).toEqual(['road.to.size', 'road.via.0.size']);
    expect(data).toEqual({
      road: { from: { size: 7 }, to: null, via: [null, { size: 7 }], sign: { name: 'name of t1' } },
    });
  });

  test('report an error without a path once per fetch', async () => {
    const { data, errors } = await run(
      '{ road { from { name } to { mayor { name } } } }',
      {},
      { data: null, errors: [{ message: 'no' }] },
    );
    expect(errors).toEqual([undefined, undefined]);
    expect(data).toEqual({ road: { from: { name: null }, to: { mayor: null } } });
  });

  test('receive separate copies of a shared entity', async () => {
    const { data } = await run(
      `{ road {
        from { mayor { office { town { id } } } }
        sign(text: "x") { mayor { office { town { id } } } }
      } }`,
    );
    const mayor = { office: { town: { id: 't1' } } };
    expect(data).toEqual({ road: { from: { mayor }, sign: { mayor } } });
  });

  test('report an invalid response', async () => {
    const { errors, data } = await run(
      '{ road { from { name } to { name } } }',
      {},
      { data: { _entities: [null] } },
    );
    expect(errors).toEqual([undefined, undefined]);
    expect(data).toEqual({ road: { from: { name: null }, to: { name: null } } });
  });
});

describe('operations of one subgraph', () => {
  const operation = (query: string) => ({
    serviceName: 'people',
    template: new RequestTemplate(query),
    variables: [],
    shareable: true,
  });
  const entities = (selection: string, more = '', fragments = '') =>
    operation(
      `query($representations:[_Any!]!${more}){_entities(representations:$representations){${selection}}}${fragments}`,
    );
  const combined = new CombinedOperations();

  test('are combined into one, with shared variables and fragments once', () => {
    const fragment = 'fragment F on Town{name}';
    const template = combined.combine([
      entities('...on Town{size x:name(in:$a)...F}', ',$a:String', fragment),
      entities('...on Town{name(in:$a)...F}', ',$a:String', fragment),
    ]);
    expect(template?.query).toBe(
      'query($entities0:[_Any!]!$a:String$entities1:[_Any!]!){entities0:_entities(representations:$entities0){...on Town{size x:name(in:$a)...F}}entities1:_entities(representations:$entities1){...on Town{name(in:$a)...F}}}fragment F on Town{name}',
    );
  });

  test.each([
    [
      'a fragment',
      entities('...F', '', 'fragment F on Town{name}'),
      entities('...F', '', 'fragment F on Town{id}'),
    ],
    [
      'a variable',
      entities('...on Town{name(in:$a)}', ',$a:String'),
      entities('...on Town{name(in:$a)}', ',$a:String!'),
    ],
  ])('are not combined when %s has two definitions', (_title, first, second) => {
    expect(combined.combine([first, second])).toBeUndefined();
  });
});
