import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GraphQLSchema, Kind, buildSchema, parse } from 'graphql';
import { checkVariableLimits } from '../../../../gateway/request/limits/variables.js';
import { type Limits, defaultLimits } from '../../../../gateway/request/limits/limits.js';
import { type Fixture, post, startFixture } from '../../fixtures/gateway.js';
import { openSocket } from '../../fixtures/socket.js';

const schema: GraphQLSchema = buildSchema(`
  scalar JSON
  enum Color { RED }
  input Part { id: ID color: Color name: String parts: [Part!] }
  type Query { a(ids: [ID!], part: Part, json: JSON, text: String, color: Color): Int }
`);
const limits: Limits = { ...defaultLimits, listLength: 5, variableEntries: 20, idLength: 8, nesting: 4 };

const declared: Readonly<Record<string, string>> = {
  ids: '[ID!]',
  part: 'Part',
  json: 'JSON',
  text: 'String',
  color: 'Color',
};

function exceeded(variables: Record<string, unknown>): unknown {
  const names = Object.keys(declared).map((name) => `$${name}: ${declared[name]}`);
  const [operation] = parse(`query (${names.join()}) { a }`).definitions;
  const definitions =
    operation?.kind === Kind.OPERATION_DEFINITION ? operation.variableDefinitions : undefined;
  const error = checkVariableLimits(schema, definitions ?? [], variables, limits);
  if (!error) return undefined;
  const { code, limit, path } = error.extensions;
  return { code, limit, path };
}

const text = 'x'.repeat(9);

const beyond: readonly (readonly [string, Record<string, unknown>, string, readonly string[]])[] = [
  ['a list', { ids: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'listLength', ['ids']],
  ['a list in an object', { part: { parts: new Array(6).fill({}) } }, 'listLength', ['part', 'parts']],
  ['a list in JSON', { json: { a: [1, 2, 3, 4, 5, 6] } }, 'listLength', ['json', 'a']],
  ['lists together', { json: new Array(5).fill([1, 2, 3, 4]) }, 'variableEntries', ['json', '3']],
  [
    'objects together',
    { json: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [i, 0])) },
    'variableEntries',
    ['json'],
  ],
  ['an id', { ids: ['a', text] }, 'idLength', ['ids', '1']],
  ['an id in an object', { part: { parts: [{ id: text }] } }, 'idLength', ['part', 'parts', '0', 'id']],
  ['a value of an enum', { part: { color: text } }, 'idLength', ['part', 'color']],
  ['nesting', { json: [[[[[]]]]] }, 'nesting', ['json', '0', '0', '0', '0']],
];

test.each(beyond)('rejects %s beyond its limit with the path of the value', (_, variables, limit, path) => {
  expect(exceeded(variables)).toEqual({ code: 'LIMIT_EXCEEDED', limit, path });
});

test.each([
  ['long texts', { text: 'x'.repeat(100_000), part: { name: text } }],
  ['the maximum number of entries', { ids: ['a', 'b', 'c', 'd', 'e'], json: [1, 2, 3] }],
  ['variables that the operation does not declare', { other: new Array(100).fill(0) }],
  ['nulls', { ids: null, part: null }],
])('accepts %s', (_, variables) => {
  expect(exceeded(variables)).toBeUndefined();
});

test('shortens the keys in the path of a rejected value', () => {
  const error = exceeded({ json: { ['k'.repeat(1000)]: new Array(6).fill(0) } });
  expect(error).toMatchObject({ path: ['json', 'k'.repeat(100)] });
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const query = 'query ($id: ID!) { cluster(id: $id) { id } }';

test('rejects a list of 90,000 entries before it is coerced', async () => {
  const id = Array.from({ length: 90_000 }, () => 'x');
  const result = await post(fixture.url, query, { variables: { id } });
  expect(result.status).toBe(400);
  expect(JSON.stringify(result).length).toBeLessThan(1000);
  expect(result).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'listLength' } }] });
});

test('rejects a long id on a WebSocket', async () => {
  await using socket = openSocket(fixture.url);
  const id = 'x'.repeat(900_000);
  const coercionStarted = new Promise((resolve) => {
    socket.client.subscribe(
      { query, variables: { id } },
      { next: resolve, error: resolve, complete: () => undefined },
    );
  });
  expect(await coercionStarted).toMatchObject([
    { extensions: { code: 'LIMIT_EXCEEDED', limit: 'idLength' } },
  ]);
});

test('truncates a value in an error message', async () => {
  const variables = { n: 'x'.repeat(900_000) };
  const result = await post(fixture.url, 'query ($n: Int) { clusters(first: $n) { id } }', { variables });
  expect(result).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
  expect(JSON.stringify(result).length).toBeLessThan(2000);
});

test.each([
  ['an alias of 256 characters', `{ ${'a'.repeat(256)}: clusters { id } }`, 'aliasLength'],
  ['a list of 1,001 entries', `{ cluster(id: [${'"x" '.repeat(1001)}]) { id } }`, 'listLength'],
])('rejects %s in a document', async (_, document, limit) => {
  const result = await post(fixture.url, document);
  expect(result).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit } }] });
});
