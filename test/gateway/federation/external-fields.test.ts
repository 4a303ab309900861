import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGraph, subgraph } from './kit.js';

const pens = [
  { __typename: 'Pen', id: 'p1', label: 'blue', length: 14 },
  { __typename: 'Pen', id: 'p2', label: 'red', length: 12 },
];

const things = subgraph(
  'things',
  `type Query { things: [Thing!]! } interface Thing @key(fields: "id") { id: ID! label: String }
   type Pen implements Thing @key(fields: "id") { id: ID! label: String length: Int }`,
  {
    Query: { things: () => pens },
    Thing: { __resolveReference: ({ id }: { id: string }) => pens.find((pen) => pen.id === id) },
    Pen: { __resolveReference: ({ id }: { id: string }) => pens.find((pen) => pen.id === id) },
  },
);

const shelves = subgraph(
  'shelves',
  `type Query { shelf: [Thing] } type Thing @key(fields: "id") @interfaceObject {
     id: ID! label: String @external place: String @requires(fields: "label") }`,
  {
    Query: { shelf: () => pens.map(({ id }) => ({ id })) },
    Thing: {
      __resolveReference: (reference: object) => reference,
      place: ({ label }: { label: string }) => `under ${label}`,
    },
  },
);

/** As Hive's composition writes it: a word only on what a subgraph adds. */
function withoutExternal(sdl: string): string {
  const written = sdl.replaceAll(
    'label: String @join__field(graph: SHELVES, external: true) @join__field(graph: THINGS)',
    'label: String',
  );
  expect(written).not.toBe(sdl);
  return written;
}

let graph: Awaited<ReturnType<typeof startGraph>>;

beforeAll(async () => void (graph = await startGraph([things, shelves], withoutExternal)));
afterAll(() => graph[Symbol.asyncDispose]());

test.each(['things', 'shelf'])(
  'fetches the fields that an interface object requires from another subgraph, starting from %s',
  async (field) => {
    const query = `{ ${field} { __typename id label place ... on Pen { length } } }`;
    const { data, errors } = await graph.ask(query);
    expect({ data, errors }).toEqual({
      data: { [field]: pens.map((pen) => ({ ...pen, place: `under ${pen.label}` })) },
    });
  },
);
