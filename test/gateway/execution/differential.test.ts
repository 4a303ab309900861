import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { BothExecutors, type Variables } from '../fixtures/both-executors.js';
import { TIMEOUT_MS, RUNS } from '../fixtures/fuzz.js';
import { shopSubgraphs } from '../fixtures/shop.js';

const subgraphs = shopSubgraphs();
const supergraph = loadSupergraph(composeSupergraph(subgraphs));
const executors = new BothExecutors(supergraph, subgraphs);

const cases: [string, string, Variables?][] = [
  ['root fields of several subgraphs', '{ stock me { id } makers { id } products { upc } }'],
  [
    'aliases and arguments',
    '{ a: product(upc: "p1") { n: name u: name(upper: true) } b: product(upc: "none") { name } }',
  ],
  [
    'variables on entity fields',
    'query ($at: String, $first: Int = 1) { products { inStock(at: $at) reviews(first: $first) { id } } }',
    { at: 'abc' },
  ],
  ['a variable left out', 'query ($at: String) { product(upc: "p1") { inStock(at: $at) } }'],
  ['compound and nested keys', '{ products { warranty maker { id name best { name warranty } } } }'],
  ['a null where none may be, from an entity', '{ product(upc: "p2") { name warranty } }'],
  ['a null where none may be, in a list', '{ strict { upc warranty } }'],
  ['@requires', '{ products { shipping fast: shipping(express: true) } }'],
  ['@requires over three subgraphs, nested', '{ products { volume } }'],
  ['@provides', '{ reviews { author { name } } }'],
  ['without what is provided', '{ reviews { writer { name } } }'],
  ['@external and @shareable', '{ products { size { w h } weight price } }'],
  ['@override', '{ products { label } makers { best { label } } }'],
  ['@inaccessible enum values', '{ products { upc status } }'],
  ['@inaccessible types', '{ search { __typename ... on Book { pages } ... on Product { upc } } }'],
  ['an inaccessible object', '{ oneMedia(id: "s1") { title } }'],
  ['@interfaceObject from its interface', '{ media { __typename id title reviews { id } } }'],
  ['@interfaceObject errors', '{ media { id rating } }'],
  [
    '@interfaceObject in fragments',
    '{ media { ... on Book { pages rating } ... on Film { minutes reviews { id } } } }',
  ],
  ['interfaces', '{ media { title ... on Book { pages } ... on Film { minutes } } }'],
  [
    'unions',
    '{ search { ... on Product { upc inStock reviews { id } } ... on Media { title reviews { stars } } } }',
  ],
  ['lists of lists', '{ matrix { upc inStock reviews { id author { name } } } }'],
  [
    'entities in many places',
    '{ reviews { author { id name email boss { name boss { name } } } product { name reviews { author { email } } } } }',
  ],
  [
    'a failing field of an entity in many places',
    '{ reviews { writer { name } } users { id boss { id } name } }',
  ],
  ['an entity that is not there', '{ users { boss { id email name } } }'],
  ['a failing non-null field of an entity', '{ products { upc score } }'],
  ['a failing field of an entity in several places', '{ reviews { product { score } } }'],
  ['a failing nullable field of an entity in several places', '{ reviews { product { origin name } } }'],
  ['a failing field', '{ failing { upc } product(upc: "p1") { upc } }'],
  ['an error without a code', '{ products { origin } }'],
  ['a null object in between', '{ nobody { name reviews { id } } }'],
  ['null items', '{ users { name reviews { stars product { name } } } }'],
  ['a missing non-null below a nullable', '{ reviews { writer { address { street city } } } }'],
  [
    'fragments at depth',
    'query { reviews { ...R } } fragment R on Review { id author { ...U } } fragment U on User { email org { id } reviews { ...B } } fragment B on Review { body stars }',
  ],
  [
    'merged selections',
    '{ product(upc: "p1") { name ...A } product(upc: "p1") { maker { name } } } fragment A on Product { maker { id } name reviews { id } }',
  ],
  [
    '__typename everywhere',
    '{ __typename t: __typename products { __typename maker { k: __typename name } } media { x: __typename } }',
  ],
  [
    'introspection',
    'query ($n: String!) { __schema { queryType { name } } t: __type(name: $n) { ...T } stock } fragment T on __Type { name kind }',
    { n: 'Product' },
  ],
  ['only introspection', '{ __type(name: "Secret") { name } }'],
  [
    '@skip and @include, off',
    'query ($a: Boolean!, $b: Boolean = false) { products @include(if: $a) { name } me { name @skip(if: $a) email @include(if: $b) } }',
    { a: false },
  ],
  [
    '@skip and @include, on',
    'query ($a: Boolean!, $b: Boolean = false) { products @include(if: $a) { name } me { name @skip(if: $a) email @include(if: $b) } }',
    { a: true, b: true },
  ],
  [
    'conditional fragments',
    'query ($a: Boolean!) { products { upc ... @include(if: $a) { inStock } ...F @skip(if: $a) } } fragment F on Product { warranty }',
    { a: true },
  ],
  [
    'conditional entity fetches',
    'query ($a: Boolean!) { products { upc reviews @include(if: $a) { id } score @skip(if: $a) } }',
    { a: false },
  ],
  ['constant conditions', '{ products { upc @skip(if: true) name @include(if: true) } }'],
  [
    'names that every object has',
    '{ constructor: product(upc: "p1") { toString: name valueOf: inStock } hasOwnProperty: stock }',
  ],
  ['a mutation', 'mutation { a: touch(upc: "p1") { name reviews { id } } b: touch(upc: "p2") { inStock } }'],
];

describe('the executor returns the same as @apollo/gateway for', () => {
  test.each(cases)('%s', async (_title, query, variables = {}) => {
    const document = parse(query);
    expect(validate(supergraph.api, document)).toEqual([]);
    const { actual, expected } = await executors.compare(document, variables);
    expect(actual).toEqual(expected);
  });

  const down = subgraphs.flatMap(({ name }) => cases.map((testCase) => [name, ...testCase] as const));
  test.each(subgraphs.map(({ name }) => name))('every operation while %s is down', async (name) => {
    for (const [, title, query, variables = {}] of down.filter(([which]) => which === name)) {
      const { actual, expected } = await executors.compare(parse(query), variables, name);
      expect({ title, ...actual }).toEqual({ title, ...expected });
    }
  });

  test(
    'executes random operations like @apollo/gateway while any subgraph is down',
    () => executors.expectSame(RUNS),
    TIMEOUT_MS,
  );
});

test('fetches an entity once for all its places in the response', async () => {
  const at = executors.sources();
  const { data } = await executors.execute(parse('{ reviews { author { email } } }'), {}, at);
  const requests = at
    .get('users')
    ?.requests.flatMap(({ variables }) => variables?.['representations'] as unknown[]);
  expect(requests).toEqual(['u1', 'u2', 'u3', 'u4', 'gone'].map((id) => ({ __typename: 'User', id })));
  expect(JSON.parse(String(data))).toMatchObject({
    reviews: [
      { author: { email: 'u1@example.org' } },
      {},
      { author: { email: 'u1@example.org' } },
      {},
      {},
      {},
    ],
  });
});
