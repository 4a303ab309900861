import { federation, subgraph } from './kit.js';

federation(
  'interface objects without a resolvable interface',
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
      title: 'resolves a field of the interface object itself',
      query: '{ right { id field } }',
      data: { right: { id: 'n1', field: 'foo' } },
    },
    {
      title: 'resolves a field of an interface without object types',
      query: '{ left { field } }',
      data: null,
      errors: true,
    },
    { title: 'resolves the key of the object', query: '{ right { id } }', data: { right: { id: 'n1' } } },
    {
      title: 'reports an error for the key of an interface without object types',
      query: '{ left { id } }',
      data: { left: null },
      errors: true,
    },
    {
      title: 'resolves the key of an interface object',
      query: '{ meal { id } }',
      data: { meal: { id: 'm1' } },
    },
    {
      title: 'resolves a field that only the interface object has',
      query: '{ meal { id name } }',
      data: null,
      errors: true,
    },
    {
      title: 'reports an error when the type of an interface object is requested',
      query: '{ meal { ... on Soup { id } } }',
      data: { meal: { id: 'm1' } },
    },
  ],
);
