import { federation, finder, plainSubgraph, subgraph } from './kit.js';

const never = () => {
  throw new Error('must not be asked for');
};
const parts = [
  { id: 'e1', name: 'one', notes: 'n1', extra: 'x1' },
  { id: 'e2', name: 'two', notes: 'n2', extra: 'x2' },
];

federation(
  '@provides of an entity',
  [
    subgraph(
      'owner',
      'type Part @key(fields: "id") { id: ID! name: String! @shareable notes: String! @shareable extra: String! }',
      {
        Part: {
          __resolveReference: (reference: { id: string }) => {
            const { name: _, ...rest } = finder(parts, 'id')(reference)!;
            return rest;
          },
          name: never,
        },
      },
    ),
    subgraph(
      'provider',
      `type Query { part: Part @provides(fields: "name notes") parts: [Part] @provides(fields: "name notes") }
       type Part @key(fields: "id") { id: ID! name: String! @external notes: String! @external }`,
      {
        Query: {
          part: () => ({ id: 'e1', name: 'one' }),
          parts: () => parts.map(({ id, name }) => ({ id, name })),
        },
        Part: { notes: never },
      },
    ),
  ],
  [
    {
      title: 'resolves the key without another fetch',
      query: '{ part { id } }',
      data: { part: { id: 'e1' } },
      requests: { provider: 1 },
    },
    {
      title: 'resolves provided fields under an alias and in fragments',
      query: '{ part { shown: name ...A ... { name } } } fragment A on Part { id name }',
      data: { part: { shown: 'one', id: 'e1', name: 'one' } },
      requests: { provider: 1 },
    },
    {
      title: 'resolves fields that are not provided from the owner',
      query: '{ parts { name extra } }',
      data: {
        parts: [
          { name: 'one', extra: 'x1' },
          { name: 'two', extra: 'x2' },
        ],
      },
      requests: { provider: 1, owner: 1 },
    },
    {
      title: 'does not request provided fields that @skip and @include exclude',
      query:
        'query ($b: Boolean = false) { part { id ... @skip(if: true) { notes } ... on Part @include(if: $b) { notes } } }',
      data: { part: { id: 'e1' } },
      requests: { provider: 1 },
    },
  ],
);

const shelf = { id: 's1', groups: [{ id: 'g1', label: 'group 1', inner: [{ id: 'i1', label: 'inner 1' }] }] };

federation(
  '@provides of nested fields',
  [
    subgraph(
      'shelves',
      `type Query { shelf: Shelf @provides(fields: "groups { id label inner { id label } }") bare: Shelf }
       type Shelf @key(fields: "id") { id: ID! groups: [Group] @external }
       type Group @key(fields: "id") { id: ID! label: String @external inner: [Inner] @external }
       type Inner @key(fields: "id") { id: ID! label: String @external }`,
      { Query: { shelf: () => shelf, bare: () => ({ id: 's1' }) } },
    ),
    subgraph(
      'groups',
      `type Shelf @key(fields: "id") { id: ID! groups: [Group] @shareable }
       type Group @key(fields: "id") { id: ID! label: String @shareable inner: [Inner] @shareable }
       type Inner @key(fields: "id") { id: ID! }`,
      {
        Shelf: { __resolveReference: () => shelf },
        Group: { __resolveReference: finder(shelf.groups, 'id') },
      },
    ),
    subgraph('inners', 'type Inner @key(fields: "id") { id: ID! label: String @shareable size: Int }', {
      Inner: { __resolveReference: ({ id }: { id: string }) => ({ id, label: 'inner 1', size: 4 }) },
    }),
  ],
  [
    {
      title: 'resolves provided nested fields from one subgraph',
      query: '{ shelf { groups { label inner { label } } } }',
      data: { shelf: { groups: [{ label: 'group 1', inner: [{ label: 'inner 1' }] }] } },
      requests: { shelves: 1 },
    },
    {
      title: 'resolves a field that is not provided below one that is',
      query: '{ shelf { groups { inner { size label } } } }',
      data: { shelf: { groups: [{ inner: [{ size: 4, label: 'inner 1' }] }] } },
      requests: { shelves: 1, inners: 1 },
    },
    {
      title: 'resolves nested fields by entity fetches without @provides',
      query: '{ bare { groups { label inner { label } } } }',
      data: { bare: { groups: [{ label: 'group 1', inner: [{ label: 'inner 1' }] }] } },
      requests: { shelves: 1, groups: 1, inners: 1 },
    },
  ],
);

const zoo = [
  { __typename: 'Dog', id: 'a1', name: 'dog' },
  { __typename: 'Cat', id: 'a2', name: 'cat' },
];
const media = { __typename: 'Tale', id: 'm1', animals: zoo };

federation(
  '@provides of interfaces and unions',
  [
    subgraph(
      'tales',
      `type Query { media: Media @provides(fields: "animals { id name }") either: Either @provides(fields: "... on Tale { name }") }
       union Either = Tale | Film interface Media { id: ID! animals: [Animal] }
       interface Animal { id: ID! name: String }
       type Tale implements Media @key(fields: "id") { id: ID! name: String @external animals: [Animal] @external }
       type Film implements Media @key(fields: "id") { id: ID! animals: [Animal] @external }
       type Dog implements Animal @key(fields: "id") { id: ID! @external name: String @external }
       type Cat implements Animal @key(fields: "id") { id: ID! @external name: String @external }`,
      { Query: { media: () => media, either: () => ({ ...media, name: 'a tale' }) } },
    ),
    subgraph(
      'zoo',
      `interface Media { id: ID! animals: [Animal] } interface Animal { id: ID! name: String }
       type Tale implements Media @key(fields: "id") { id: ID! name: String @shareable animals: [Animal] @shareable length: Int }
       type Film implements Media @key(fields: "id") { id: ID! animals: [Animal] @shareable }
       type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }
       type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable }`,
      {
        Tale: {
          __resolveReference: () => ({
            ...media,
            name: 'a tale',
            length: 9,
            animals: zoo.map((animal) => ({ ...animal, age: 3 })),
          }),
        },
        Dog: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'dog', age: 3 }) },
        Cat: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'cat' }) },
      },
    ),
  ],
  [
    {
      title: 'resolves provided fields of an interface',
      query: '{ media { id animals { id name } } }',
      data: {
        media: {
          id: 'm1',
          animals: [
            { id: 'a1', name: 'dog' },
            { id: 'a2', name: 'cat' },
          ],
        },
      },
      requests: { tales: 1 },
    },
    {
      title: 'resolves provided fields and fields of one implementation',
      query: '{ media { animals { name ... on Dog { age } ... on Cat { name } } } }',
      data: { media: { animals: [{ name: 'dog', age: 3 }, { name: 'cat' }] } },
    },
    {
      title: 'resolves provided fields of a union member',
      query: '{ either { ... on Tale { name } ... on Film { id } } }',
      data: { either: { name: 'a tale' } },
      requests: { tales: 1 },
    },
    {
      title: 'resolves fields of a union member that are not provided',
      query: '{ either { ... on Tale { name length } } }',
      data: { either: { name: 'a tale', length: 9 } },
    },
  ],
);

federation(
  'an unused @external of federation 1',
  [
    plainSubgraph(
      'prices',
      'type Query { good: Good } type Good @key(fields: "id") { id: ID! price: Float name: String @external }',
      { Query: { good: () => ({ id: 'g1', price: 1.5, name: 'wrong' }) } },
    ),
    plainSubgraph(
      'names',
      'extend type Good @key(fields: "id") { id: ID! @external name: String price: Float @external }',
      {
        Good: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'right', price: 9.9 }) },
      },
    ),
  ],
  [
    {
      title: 'resolves the field from its owner',
      query: '{ good { price name } }',
      data: { good: { price: 1.5, name: 'right' } },
    },
  ],
);
