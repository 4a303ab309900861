import { expect, test } from 'vitest';
import { federation, finder, startGraph, subgraph } from './kit.js';

const pets = [
  { __typename: 'Cat', id: 'c1', label: 'cat' },
  { __typename: 'Dog', id: 'd1', label: 'dog' },
];
const pet = finder(pets, 'id');

federation(
  'fragments on abstract types around an interface object',
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
      title: 'applies a fragment on a union',
      query: '{ named { id ... on Pet { ... on Cat { label } ... on Named { call } } } }',
      data: {
        named: [
          { id: 'c1', label: 'cat', call: 'call c1' },
          { id: 'd1', call: 'call d1' },
        ],
      },
    },
    {
      title: 'applies a fragment on a union of some of its types',
      query: '{ named { id ... on Quiet { ... on Pet { ... on Named { loud } } } } }',
      data: { named: [{ id: 'c1' }, { id: 'd1', loud: 'DOG' }] },
    },
    {
      title: 'applies a named fragment on another interface',
      query: '{ named { ...age call } } fragment age on Old { age ... on Named { label } }',
      data: { named: [{ age: 7, label: 'cat', call: 'call c1' }, { call: 'call d1' }] },
    },
    {
      title: 'applies fragments next to introspection',
      query: '{ __schema { queryType { ...name } } named { id } } fragment name on __Type { name }',
      data: { __schema: { queryType: { name: 'Query' } }, named: [{ id: 'c1' }, { id: 'd1' }] },
    },
    {
      title: 'selects nothing when no type satisfies all fragments',
      query: '{ named { ... on Quiet { ... on Pet { ... on Cat { label } } } } }',
      data: { named: [{}, {}] },
    },
    {
      title: 'resolves a field of one type and a field of the interface',
      query: '{ pets { ... on Cat { loud } ... on Named { call } } }',
      data: { pets: [{ loud: 'CAT', call: 'call c1' }, { call: 'call d1' }] },
      requests: { pets: 1, calls: 1 },
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
  const { errors } = await graph.send('{ more { after } }');
  expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_NOT_PLANNED' } }]);
});
