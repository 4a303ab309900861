import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGraph, subgraph } from './kit.js';

const pens = [
  { __typename: 'Pen', id: 'p1', label: 'blue', length: 14 },
  { __typename: 'Pen', id: 'p2', label: 'red', length: 12 },
];

const thingSubgraph = subgraph(
  'things',
  `type Query { things: [Thing!]! } interface Thing @key(fields: "id") { id: ID! label: String }
   type Pen implements Thing @key(fields: "id") { id: ID! label: String length: Int }`,
  {
    Query: { things: () => pens },
    Thing: { __resolveReference: ({ id }: { id: string }) => pens.find((pen) => pen.id === id) },
    Pen: { __resolveReference: ({ id }: { id: string }) => pens.find((pen) => pen.id === id) },
  },
);

const shelfSubgraph = subgraph(
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

/** The SDL as Hive's composition writes it: without `@join__field(external: true)`. */
function withoutExternal(sdl: string): string {
  const rewritten = sdl.replaceAll(
    'label: String @join__field(graph: SHELVES, external: true) @join__field(graph: THINGS)',
    'label: String',
  );
  expect(rewritten).not.toBe(sdl);
  return rewritten;
}

let graph: Awaited<ReturnType<typeof startGraph>>;

beforeAll(async () => void (graph = await startGraph([thingSubgraph, shelfSubgraph], withoutExternal)));
afterAll(() => graph[Symbol.asyncDispose]());

test.each(['things', 'shelf'])(
  'fetches the fields that an interface object requires from another subgraph, starting from %s',
  async (field) => {
    const query = `{ ${field} { __typename id label place ... on Pen { length } } }`;
    const { data, errors } = await graph.send(query);
    expect({ data, errors }).toEqual({
      data: { [field]: pens.map((pen) => ({ ...pen, place: `under ${pen.label}` })) },
    });
  },
);
