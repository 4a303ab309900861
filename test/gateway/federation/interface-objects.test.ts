import { federation, subgraph } from './kit.js';

federation(
  'interface objects that cannot be resolved',
  [
    subgraph(
      'left',
      `interface Node @key(fields: "id") { id: ID! }
       type Meal @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
       type Query { left: Node meal: Meal! }`,
      {
        Query: { left: () => ({ __typename: 'Node', id: 'n1' }), meal: () => ({ id: 'm1' }) },
        Node: {
          __resolveReference: () => {
            throw new Error('not resolvable');
          },
        },
      },
    ),
    subgraph(
      'right',
      `type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }
       interface Meal @key(fields: "id") { id: ID! }
       type Soup implements Meal @key(fields: "id") { id: ID! name: String! }
       type Query { right: Node }`,
      {
        Query: { right: () => ({ __typename: 'Node', id: 'n1' }) },
        Node: { field: () => 'foo' },
        Meal: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Soup', id, name: 'soup' }) },
        Soup: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Soup', id, name: 'soup' }) },
      },
    ),
  ],
  [
    {
      title: 'its own field where it is an object',
      query: '{ right { id field } }',
      data: { right: { id: 'n1', field: 'foo' } },
    },
    {
      title: 'its own field where it is an interface without objects',
      query: '{ left { field } }',
      data: null,
      errors: true,
    },
    { title: 'its key where it is an object', query: '{ right { id } }', data: { right: { id: 'n1' } } },
    {
      title: 'its key where it is an interface without objects',
      query: '{ left { id } }',
      data: { left: null },
      errors: true,
    },
    { title: 'the key of an interface object', query: '{ meal { id } }', data: { meal: { id: 'm1' } } },
    {
      title: 'a field that the interface does not have',
      query: '{ meal { id name } }',
      data: null,
      errors: true,
    },
    {
      title: 'what an interface object is, when that is asked for',
      query: '{ meal { ... on Soup { id } } }',
      data: { meal: { id: 'm1' } },
    },
  ],
);
