import { federation, finder, plainSubgraph, subgraph } from './kit.js';

const accounts = [
  { __typename: 'Admin', id: 'u1', active: true },
  { __typename: 'Admin', id: 'u2', active: true },
  { __typename: 'Regular', id: 'u3', active: true },
];
const names = ['Ann', 'Bob', 'Eve'];
const findAccount = finder(accounts, 'id');

federation(
  'an interface of one subgraph that is an object in two others',
  [
    subgraph(
      'a',
      `type Query { users: [Named!]! }
       interface Named @key(fields: "id") { id: ID! name: String }
       interface Account @key(fields: "id") { id: ID! }
       type Guest implements Named @key(fields: "id") { id: ID! name: String age: Int }
       type Admin implements Account @key(fields: "id") { id: ID! active: Boolean! @shareable }
       type Regular implements Account @key(fields: "id") { id: ID! active: Boolean! @shareable }`,
      {
        Query: { users: () => [{ __typename: 'Guest', id: 'g1', name: 'guest', age: 11 }] },
        Named: {
          __resolveReference: ({ id }: { id: string }) => ({
            __typename: 'Guest',
            id,
            name: 'guest',
            age: 11,
          }),
        },
        Guest: {
          __resolveReference: ({ id }: { id: string }) => ({
            __typename: 'Guest',
            id,
            name: 'guest',
            age: 11,
          }),
        },
        Account: { __resolveReference: findAccount },
        Admin: { __resolveReference: findAccount },
        Regular: { __resolveReference: findAccount },
      },
    ),
    subgraph(
      'b',
      `type Query { others: [Named] accounts: [Account!]! }
       type Named @key(fields: "id") @interfaceObject { id: ID! username: String }
       type Account @key(fields: "id") @interfaceObject { id: ID! name: String! }`,
      {
        Query: { others: () => [{ id: 'g1' }], accounts: () => accounts.map(({ id }) => ({ id })) },
        Named: {
          __resolveReference: (reference: object) => reference,
          username: ({ id }: { id: string }) => `user ${id}`,
        },
        Account: {
          __resolveReference: (reference: object) => reference,
          name: ({ id }: { id: string }) => names[Number(id.slice(1)) - 1],
        },
      },
    ),
    subgraph(
      'c',
      'type Account @key(fields: "id") @interfaceObject { id: ID! active: Boolean! @shareable }',
      { Account: { __resolveReference: (reference: object) => reference, active: () => false } },
    ),
  ],
  [
    {
      title: 'resolves fields of the interface and of the object, starting from either',
      query: '{ users { id name username } others { id name username } }',
      data: {
        users: [{ id: 'g1', name: 'guest', username: 'user g1' }],
        others: [{ id: 'g1', name: 'guest', username: 'user g1' }],
      },
    },
    {
      title: 'resolves fields of a type and of its interface',
      query:
        '{ others { ... on Guest { age id name username } id name } users { ... on Guest { age username } id } }',
      data: {
        others: [{ age: 11, id: 'g1', name: 'guest', username: 'user g1' }],
        users: [{ age: 11, username: 'user g1', id: 'g1' }],
      },
    },
    {
      title: 'resolves a field of the object without requesting its type',
      query: '{ accounts { name } }',
      data: { accounts: names.map((name) => ({ name })) },
      requests: { b: 1 },
    },
    {
      title: 'resolves fields that are selected for one type only',
      query: '{ accounts { ... on Admin { name __typename } } }',
      data: {
        accounts: [{ name: 'Ann', __typename: 'Admin' }, { name: 'Bob', __typename: 'Admin' }, {}],
      },
    },
    {
      title: 'resolves the concrete types',
      query: '{ accounts { name __typename t: __typename } }',
      data: {
        accounts: [
          { name: 'Ann', __typename: 'Admin', t: 'Admin' },
          { name: 'Bob', __typename: 'Admin', t: 'Admin' },
          { name: 'Eve', __typename: 'Regular', t: 'Regular' },
        ],
      },
    },
    {
      title: 'resolves a field of the object in one subgraph and of its types in another',
      query: '{ accounts { id active } }',
      data: { accounts: accounts.map(({ id }) => ({ id, active: false })) },
    },
    {
      title: 'resolves the same field for one of the types',
      query: '{ accounts { id ... on Admin { active } } }',
      data: { accounts: [{ id: 'u1', active: true }, { id: 'u2', active: true }, { id: 'u3' }] },
    },
  ],
);

const tracks = { __typename: 'Track', id: 't1', title: 'track' };

federation(
  'an interface object with a type that a third subgraph extends',
  [
    subgraph(
      'media',
      `type Query { find(id: ID!): Item } interface Item @key(fields: "id") { id: ID! title: String }
       type Track implements Item @key(fields: "id") { id: ID! title: String }`,
      {
        Query: { find: () => tracks },
        Item: { __resolveReference: () => tracks },
        Track: { __resolveReference: () => tracks },
      },
    ),
    subgraph(
      'lists',
      `type Query { list: List } type List { items: [Item] }
       type Item @key(fields: "id") @interfaceObject { id: ID! position: Int }`,
      {
        Query: { list: () => ({ items: [{ id: 't1' }] }) },
        Item: { __resolveReference: (reference: object) => reference, position: () => 4 },
      },
    ),
    subgraph(
      'bands',
      'type Track @key(fields: "id") { id: ID! band: Band } type Band @key(fields: "id") { id: ID! name: String }',
      { Track: { band: () => ({ id: 'b1', name: 'band' }) } },
    ),
  ],
  [
    {
      title: 'starts at the subgraph with the interface object',
      query: '{ list { items { id position title ... on Track { band { name } } } } }',
      data: { list: { items: [{ id: 't1', position: 4, title: 'track', band: { name: 'band' } }] } },
    },
    {
      title: 'starts at the subgraph with the interface',
      query: '{ find(id: "t1") { position ... on Track { title band { name } position } } }',
      data: { find: { position: 4, title: 'track', band: { name: 'band' } } },
    },
  ],
);

federation(
  'inputs and enums that differ between subgraphs',
  [
    plainSubgraph(
      'a',
      `type Query { users(kind: Kind, filter: Filter): [User] @shareable } enum Kind { STAFF GUEST }
       input Filter { first: Int! name: String }
       extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@inaccessible"])
       type User @key(fields: "id") { id: ID! kind: Kind @shareable }`,
      {
        Query: {
          users: (_: unknown, { kind, filter }: { kind?: string; filter?: { first: number } }) =>
            [
              { id: '1', kind: 'STAFF' },
              { id: '2', kind: 'GUEST' },
            ]
              .filter((user) => !kind || user.kind === kind)
              .slice(0, filter?.first ?? 9),
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => ({ id, kind: id === '1' ? 'STAFF' : 'GUEST' }),
        },
      },
    ),
    subgraph(
      'b',
      `type Query { guest(kind: Kind): User } enum Kind { STAFF GUEST @inaccessible }
       input Filter { first: Int! after: String } type User @key(fields: "id") { id: ID! kind: Kind @shareable mail: String }
       type Mutation { filter(by: Filter): String }`,
      {
        Query: { guest: (_: unknown, { kind }: { kind?: string }) => ({ id: kind === 'STAFF' ? '1' : '2' }) },
        Mutation: { filter: (_: unknown, { by }: { by: object }) => JSON.stringify(by) },
        User: {
          mail: ({ id }: { id: string }) => `${id}@example.org`,
          __resolveReference: (reference: object) => reference,
        },
      },
    ),
  ],
  [
    {
      title: 'accepts an input field that all subgraphs define',
      query: '{ users(filter: { first: 1 }) { id mail } }',
      data: { users: [{ id: '1', mail: '1@example.org' }] },
    },
    {
      title: 'rejects an input field that only one subgraph defines',
      query: '{ users(filter: { first: 1, name: "x" }) { id } }',
      data: null,
      errors: true,
    },
    {
      title: 'accepts an enum value that all subgraphs define',
      query: '{ users(kind: STAFF) { id kind } guest(kind: STAFF) { id } }',
      data: { users: [{ id: '1', kind: 'STAFF' }], guest: { id: '1' } },
    },
    {
      title: 'rejects an inaccessible enum value as an argument',
      query: '{ users(kind: GUEST) { id } }',
      data: null,
      errors: true,
    },
    {
      title: 'nulls an inaccessible enum value in the response',
      query: '{ users { id kind } }',
      data: {
        users: [
          { id: '1', kind: 'STAFF' },
          { id: '2', kind: null },
        ],
      },
    },
  ],
);
