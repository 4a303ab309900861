import { type ServiceMap, buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import {
  type DocumentNode,
  type GraphQLFormattedError,
  OperationTypeNode,
  graphql,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../gateway/compose.js';
import type { CallContext } from '../../gateway/execute/call-context.js';
import type { SubgraphSource } from '../../gateway/execute/subgraph-source.js';
import { Operations } from '../../gateway/plan/operations.js';
import { loadSupergraph } from '../../gateway/plan/supergraph.js';
import type { SubgraphRequest, SubgraphResult } from '../../kernel/graph/wire.js';
import { type ShopSubgraph, shopSubgraphs } from './fixtures/shop.js';

type Variables = Record<string, unknown>;
type Outcome = { data: unknown; errors: string[]; completion: string[] };

const subgraphs = shopSubgraphs();
const supergraph = loadSupergraph(composeSupergraph(subgraphs));
const operations = new Operations(supergraph);

/** A subgraph that executes in this process, and what it was asked. */
class ShopSource implements SubgraphSource {
  readonly asked: SubgraphRequest[] = [];

  constructor(
    private readonly subgraph: ShopSubgraph,
    private readonly down: boolean,
  ) {}

  get name(): string {
    return this.subgraph.name;
  }

  async execute(request: SubgraphRequest): Promise<SubgraphResult> {
    this.asked.push(structuredClone({ query: request.query, variables: request.variables }));
    if (this.down) throw new Error(`${this.name} is down`);
    const { query, variables, operationName } = request;
    const result = await graphql({
      schema: this.subgraph.schema,
      source: query,
      variableValues: structuredClone(variables),
      operationName,
    });
    return JSON.parse(JSON.stringify(result)) as SubgraphResult;
  }

  subscribe(): Promise<never> {
    return Promise.reject(new Error('no streams here'));
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function sources(down?: string): Map<string, ShopSource> {
  return new Map(subgraphs.map((one) => [one.name, new ShopSource(one, one.name === down)]));
}

const call: CallContext = {
  actor: { account: 'acme', subject: 'tester' },
  requestId: 'differential',
  kind: OperationTypeNode.QUERY,
  signal: new AbortController().signal,
};

async function ours(
  document: DocumentNode,
  variables: Variables,
  at: Map<string, ShopSource>,
): Promise<Outcome> {
  const planned = operations.plan(document);
  if (planned instanceof Error) throw planned;
  const run = { sources: at, call, variables, data: {}, errors: [] };
  await planned.fetch(run);
  const { data, errors } = planned.shape.shape(run.data, variables);
  return outcome(data, run.errors, run.errors.length > 0 ? [] : errors);
}

async function theirs(
  document: DocumentNode,
  variables: Variables,
  at: Map<string, ShopSource>,
): Promise<Outcome> {
  const planned = operations.plan(document);
  if (planned instanceof Error) throw planned;
  const services = Object.fromEntries(
    [...at].map(([name, source]) => [
      name,
      { process: ({ request }: { request: SubgraphRequest }) => source.execute(request) },
    ]),
  ) as unknown as ServiceMap;
  const context = { request: { variables }, context: {}, metrics: {}, logger: console };
  const { data, errors, extensions } = await executeQueryPlan(
    planned.plan,
    services,
    context as unknown as Parameters<typeof executeQueryPlan>[2],
    buildOperationContext({ schema: supergraph.api, operationDocument: document }),
    supergraph.full,
    supergraph.apiSchema,
  );
  return outcome(
    data,
    errors ?? [],
    (extensions?.['valueCompletion'] as GraphQLFormattedError[] | undefined) ?? [],
  );
}

function outcome(data: unknown, errors: readonly object[], completion: readonly object[]): Outcome {
  const told = (list: readonly object[], message: boolean) =>
    list
      .map((error) => {
        const { path, extensions, message: text } = error as GraphQLFormattedError;
        return JSON.stringify({ path, code: extensions?.['code'], ...(message ? { text } : {}) });
      })
      .sort();
  return {
    // As text: the order of the fields is part of the answer.
    data: JSON.stringify(data),
    errors: told(errors, true),
    completion: told(completion, false),
  };
}

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

describe('the same as @apollo/gateway', () => {
  test.each(cases)('%s', async (_title, query, variables = {}) => {
    const document = parse(query);
    expect(validate(supergraph.api, document)).toEqual([]);
    expect(await ours(document, variables, sources())).toEqual(await theirs(document, variables, sources()));
  });

  const down = subgraphs.flatMap(({ name }) => cases.map((one) => [name, ...one] as const));
  test.each(subgraphs.map(({ name }) => name))('every operation while %s is down', async (name) => {
    for (const [, title, query, variables = {}] of down.filter(([which]) => which === name)) {
      const document = parse(query);
      const [mine, apollos] = [
        await ours(document, variables, sources(name)),
        await theirs(document, variables, sources(name)),
      ];
      expect({ title, ...mine }).toEqual({ title, ...apollos });
    }
  });
});

test('an entity is asked for once, in however many places it is', async () => {
  const at = sources();
  const { data } = await ours(parse('{ reviews { author { email } } }'), {}, at);
  const asked = at
    .get('users')
    ?.asked.flatMap(({ variables }) => variables?.['representations'] as unknown[]);
  expect(asked).toEqual(['u1', 'u2', 'u3', 'u4', 'gone'].map((id) => ({ __typename: 'User', id })));
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
