import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { signActor } from '../../../../kernel/actor.js';
import { subgraphSchema } from '../../../../subgraphs/runtime/schema/define-subgraph.js';
import { literalFault, variableFault } from '../../../../subgraphs/runtime/execution/input-texts.js';
import { serveSubgraph } from '../../../../subgraphs/runtime/server/serve-subgraph.js';
import { MAX_ID_LENGTH, MAX_TEXT_LENGTH } from '../../../../protocol/input-lengths.js';
import { createLog } from '../../../../kernel/log.js';

const schema = subgraphSchema(
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar JSON
  enum Color { RED }
  input Paint { id: ID color: Color colors: [Color!] name: String inner: [Paint!] more: JSON }
  type Town @key(fields: "id") { id: ID! name: String }
  type Query { a(id: ID, ids: [ID!], paint: Paint, text: String, json: JSON, color: Color): Int }`,
  { Query: { a: () => 1 }, Town: { __resolveReference: (town: unknown) => town } },
);

const DECLARED = '$id: ID, $ids: [ID!], $paint: Paint, $text: String, $json: JSON, $color: Color';
const QUERY = parse(
  `query (${DECLARED}) { a(id: $id, ids: $ids, paint: $paint, text: $text, json: $json, color: $color) }`,
);
const ENTITIES = parse('query ($r: [_Any!]!) { _entities(representations: $r) { ... on Town { id name } } }');

const id = 'x'.repeat(MAX_ID_LENGTH + 1);
const text = 'x'.repeat(MAX_TEXT_LENGTH + 1);

const beyond: readonly (readonly [string, Record<string, unknown>, string, readonly string[]])[] = [
  ['an id', { id }, 'idLength', ['id']],
  ['an id in a list', { ids: ['a', id] }, 'idLength', ['ids', '1']],
  ['an id in an object', { paint: { inner: [{ id }] } }, 'idLength', ['paint', 'inner', '0', 'id']],
  ['a value of an enum', { color: id }, 'idLength', ['color']],
  ['a value of an enum in a list', { paint: { colors: [id] } }, 'idLength', ['paint', 'colors', '0']],
  ['a text', { text }, 'textLength', ['text']],
  ['a text in JSON', { paint: { more: { a: [text] } } }, 'textLength', ['paint', 'more', 'a', '0']],
  ['a key of JSON', { json: { [text]: 1 } }, 'textLength', ['json']],
];

test.each(beyond)('a subgraph rejects %s that is too long, with its path', (_, variables, limit, path) => {
  expect(variableFault(schema, QUERY, variables)?.extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    limit,
    path,
  });
});

test('a subgraph rejects a representation whose id is too long', () => {
  const representations = [
    { __typename: 'Town', id: 'a', name: id },
    { __typename: 'Town', id },
  ];
  expect(variableFault(schema, ENTITIES, { r: representations })?.extensions).toMatchObject({
    limit: 'idLength',
    path: ['representations', '1', 'id'],
  });
});

test('a subgraph accepts texts of the maximum length', () => {
  const longest = { id: id.slice(1), text: text.slice(1), paint: { name: id, more: { id } } };
  expect(variableFault(schema, QUERY, longest)).toBeUndefined();
});

test.each([
  ['an argument', `{ a(id: "${id}") }`, ['id']],
  ['an object', `{ a(paint: { inner: [{ id: "${id}" }] }) }`, ['paint', 'inner', '0', 'id']],
  ['a default of a variable', `query ($id: ID = "${id}") { a(id: $id) }`, []],
])('a subgraph rejects an id that is too long in a document in %s', (_, query, path) => {
  expect(literalFault(schema, parse(query))?.extensions).toMatchObject({ limit: 'idLength', path });
  expect(literalFault(schema, parse(query.replace(id, id.slice(1))))).toBeUndefined();
});

describe('subgraph called over HTTP without a gateway', () => {
  const actorKey = new Uint8Array(32).fill(7);

  test('rejects ids of 900 kB with LIMIT_EXCEEDED and logs nothing', async () => {
    const lines: string[] = [];
    const log = createLog('warn', 'subgraph', { write: (line) => void lines.push(line) });
    await using server = await serveSubgraph(
      { name: 'clusters', schema, sdl: '' },
      { host: '127.0.0.1', port: 0, actorKey, log },
    );
    const actor = await signActor({ account: 'acme', subject: 'ann', scopes: [] }, actorKey);
    const huge = 'x'.repeat(900_000);
    for (const body of [
      { query: 'query ($id: ID) { a(id: $id) }', variables: { id: huge } },
      { query: `{ a(id: "${huge}") }` },
    ]) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-fleetgraph-actor': actor },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      expect(text).toContain('"code":"LIMIT_EXCEEDED"');
      expect(text.length).toBeLessThan(1000);
    }
    expect(lines).toEqual([]);
  });
});
