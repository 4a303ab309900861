import { buildSchema, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import { actualCost, estimatedCost } from '../../../../gateway/request/cost/cost.js';
import { OperationCosts } from '../../../../gateway/request/cost/operation-costs.js';
import { loadSupergraph } from '../../../../gateway/planning/plannable-supergraph.js';
import { type Fixture, post, startFixture } from '../../fixtures/gateway.js';
import { openSocket } from '../../fixtures/socket.js';

const schema = buildSchema(`
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION
  type Query {
    thing: Thing
    any: Any
    list: [Thing!]!
    page(first: Int, last: Int): [Thing!]!
    defaulted(first: Int = 20): [Thing!]!
    things(first: Int): ThingConnection!
    assumed: [Thing!]! @listSize(assumedSize: 7)
    sliced(limit: Int): [Thing!]! @listSize(slicingArguments: ["limit"], assumedSize: 3)
    found(limit: Int): Found! @listSize(slicingArguments: ["limit"], sizedFields: ["hits"])
    dear: String @cost(weight: 40)
    expensive: Expensive
    matrix: [[Thing!]!]!
    filtered(by: Filter!, all: [Filter!]): [Thing!]! @listSize(slicingArguments: ["by.first"], assumedSize: 5)
    one(first: Int, last: Int): [Thing!]! @listSize(slicingArguments: ["first", "last"])
    preset(first: Int = 4): [Thing!]! @listSize(slicingArguments: ["first"])
    search(text: String @cost(weight: 15), first: Int): [Thing!]!
  }
  type Mutation { write: Thing erase: Boolean }
  type Thing { id: ID! dear: String @cost(weight: 5) thing: Thing things(first: Int): ThingConnection! }
  type Other { id: ID! thing: Thing }
  input Filter { first: Int text: String @cost(weight: 8) and: [Filter!] free: Boolean }
  union Any = Thing | Other
  type ThingConnection { edges: [ThingEdge!]! nodes: [Thing!]! totalCount: Int! }
  type ThingEdge { cursor: String! node: Thing! }
  type Found { hits: [Thing!]! total: Int! }
  type Expensive @cost(weight: 9) { id: ID! }
`);
const costs = new OperationCosts(schema, schema);
const treeOf = (query: string, name: string | null = null) => costs.tree(parse(query), name).tree.root;

describe('the cost of an operation, before it runs', () => {
  const estimates: [string, number, Record<string, unknown>?][] = [
    ['{ thing { id } }', 1],
    ['{ __typename }', 0],
    ['{ thing { id thing { id } } }', 2],
    ['{ list { id } }', 10],
    ['{ page(first: 30) { id } }', 30],
    ['{ page(last: 20) { id } }', 20],
    ['{ page(first: 30, last: 40) { id } }', 40],
    ['{ page { id } }', 50],
    ['{ defaulted { id } }', 20],
    ['{ page(first: null) { id } }', 50],
    ['query ($n: Int) { page(first: $n) { id } }', 7, { n: 7 }],
    ['query ($n: Int = 4) { page(first: $n) { id } }', 4],
    ['query ($n: Int) { page(first: $n) { id } }', 50],
    ['{ page(first: -5) { id } }', 0],
    ['{ things(first: 10) { totalCount } }', 1],
    ['{ things(first: 10) { nodes { id } } }', 1 + 10],
    ['{ things(first: 10) { edges { cursor node { id } } } }', 1 + 10 * 2],
    ['{ things(first: 10) { nodes { things(first: 5) { nodes { id } } } } }', 1 + 10 * (1 + 1 + 5)],
    ['{ assumed { id } }', 7],
    ['{ sliced { id } }', 3],
    ['{ sliced(limit: 11) { id } }', 11],
    ['{ found(limit: 6) { total hits { id } } }', 1 + 6],
    ['{ dear }', 40],
    ['{ page(first: 10) { dear } }', 10 * 6],
    ['{ expensive { id } }', 9],
    ['{ search(text: "a", first: 10) { id } }', 15 + 10],
    ['{ search(first: 10) { id } }', 10],
    [
      '{ page(first: 2) { ...F } } fragment F on Thing { things(first: 3) { nodes { dear } } }',
      2 * (1 + 1 + 3 * 6),
    ],
    ['{ matrix { id } }', 10 * 10],
    ['{ filtered(by: { free: true }) { id } }', 5],
    ['{ filtered(by: { first: 3, text: "x" }) { id } }', 8 + 3],
    [
      '{ filtered(by: { first: 3, and: [{ text: "x" }, { text: "y", and: [{ text: "z" }] }] }) { id } }',
      24 + 3,
    ],
    [
      'query ($f: Filter!, $t: String) { filtered(by: $f, all: [{ text: $t }]) { id } }',
      8 + 8 + 2,
      { f: { first: 2, text: 'x' }, t: 'y' },
    ],
    ['query ($n: Int) { filtered(by: { first: $n }) { id } }', 6, { n: 6 }],
    ['{ one(last: 9) { id } }', 9],
    ['{ preset { id } }', 4],
    ['mutation { write { id } erase }', 600],
    ['{ a: thing { id } b: thing { id } }', 2],
    ['{ thing { id } thing { thing { id } } }', 2],
    ['{ ...F } fragment F on Query { page(first: 10) { ...G } } fragment G on Thing { thing { id } }', 20],
    ['{ any { ... on Thing { thing { id } } ... on Other { id } } }', 2],
    ['{ ... { page(first: 10) { ... @include(if: true) { thing { id } } } } }', 20],
    ['{ __schema { queryType { name } types { name fields { name } } } }', 1 + 1 + 10 * (1 + 10)],
    [
      '{ __type(name: "Thing") { ...F } } fragment F on __Type { fields { args { name } } }',
      1 + 10 * (1 + 10),
    ],
    ['{ __typename thing { __typename } }', 1],
  ];
  test.each(estimates.map(([query, cost, variables]) => ({ query, cost, variables })))(
    '$query costs $cost',
    ({ query, cost, variables = {} }) => {
      expect(estimatedCost(treeOf(query), variables)).toBe(cost);
    },
  );
});

test('counts the returned fields in the actual cost of an operation', () => {
  const tree = treeOf(
    '{ things(first: 100) { nodes { id dear thing { id } } } dear any { ... on Thing { dear } } }',
  );
  const node = { id: '1', dear: 'x', thing: null };
  expect(
    actualCost(
      tree,
      { things: { nodes: [node, { ...node, thing: { id: '2' } }] }, dear: null, any: null },
      {},
    ),
  ).toBe(1 + 2 * (1 + 5) + 1);
  expect(actualCost(tree, null, {})).toBe(0);
  const found = treeOf('{ search(text: "a") { id } }');
  expect(actualCost(found, { search: [{ id: '1' }, { id: '2' }] }, {})).toBe(15 + 2);
});

test.each([
  ['{ one { id } }', { field: 'one', arguments: ['first', 'last'] }],
  ['{ one(first: 1, last: 2) { id } }', { field: 'one', arguments: ['first', 'last'] }],
  ['{ a: one(first: 1) { id } b: one(last: 1) { id } preset { id } }', undefined],
  ['query ($n: Int) { one(first: $n) { id } }', undefined],
  ['{ page { id } assumed { id } }', undefined],
])('%s: requires exactly one slicing argument', (query, missingSlicingArgument) => {
  expect(costs.tree(parse(query), null).tree.missingSlicingArgument).toEqual(missingSlicingArgument);
});

test('@cost and @listSize of the subgraphs reach the gateway through composition', () => {
  const sdl = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
    type Query { heavy: Int @cost(weight: 12) rows(size: Int): [Row!]! @listSize(slicingArguments: ["size"]) }
    type Row @cost(weight: 3) { id: ID! }`;
  const supergraph = loadSupergraph(composeSupergraph([{ name: 'rows', sdl }]));
  const composed = new OperationCosts(supergraph.api, supergraph.full);
  const { tree } = composed.tree(parse('{ heavy rows(size: 4) { id } }'), null);
  expect(estimatedCost(tree.root, {})).toBe(12 + 4 * 3);
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ limits: { cost: 1000 }, rate: { points: 1_000_000, window: 1_000_000 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('returns estimated cost, actual cost and remaining points', async () => {
  const response = await post(fixture.url, '{ clusters(first: 20) { id region { name } } }', {});
  expect(response.extensions?.['cost']).toMatchObject({
    requestedQueryCost: 40,
    actualQueryCost: 4,
    throttleStatus: { maximumAvailable: 1_000_000, currentlyAvailable: 1_000_000 - 4, window: 1_000_000 },
  });
});

test('rejects an operation that may cost too much on every transport', async () => {
  const query = '{ clusters(first: 100) { workloads(first: 100) { id } } }';
  const extensions = { code: 'LIMIT_EXCEEDED', limit: 'cost', maximum: 1000 };
  const response = await post(fixture.url, query);
  expect(response.status).toBe(400);
  expect(response.errors).toMatchObject([
    { message: expect.stringContaining('10100') as string, extensions },
  ]);
  await using socket = openSocket(fixture.url);
  await expect(socket.client.iterate({ query }).next()).rejects.toMatchObject([{ extensions }]);
});

test('returns the cost of an operation on a WebSocket', async () => {
  await using socket = openSocket(fixture.url);
  const { value } = await socket.client.iterate({ query: '{ clusters { id } }' }).next();
  expect(value).toMatchObject({ extensions: { cost: { requestedQueryCost: 50, actualQueryCost: 2 } } });
});

test('requires one slicing argument where cost is limited', async () => {
  const sdl = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
    type Query { rows(size: Int): [Int!] @listSize(slicingArguments: ["size"]) }`;
  await using limited = await startFixture({
    supergraphSdl: composeSupergraph([{ name: 'rows', sdl, url: 'http://127.0.0.1:1/graphql' }]),
    subgraphs: {},
    limits: { cost: 100 },
  });
  const response = await post(limited.url, '{ rows }');
  expect(response.errors).toMatchObject([
    { message: 'Give rows exactly one of size.', extensions: { code: 'INVALID_INPUT' } },
  ]);
  expect(response.data).toBeUndefined();
});
