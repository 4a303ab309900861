import { isObjectType, parse } from 'graphql';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { CompiledQueries } from '../../../../subgraphs/runtime/execution/compiled-queries.js';
import { SubgraphExecutor } from '../../../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../../../kernel/loaders.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { ExecutionContext, Subgraph } from '../../../../subgraphs/runtime/subgraph.js';
import { shopSubgraphs } from '../../../gateway/fixtures/shop.js';

/** A subgraph of the shop in which one field is rejected. */
function subgraph(name: string): Subgraph {
  const found = shopSubgraphs().find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no subgraph ${name}`);
  for (const type of Object.values(found.schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === 'strict')
        field.resolve = () => throwProblem('QUOTA_EXCEEDED', 'No room.', { path: ['a'] });
    }
  }
  return found as unknown as Subgraph;
}

const context = (): ExecutionContext => ({
  actor: { account: 'acme', subject: 'tester' },
  requestId: 'compiled',
  loaders: new Loaders(),
});

const entities = (type: string, ...keys: Record<string, unknown>[]) => ({
  representations: keys.map((key) => ({ __typename: type, ...key })),
});

const cases: [string, string, Record<string, unknown>?][] = [
  ['products', '{ products { __typename upc name price maker { id } size { w } } }'],
  ['products', '{ products { size { w h } status } }'],
  [
    'products',
    'query ($u: Boolean = true, $upc: String!) { product(upc: $upc) { name(upper: $u) } nobody { upc } }',
    { upc: 'p1' },
  ],
  ['products', 'query ($upc: String!) { product(upc: $upc) { name } }', {}],
  ['products', 'query ($upc: String!) { product(upc: $upc) { name } }', { upc: 5 }],
  ['products', '{ matrix { upc name } failing { upc } }'],
  ['products', '{ strict { upc } }'],
  [
    'users',
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id name address { street } boss { id } } } }',
    entities('User', { id: 'u1' }, { id: 'u3' }, { id: 'u4' }, { id: 'gone' }),
  ],
  [
    'reviews',
    'query ($representations: [_Any!]!, $n: Int) { _entities(representations: $representations) { ... on Product { score reviews(first: $n) { ...R } } } } fragment R on Review { id body }',
    { ...entities('Product', { upc: 'p1' }, { upc: 'p2' }), n: 1 },
  ],
];

describe('compiling a frequently executed query keeps its result', () => {
  test.each(cases)('%s: %s', async (name, query, variables = {}) => {
    const executor = new SubgraphExecutor(subgraph(name), pino({ level: 'silent' }));
    const codes = ({ data, errors }: Awaited<ReturnType<SubgraphExecutor['execute']>>) => ({
      data,
      errors: errors?.map(({ path, extensions }) => JSON.stringify({ path, extensions })).sort(),
    });
    const first = codes(await executor.execute({ query, variables }, context()));
    for (let i = 0; i < 100; i += 1) await executor.execute({ query, variables }, context());
    expect(codes(await executor.execute({ query, variables }, context()))).toEqual(first);
  });
});

test.each([
  ['{ search { __typename } }', 'a union'],
  ['{ media { id } }', 'an interface'],
  ['{ products { upc @skip(if: false) } }', 'directives'],
  ['mutation { touch(upc: "p1") { upc } }', 'a mutation'],
  ['{ __schema { queryType { name } } }', 'introspection'],
])('never compiles %s: it has %s', (query) => {
  const queries = new CompiledQueries(subgraph('products').schema);
  const document = parse(query);
  for (let i = 0; i < 100; i += 1) expect(queries.of(document)).toBeUndefined();
});

test('compiles other queries after many executions', () => {
  const queries = new CompiledQueries(subgraph('products').schema);
  const document = parse('{ products { upc maker { id } } }');
  expect(queries.of(document)).toBeUndefined();
  for (let i = 0; i < 100; i += 1) queries.of(document);
  expect(queries.of(document)).toBeTypeOf('function');
});

test('a field without a resolver is called, or awaited, as by graphql-js', async () => {
  const { schema, sdl } = shopSubgraphs().find(({ name }) => name === 'products')!;
  const size = { w: () => 3, h: Promise.resolve(4) };
  const products = schema.getQueryType()!.getFields()['products']!;
  let odd = false;
  products.resolve = () => [{ upc: 'p1', size: odd ? size : { w: 1, h: 2 } }];
  const executor = new SubgraphExecutor({ name: 'clusters', schema, sdl }, pino({ level: 'silent' }));
  const ask = () => executor.execute({ query: '{ products { upc size { w h } } }' }, context());
  for (let i = 0; i < 100; i += 1) await ask();
  expect(ask()).toEqual({ data: { products: [{ upc: 'p1', size: { w: 1, h: 2 } }] } });
  odd = true;
  expect(await ask()).toEqual({ data: { products: [{ upc: 'p1', size: { w: 3, h: 4 } }] } });
  odd = false;
  expect(await ask()).toEqual({ data: { products: [{ upc: 'p1', size: { w: 1, h: 2 } }] } });
});
