import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDocument, checkSource } from '../../../../gateway/request/limits/check.js';
import { type Limits, defaultLimits } from '../../../../gateway/request/limits/limits.js';
import { type Fixture, post, startFixture, until } from '../../fixtures/gateway.js';
import { openSocket } from '../../fixtures/socket.js';

const small: Limits = { ...defaultLimits, depth: 3, aliases: 2, rootFields: 2, directives: 2, pageSize: 10 };

const within = [
  '{ a { b { c } } }',
  '{ a { ...F } } fragment F on T { b { c } }',
  '{ x: a y: b }',
  '{ a b }',
  '{ a @skip(if: true) b @skip(if: true) }',
  '{ a(first: 10) }',
  'query ($n: Int) { a(first: $n) }',
  '{ __schema { types { fields { type { ofType { name } } } } } }',
  '{ ...F } fragment F on T { ...F }',
];

const beyond: readonly (readonly [string, string])[] = [
  ['{ a { b { c { d } } } }', 'depth'],
  ['{ a { ...F } } fragment F on T { b { c { d } } }', 'depth'],
  ['{ ... on T { a { ... { b { c { d } } } } } }', 'depth'],
  ['{ a } query B { a { b { c { d } } } }', 'depth'],
  ['{ a { x: b y: c z: d } }', 'aliases'],
  ['{ a { ...F } b { ...F } } fragment F on T { x: b y: c }', 'aliases'],
  ['{ a b c }', 'rootFields'],
  ['{ ...F c } fragment F on T { a b }', 'rootFields'],
  ['{ a @x @x @x }', 'directives'],
  ['query @x { a { ...F @x } } fragment F on T { b @x }', 'directives'],
];

test.each(within)('%s is within the limits', (document) => {
  expect(checkDocument(parse(document), small)).toEqual([]);
});

test.each(beyond)('%s is beyond the limit of %s', (document, limit) => {
  const errors = checkDocument(parse(document), small);
  expect(errors.map((error) => error.extensions)).toMatchObject([{ code: 'LIMIT_EXCEEDED', limit }]);
});

test.each(['{ a(first: 11) }', '{ a { ...F } } fragment F on T { b(first: 99999999999) }'])(
  'rejects the page size in %s',
  (document) => {
    expect(checkDocument(parse(document), small)).toMatchObject([
      { extensions: { code: 'PAGE_SIZE_EXCEEDED' } },
    ]);
  },
);

test('measures a document in bytes', () => {
  expect(checkSource('ä'.repeat(50), { ...small, documentBytes: 100 })).toEqual([]);
  expect(checkSource('ä'.repeat(51), { ...small, documentBytes: 100 })).toMatchObject([
    { extensions: { limit: 'documentBytes' } },
  ]);
});

test('counts exponentially nested fragments in linear time', () => {
  const fragments = Array.from(
    { length: 60 },
    (_, i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`,
  ).join(' ');
  const errors = checkDocument(parse(`{ ...F0 } ${fragments} fragment F60 on T { x: a }`), defaultLimits);
  expect(errors.map((error) => error.extensions['limit'])).toEqual(['aliases', 'rootFields', 'fields']);
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ limits: { operationsPerSocket: 2 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const nested = (depth: number): string =>
  `{ clusters { ${'region { '.repeat(depth)} id ${'}'.repeat(depth)} } }`;

const requests: readonly (readonly [string, string, object | undefined, number, string])[] = [
  ['a megabyte', `{ regions { id } } #${'x'.repeat(1_048_576)}`, undefined, 413, 'LIMIT_EXCEEDED'],
  ['101 kB', `{ regions { id } } #${'x'.repeat(101_000)}`, undefined, 413, 'LIMIT_EXCEEDED'],
  ['10,001 tokens', `{ ${'a '.repeat(10_001)} }`, undefined, 400, 'LIMIT_EXCEEDED'],
  ['21 levels', nested(20), undefined, 400, 'LIMIT_EXCEEDED'],
  [
    '31 aliases',
    `{ clusters { ${Array.from({ length: 31 }, (_, i) => `a${i}: id`).join(' ')} } }`,
    undefined,
    400,
    'LIMIT_EXCEEDED',
  ],
  ['a page of 501', '{ clusters(first: 501) { id } }', undefined, 400, 'PAGE_SIZE_EXCEEDED'],
  [
    'a page of 501 in a variable',
    'query ($n: Int) { clusters(first: $n) { id } }',
    { n: 501 },
    400,
    'PAGE_SIZE_EXCEEDED',
  ],
  [
    'a page of 501 by default',
    'query ($n: Int = 501) { clusters(first: $n) { id } }',
    undefined,
    400,
    'PAGE_SIZE_EXCEEDED',
  ],
  ['a number beyond all numbers', '{ since(at: 1e400) }', undefined, 200, 'INVALID_INPUT'],
  ['an integer beyond all numbers', `{ since(at: ${'9'.repeat(400)}) }`, undefined, 200, 'INVALID_INPUT'],
  ['a syntax error', '{ clusters', undefined, 200, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '{ nothing }', undefined, 200, 'GRAPHQL_VALIDATION_FAILED'],
  ['a wrong variable', 'query ($n: Int) { clusters(first: $n) { id } }', { n: 'ten' }, 200, 'INVALID_INPUT'],
  [
    'two operations and no name',
    'query A { regions { id } } query B { regions { id } }',
    undefined,
    400,
    'BAD_REQUEST',
  ],
];

test.each(requests)('rejects %s with its code', async (_, query, variables, status, code) => {
  const response = await post(fixture.url, query, { ...(variables ? { variables } : {}) });
  expect(response.errors?.[0]?.extensions['code']).toBe(code);
  expect(response.status).toBe(status);
  expect(response.data).toBeUndefined();
});

test('applies the same limits on WebSockets and event streams', async () => {
  await using socket = openSocket(fixture.url);
  const query = '{ clusters(first: 501) { id } }';
  await expect(socket.client.iterate({ query }).next()).rejects.toMatchObject([
    { extensions: { code: 'PAGE_SIZE_EXCEEDED' } },
  ]);
  const events = ['cursor', 'sequence'].map((field) =>
    socket.client.iterate({ query: `subscription { clusterEvents { ${field} } }` }),
  );
  for (const opened of events) void opened.next();
  await until(() => fixture.hub.listening === 2, 'two listeners');
  await expect(socket.client.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject([
    { extensions: { code: 'LIMIT_EXCEEDED' } },
  ]);
});
