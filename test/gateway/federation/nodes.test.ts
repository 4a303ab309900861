import { federation, plainSubgraph, subgraph } from './kit.js';

const nodes: Record<string, object> = {
  a1: { __typename: 'Account', id: 'a1', username: 'ann' },
  c1: { __typename: 'Chat', id: 'c1', text: 'hello' },
};
const node = (_: unknown, { id }: { id: string }) => nodes[id] ?? null;

federation(
  'an interface whose key each subgraph resolves for one of its types only',
  [
    subgraph(
      'accounts',
      `type Query { node(id: ID!): Node @shareable account(id: String!): Account } interface Node { id: ID! }
       type Account implements Node @key(fields: "id") { id: ID! username: String! }
       type Chat implements Node @key(fields: "id") { id: ID! @external account: Account! }`,
      {
        Query: { node, account: node },
        Account: { __resolveReference: ({ id }: { id: string }) => nodes[id] },
        Chat: { __resolveReference: (reference: object) => reference, account: () => nodes['a1'] },
      },
    ),
    subgraph(
      'chats',
      `type Query { node(id: ID!): Node @shareable chat(id: String!): Chat } interface Node { id: ID! }
       type Account implements Node @key(fields: "id") { id: ID! @external chats: [Chat!]! }
       type Chat implements Node @key(fields: "id") { id: ID! text: String! }`,
      {
        Query: { node, chat: node },
        Account: { __resolveReference: (reference: object) => reference, chats: () => [nodes['c1']] },
        Chat: { __resolveReference: ({ id }: { id: string }) => nodes[id] },
      },
    ),
  ],
  [
    {
      title: 'reports an error for the key of the interface, which no subgraph resolves for every type',
      query: '{ node(id: "a1") { id } }',
      data: null,
      errors: true,
    },
    {
      title: 'resolves __typename',
      query: '{ a: node(id: "a1") { __typename } c: node(id: "c1") { __typename } }',
      data: { a: { __typename: 'Account' }, c: { __typename: 'Chat' } },
    },
    {
      title: 'resolves fields of a type from the subgraph that defines them',
      query:
        '{ a: node(id: "a1") { ... on Account { id username } } c: node(id: "c1") { ... on Chat { id text } } }',
      data: { a: { id: 'a1', username: 'ann' }, c: { id: 'c1', text: 'hello' } },
    },
    {
      title: 'selects nothing in a fragment on another type',
      query:
        '{ a: node(id: "a1") { __typename ... on Chat { id } } c: node(id: "c1") { ... on Account { id } } }',
      data: { a: { __typename: 'Account' }, c: {} },
    },
    {
      title: 'resolves references between the two types in both directions',
      query:
        '{ chat(id: "c1") { id text account { id chats { id } } } account(id: "a1") { username chats { text } } }',
      data: {
        chat: { id: 'c1', text: 'hello', account: { id: 'a1', chats: [{ id: 'c1' }] } },
        account: { username: 'ann', chats: [{ text: 'hello' }] },
      },
    },
  ],
);

const scoped = (name: string, initial: string) =>
  plainSubgraph(
    name,
    `extend schema
       @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@composeDirective"])
       @link(url: "https://specs.example.org/access/v1.0", import: ["@access"])
       @composeDirective(name: "@access")
     directive @access(scope: Scope!${initial} level: Int) on FIELD
     enum Scope { PUBLIC PRIVATE }
     type Query { ${name}: String }`,
    { Query: { [name]: () => name } },
  );

federation(
  'executable directives that @composeDirective composes',
  [scoped('a', ' = PUBLIC'), scoped('b', ' = PUBLIC')],
  [
    {
      title: 'executes an operation that uses the default of an argument',
      query: '{ a @access b @access }',
      data: { a: 'a', b: 'b' },
    },
  ],
);

federation(
  'executable directives with a default in one subgraph only',
  [scoped('a', ''), scoped('b', ' = PUBLIC')],
  [
    {
      title: 'sends the default of the supergraph',
      query: '{ a @access ...rest } fragment rest on Query { b @access(level: 2) }',
      data: { a: 'a', b: 'b' },
    },
    {
      title: 'sends the arguments of the operation',
      query: '{ a @access(scope: PRIVATE) }',
      data: { a: 'a' },
    },
  ],
);
