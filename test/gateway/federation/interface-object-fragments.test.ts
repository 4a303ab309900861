import { expect, test } from 'vitest';
import { federation, finder, startGraph, subgraph } from './kit.js';

const pets = [
  { __typename: 'Cat', id: 'c1', label: 'cat' },
  { __typename: 'Dog', id: 'd1', label: 'dog' },
];
const pet = finder(pets, 'id');

federation(
  'an interface object in fragments on other abstract types',
  [
    subgraph(
      'pets',
      `type Query { pets: [Pet] } union Pet = Cat | Dog union Quiet = Dog
       interface Named @key(fields: "id") { id: ID! label: String }
       interface Old { age: Int } 
       type Cat implements Named & Old @key(fields: "id") { id: ID! label: String age: Int }
       type Dog implements Named @key(fields: "id") { id: ID! label: String }`,
      {
        Query: { pets: () => pets },
        Named: { __resolveReference: pet },
        Cat: { __resolveReference: pet, age: () => 7 },
        Dog: { __resolveReference: pet },
      },
    ),
    subgraph(
      'calls',
      `type Query { named: [Named] }
       type Named @key(fields: "id") @interfaceObject
       { id: ID! call: String label: String @external loud: String @requires(fields: "label") }`,
      {
        Query: { named: () => pets.map(({ id }) => ({ id })) },
        Named: {
          __resolveReference: ({ id, label }: { id: string; label?: string }) => ({ id, label }),
          call: ({ id }: { id: string }) => `call ${id}`,
          loud: ({ label }: { label?: string }) => label?.toUpperCase() ?? 'NOT GIVEN',
        },
      },
    ),
  ],
  [
    {
      title: 'on a union',
      query: '{ named { id ... on Pet { ... on Cat { label } ... on Named { call } } } }',
      data: {
        named: [
          { id: 'c1', label: 'cat', call: 'call c1' },
          { id: 'd1', call: 'call d1' },
        ],
      },
    },
    {
      title: 'on a union that has only some of its types',
      query: '{ named { id ... on Quiet { ... on Pet { ... on Named { loud } } } } }',
      data: { named: [{ id: 'c1' }, { id: 'd1', loud: 'DOG' }] },
    },
    {
      title: 'on another interface, by a fragment with a name',
      query: '{ named { ...age call } } fragment age on Old { age ... on Named { label } }',
      data: { named: [{ age: 7, label: 'cat', call: 'call c1' }, { call: 'call d1' }] },
    },
    {
      title: 'beside a fragment on what the schema says of itself',
      query: '{ __schema { queryType { ...name } } named { id } } fragment name on __Type { name }',
      data: { __schema: { queryType: { name: 'Query' } }, named: [{ id: 'c1' }, { id: 'd1' }] },
    },
    {
      title: 'with types of which none is left',
      query: '{ named { ... on Quiet { ... on Pet { ... on Cat { label } } } } }',
      data: { named: [{}, {}] },
    },
    {
      title: 'with a field of some types beside one of all',
      query: '{ pets { ... on Cat { loud } ... on Named { call } } }',
      data: { pets: [{ loud: 'CAT', call: 'call c1' }, { call: 'call d1' }] },
      asks: { pets: 1, calls: 1 },
    },
  ],
);

test('rejects an operation that the planner cannot plan with OPERATION_NOT_PLANNED', async () => {
  await using graph = await startGraph([
    subgraph(
      'pets',
      `type Query { cats: [Cat] } interface Named @key(fields: "id") { id: ID! label: String }
       type Cat implements Named @key(fields: "id") { id: ID! label: String }
       type Dog implements Named @key(fields: "id") { id: ID! label: String }`,
      {},
    ),
    subgraph(
      'calls',
      `type Named @key(fields: "id") @interfaceObject
       { id: ID! label: String @external loud: String @requires(fields: "label") }`,
      {},
    ),
    subgraph(
      'walks',
      `type Query { more: [Cat] } interface Named { id: ID! } type Dog implements Named @key(fields: "id") { id: ID! }
       type Cat @key(fields: "id") { id: ID! loud: String @external after: String @requires(fields: "loud") }`,
      {},
    ),
  ]);
  const { errors } = await graph.ask('{ more { after } }');
  expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_NOT_PLANNED' } }]);
});
