import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, post, startFixture, token } from '../../fixtures/gateway.js';

let fixture: Fixture;
let secretive: Fixture;
beforeAll(async () => {
  const limits = { depth: 3, aliases: 2, rootFields: 3, fields: 12, directives: 2, pageSize: 10 };
  fixture = await startFixture({ limits: { ...limits, introspection: false } });
  secretive = await startFixture({ limits: { introspection: { scope: 'schema' } } });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await secretive[Symbol.asyncDispose]();
});

interface ErrorView {
  readonly extensions: { readonly code: string; readonly limit?: string };
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
}

/** Code or exceeded limit of each error with its locations as `line:column`. */
async function errorLocations(url: string, query: string, variables?: object): Promise<string[]> {
  const { errors = [] } = await post(url, query, { ...(variables && { variables }) });
  return (errors as unknown as ErrorView[]).map(({ extensions: { code, limit }, locations = [] }) =>
    [limit ?? code, ...locations.map(({ line, column }) => `${line}:${column}`)].join(' '),
  );
}

const documents: readonly (readonly [string, string, readonly string[]])[] = [
  ['text that is no document', '{\n  regions { id }}}', ['GRAPHQL_PARSE_FAILED 2:18']],
  ['depth', 'query A { regions { id } }\nquery B { clusters { region { name { x } } } }', ['depth 2:1']],
  ['aliases', '\n{ a: version b: version c: version }', ['aliases 2:1']],
  ['fields of the root', '\n { version regions { id } quotas { id } bug }', ['rootFields 2:2']],
  ['fields', `\n{ regions { ${'id '.repeat(12)}} }`, ['fields 2:1']],
  ['directives', `\n{ version ${'@skip(if: false) '.repeat(3)}}`, ['directives 2:1']],
  [
    'a number',
    `{\n clusters(first: 1${'0'.repeat(400)}) { id } }`,
    ['INVALID_INPUT 2:18', 'PAGE_SIZE_EXCEEDED 2:11'],
  ],
  [
    'page sizes',
    '{ clusters(first: 11) { id\n workloads(first: 12) { id } } }',
    ['PAGE_SIZE_EXCEEDED 1:12', 'PAGE_SIZE_EXCEEDED 2:12'],
  ],
  ['introspection', '{ version\n  __schema { queryType { name } } }', ['FORBIDDEN 2:3']],
  ['a field that there is not', '{\n  regions { id nothing } }', ['GRAPHQL_VALIDATION_FAILED 2:16']],
  ['fields that differ', '{ r: version\n r: bug }', ['GRAPHQL_VALIDATION_FAILED 1:3 2:2']],
  ['fragments', '# x\n{ ...F }\nfragment F on Query { ...F }', ['GRAPHQL_VALIDATION_FAILED 3:23']],
  [
    'a stream that a variable decides about',
    'subscription S($v: Boolean!) {\n ticks @skip(if: $v) }',
    ['GRAPHQL_VALIDATION_FAILED 2:18'],
  ],
  [
    'a variable that there is not',
    'query Q {\n region(id: $id) { id } }',
    ['GRAPHQL_VALIDATION_FAILED 2:13 1:1'],
  ],
];

test.each(documents)('locates an error of %s in the document', async (_, query, errors) => {
  expect(await errorLocations(fixture.url, query)).toEqual(errors);
  expect(await errorLocations(fixture.url, query)).toEqual(errors);
});

test('locates an error of a variable at its declaration', async () => {
  const query =
    'query Q(\n  $id: ID!\n  $first: Int) { region(id: $id) { id } clusters(first: $first) { id } }';
  const wrong = ['INVALID_INPUT 2:3', 'INVALID_INPUT 3:3'];
  expect(await errorLocations(fixture.url, query, { first: 'x' })).toEqual(wrong);
  expect(await errorLocations(fixture.url, query, { id: 'cn-hangzhou', first: 1 })).toEqual([]);
  expect(await errorLocations(fixture.url, query, { first: 'x' })).toEqual(wrong);
  expect(await errorLocations(fixture.url, query, { id: 'x', first: 11 })).toEqual(['PAGE_SIZE_EXCEEDED']);
});

test('locates the error for introspection without its scope', async () => {
  const query = 'query {\n  version ...F }\nfragment F on Query {\n  __type(name: "Region") { name } }';
  expect(await errorLocations(secretive.url, query)).toEqual(['FORBIDDEN 4:3']);
  const bearer = await token('acme', { claims: { scope: 'schema' } });
  expect(await post(secretive.url, query, { bearer })).not.toHaveProperty('errors');
  expect(await errorLocations(secretive.url, query)).toEqual(['FORBIDDEN 4:3']);
});
