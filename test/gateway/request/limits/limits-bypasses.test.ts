import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkDocument } from '../../../../gateway/request/limits/check.js';
import { type Limits, defaultLimits } from '../../../../gateway/request/limits/limits.js';
import { post, startFixture, token } from '../../fixtures/gateway.js';
import { openSocket } from '../../fixtures/socket.js';

const small: Limits = { ...defaultLimits, depth: 4, aliases: 3, rootFields: 3, fields: 12, directives: 3 };
const limitsOf = (document: string, limits = small) =>
  checkDocument(parse(document), limits).map(
    (error) => error.extensions['limit'] ?? error.extensions['code'],
  );
const times = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

/** Published bypasses of such limits, among them those of GraphQL Armor. */
const bypasses: readonly (readonly [string, string, string])[] = [
  [
    'a fragment that is first spread where it is shallow',
    '{ ...F a { b { ...F } } } fragment F on T { c { d { e } } }',
    'depth',
  ],
  [
    'a fragment inside a fragment, known from elsewhere',
    '{ ...G ...F } fragment F on T { a { ...G } } fragment G on T { b { c { d { e } } } }',
    'depth',
  ],
  [
    'inline fragments without a type',
    '{ ... { a { ... { b { ... { c { ... { d { e } } } } } } } } }',
    'depth',
  ],
  [
    'an operation called IntrospectionQuery',
    'query IntrospectionQuery { a { b { c { d { e } } } } }',
    'depth',
  ],
  ['an additional introspection field', '{ __schema { types { name } } a { b { c { d { e } } } } }', 'depth'],
  [
    'a fragment called __schema',
    '{ ...__schema } fragment __schema on T { a { b { c { d { e } } } } }',
    'depth',
  ],
  ['an alias called __schema', '{ __schema: a { b { c { d { e } } } } }', 'depth'],
  ['a second operation', 'query A { a } query B { a { b { c { d { e } } } } }', 'depth'],
  ['aliases of __typename', `{ a { ${times(4, (i) => `t${i}: __typename`)} } }`, 'aliases'],
  ['aliases of __schema', `{ ${times(4, (i) => `s${i}: __schema { types { name } }`)} }`, 'aliases'],
  [
    'aliases in a fragment that is spread twice',
    '{ a { ...F } b { ...F } } fragment F on T { x: c y: d }',
    'aliases',
  ],
  ['aliases in inline fragments', `{ a { ${times(4, (i) => `... on T { x${i}: c }`)} } }`, 'aliases'],
  [
    'aliases in a second operation',
    `query A { a } query B { a { ${times(4, (i) => `x${i}: c`)} } }`,
    'aliases',
  ],
  ['directives on one field', `{ a ${times(4, () => '@include(if: true)')} }`, 'directives'],
  ['directives on inline fragments', `{ ${times(4, () => '... @include(if: true) { a }')} }`, 'directives'],
  [
    'directives on spreads',
    `{ ${times(4, () => '...F @skip(if: false)')} } fragment F on T { a }`,
    'directives',
  ],
  ['directives on the operation', `query ${times(4, () => '@x')} { a }`, 'directives'],
  [
    'directives in a fragment that is spread twice',
    '{ a { ...F } b { ...F } } fragment F on T { c @x d @x }',
    'directives',
  ],
  ['the same field again and again', `{ a { ${times(12, () => 'b')} } }`, 'fields'],
  [
    'fragments that repeat each other',
    `{ a { ...F0 } } ${times(5, (i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`)} fragment F5 on T { b }`,
    'fields',
  ],
  ['root fields in fragments', '{ ...F ...G } fragment F on Q { a b } fragment G on Q { c d }', 'rootFields'],
];

test.each(bypasses)('%s does not bypass a limit', (_, document, limit) => {
  expect(limitsOf(document)).toContain(limit);
});

test.each([
  ['itself', '{ ...F } fragment F on T { a { ...F } }'],
  ['one another', '{ ...F } fragment F on T { ...G } fragment G on T { ...F }'],
  ['nothing', '{ ...Missing }'],
])('terminates on fragments that spread %s', (_, document) => {
  expect(limitsOf(document)).toEqual([]);
});

describe('introspection', () => {
  const off: Limits = { ...defaultLimits, introspection: false };
  test.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "T") { name } }',
    '{ a: __schema { types { name } } }',
    '{ ...F } fragment F on Query { ... { __schema { types { name } } } }',
    'query A { a } query B { __schema { types { name } } }',
  ])('rejects %s when introspection is disabled', (document) => {
    expect(limitsOf(document, off)).toEqual(['FORBIDDEN']);
    expect(limitsOf(document, defaultLimits)).toEqual([]);
  });

  test('allows __typename', () => {
    expect(limitsOf('{ __typename a { __typename } }', off)).toEqual([]);
  });

  test('rejects introspection when it is disabled by a setting', async () => {
    await using fixture = await startFixture({ limits: { introspection: false } });
    const response = await post(fixture.url, '{ __schema { types { name } } }');
    expect(response.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(response.data).toBeUndefined();
  });
});

/** Bypasses of cost limits; the first ones are GHSA-733v-p3h5-qpq7 and GHSA-224p-v68g-5g8f. */
const costly = '{ clusters(first: 50) { workloads(first: 50) { id } } }';
test.each([
  ['nothing around it', costly],
  ['an operation called IntrospectionQuery', `query IntrospectionQuery ${costly}`],
  ['an operation called __schema', `query __schema ${costly}`],
  ['a fragment called __schema', `{ ...__schema } fragment __schema on Query ${costly}`],
  ['an alias called __schema', '{ __schema: clusters(first: 50) { __type: workloads(first: 50) { id } } }'],
  ['an additional introspection field', `{ __schema { types { name } } ...F } fragment F on Query ${costly}`],
  [
    'a fragment that is first spread where it is cheap',
    '{ cluster(id: "c1") { ...F } clusters(first: 50) { ...F } } fragment F on Cluster { workloads(first: 50) { id } }',
  ],
  ['inline fragments', '{ ... { clusters(first: 50) { ... on Cluster { workloads(first: 50) { id } } } } }'],
  [
    'the length in the default of a variable',
    'query ($n: Int = 50) { clusters(first: $n) { workloads(first: $n) { id } } }',
  ],
  [
    '@skip that a variable decides',
    'query ($s: Boolean = false) { clusters(first: 50) @skip(if: $s) { workloads(first: 50) { id } } }',
  ],
])('%s does not bypass the cost limit', async (_, query) => {
  await using fixture = await startFixture({ limits: { cost: 2500 } });
  const response = await post(fixture.url, query);
  expect(response.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'cost' } }]);
  expect(response.data).toBeUndefined();
});

test('charges introspection by its result', async () => {
  await using fixture = await startFixture({ rate: { points: 20_000, window: 1_000_000 } });
  const schema = '__schema { types { name fields { name args { name } } } }';
  const costOf = async (query: string) => {
    const { extensions } = await post(fixture.url, query);
    return (extensions?.['cost'] as { actualQueryCost: number }).actualQueryCost;
  };
  const once = await costOf(`{ ${schema} }`);
  expect(once).toBeGreaterThan(100);
  expect(await costOf(`{ ${times(3, (i) => `s${i}: ${schema}`)} }`)).toBe(3 * once);
  let status = 200;
  while (status === 200) ({ status } = await post(fixture.url, `{ ${schema} }`));
  expect(status).toBe(429);
});

test('charges each operation of a batch separately', async () => {
  await using fixture = await startFixture({
    limits: { cost: 2500 },
    rate: { points: 1000, window: 1_000_000 },
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
  const cheap = '{ clusters(first: 40) { id } }';
  const body = JSON.stringify([costly, cheap, cheap].map((query) => ({ query })));
  const response = await fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject([
    { errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'cost' } }] },
    { extensions: { cost: { requestedQueryCost: 40, actualQueryCost: 2 } } },
    { extensions: { cost: { requestedQueryCost: 40, actualQueryCost: 2 } } },
  ]);
  // The first operation was parsed to estimate its cost.
  expect(response.headers.get('ratelimit')).toMatch(/^"cost";r=995;/);
});

test('bounds the comparison of repeated fields and reports it', async () => {
  await using fixture = await startFixture();
  const response = await post(fixture.url, `{ regions { ${times(2500, () => 'id')} } }`);
  expect(response.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'comparisons' } }]);
});

test.each([
  ['a field', '{ region }', undefined],
  ['a nested field', '{ regions { nam } }', undefined],
  ['an argument', '{ clusters(frist: 1) { id } }', undefined],
  ['a type', 'query ($a: Strin) { regions { id } }', undefined],
])('suggests no names for a misspelled %s', async (_, query, variables) => {
  await using fixture = await startFixture();
  const response = await post(fixture.url, query, variables ? { variables } : {});
  expect(response.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(JSON.stringify(response.errors)).not.toContain('Did you mean');
  await using socket = openSocket(fixture.url);
  const rejected: unknown = await socket.client
    .iterate({ query })
    .next()
    .catch((errors: unknown) => errors);
  expect(JSON.stringify(rejected)).not.toContain('Did you mean');
});
