import { federation, finder, subgraph } from './kit.js';

const book = { __typename: 'Book', title: 'book', aTitle: 'a book', bTitle: 'b book' };
const song = { __typename: 'Song', title: 'song', aTitle: 'a song' };
const movie = { __typename: 'Movie', title: 'movie', bTitle: 'b movie' };
const EVERY = '__typename ... on Song { title } ... on Movie { title } ... on Book { title }';

federation(
  'a union with different members per subgraph',
  [
    subgraph(
      'a',
      `type Query { media: Media @shareable aMedia: Media viewer: Viewer @shareable }
       union Media = Book | Song
       type Viewer { media: Media @shareable aMedia: Media book: Book @shareable song: Media @shareable }
       type Book @key(fields: "title") { title: String! aTitle: String! } type Song { title: String! aTitle: String! }`,
      {
        Query: {
          media: () => book,
          aMedia: () => book,
          viewer: () => ({ media: book, aMedia: book, book, song }),
        },
        Book: { __resolveReference: () => book },
      },
    ),
    subgraph(
      'b',
      `type Query { media: Media @shareable bMedia: Media viewer: Viewer @shareable }
       union Media = Book | Movie
       type Viewer { media: Media @shareable bMedia: Media book: Book @shareable song: Media @shareable }
       type Book @key(fields: "title") { title: String! bTitle: String! } type Movie { title: String! bTitle: String! }`,
      {
        Query: {
          media: () => book,
          bMedia: () => movie,
          viewer: () => ({ media: book, bMedia: movie, book, song: null }),
        },
        Book: { __resolveReference: () => book },
      },
    ),
  ],
  [
    {
      title: 'selects nothing in a fragment on another member',
      query: '{ media { ... on Movie { title } } }',
      data: { media: {} },
    },
    {
      title: 'resolves members of either subgraph',
      query: '{ media { ... on Book { title } ... on Movie { title } } }',
      data: { media: { title: 'book' } },
    },
    {
      title: 'resolves members below a shared root field',
      query: `{ viewer { media { ${EVERY} } book { __typename title } } }`,
      data: {
        viewer: { media: { __typename: 'Book', title: 'book' }, book: { __typename: 'Book', title: 'book' } },
      },
    },
    {
      title: 'resolves fields of an entity member from the other subgraph',
      query: '{ aMedia { ... on Book { title aTitle bTitle } ... on Movie { bTitle } } }',
      data: { aMedia: { title: 'book', aTitle: 'a book', bTitle: 'b book' } },
    },
    {
      title: 'resolves fields of a member that one subgraph does not define',
      query:
        '{ viewer { aMedia { ... on Movie { title bTitle } } bMedia { ... on Movie { title bTitle } } } }',
      data: { viewer: { aMedia: {}, bMedia: { title: 'movie', bTitle: 'b movie' } } },
    },
  ],
);

const steps = (member: object) => ({ wrapper: { steps: [{ __typename: 'Common', label: 'both' }, member] } });
const onlyA = { __typename: 'OnlyA', a: 'a' };
const onlyB = { __typename: 'OnlyB', b: 'b' };
const STEPS =
  '{ wrapper { steps { __typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } } } }';

federation(
  'a union without keys and with different members per subgraph',
  [
    subgraph(
      'a',
      `type Query { rootA: Run shared: Shared @shareable } union Step = Common | OnlyA
       type Run @key(fields: "id") { id: ID! wrapper: Wrapper } type Shared { wrapper: Wrapper @shareable }
       type Wrapper @shareable { steps: [Step] } type Common @shareable { label: String } type OnlyA { a: String }`,
      {
        Query: {
          rootA: () => ({ id: '1', ...steps(onlyA) }),
          shared: () => ({ wrapper: { steps: [{ __typename: 'Common', label: 'both' }] } }),
        },
      },
    ),
    subgraph(
      'b',
      `type Query { rootB: RunB shared: Shared @shareable } union Step = Common | OnlyB
       type RunB { wrapper: Wrapper } type Run @key(fields: "id") { id: ID! bWrapper: Wrapper }
       type Shared { wrapper: Wrapper @shareable }
       type Wrapper @shareable { steps: [Step] } type Common @shareable { label: String } type OnlyB { b: String }`,
      {
        Query: {
          rootB: () => steps(onlyB),
          shared: () => ({ wrapper: { steps: [{ __typename: 'Common', label: 'both' }] } }),
        },
        Run: { bWrapper: () => steps(onlyB).wrapper },
      },
    ),
  ],
  [
    {
      title: 'resolves members starting at the first subgraph',
      query: `{ rootA ${STEPS} }`,
      data: { rootA: { wrapper: { steps: [{ __typename: 'Common', label: 'both' }, onlyA] } } },
    },
    {
      title: 'resolves members starting at the second subgraph',
      query: `{ rootB ${STEPS} }`,
      data: { rootB: { wrapper: { steps: [{ __typename: 'Common', label: 'both' }, onlyB] } } },
    },
    {
      title: 'selects nothing for members that the queried subgraph does not define',
      query: '{ rootA { wrapper { steps { __typename ... on OnlyB { b } } } } }',
      data: { rootA: { wrapper: { steps: [{ __typename: 'Common' }, { __typename: 'OnlyA' }] } } },
    },
    {
      title: 'resolves members of both subgraphs below a shared root field',
      query: `{ shared ${STEPS} }`,
      data: { shared: { wrapper: { steps: [{ __typename: 'Common', label: 'both' }] } } },
    },
    {
      title: 'resolves members through an entity',
      query: `{ rootA { bWrapper { steps { __typename ... on Common { label } ... on OnlyB { b } ... on OnlyA { a } } } } }`,
      data: { rootA: { bWrapper: { steps: [{ __typename: 'Common', label: 'both' }, onlyB] } } },
    },
  ],
);

const users = [
  { __typename: 'User', id: 'u1', name: 'Ann' },
  { __typename: 'Admin', id: 'u2', name: 'Bob', photo: 'bob.png' },
];

federation(
  'a field with different types per union member',
  [
    subgraph(
      'a',
      'type Query { users: [User] } type User @key(fields: "id") { id: ID @shareable name: String @shareable }',
      { Query: { users: () => [users[0]] } },
    ),
    subgraph(
      'b',
      `type Query { accounts: [Account!]! }
       union Account = User | Admin
       type User @key(fields: "id") { id: ID! @shareable name: String @shareable similar: [Account!]! }
       type Admin { id: ID name: String photo: String similar: [Account!]! }`,
      {
        Query: { accounts: () => users },
        User: {
          __resolveReference: finder(users, 'id'),
          similar: () => users,
        },
        Admin: { similar: () => users },
      },
    ),
  ],
  [
    {
      title: 'resolves a field that is nullable in one member only',
      query: '{ accounts { ... on User { id name } ... on Admin { id photo } } users { id name } }',
      data: {
        accounts: [
          { id: 'u1', name: 'Ann' },
          { id: 'u2', photo: 'bob.png' },
        ],
        users: [{ id: 'u1', name: 'Ann' }],
      },
    },
    {
      title: 'resolves such a field below an entity',
      query:
        '{ users { id similar { ... on User { id name } ... on Admin { id similar { ... on User { id } ... on Admin { id name } } } } } }',
      data: {
        users: [
          {
            id: 'u1',
            similar: [
              { id: 'u1', name: 'Ann' },
              { id: 'u2', similar: [{ id: 'u1' }, { id: 'u2', name: 'Bob' }] },
            ],
          },
        ],
      },
    },
  ],
);

const ovens = ['1', '2'].map((id) => ({ __typename: 'Oven', id: `oven${id}`, warranty: Number(id) }));
const toasters = ['1', '2'].map((id) => ({
  __typename: 'Toaster',
  id: `toaster${id}`,
  warranty: Number(id) + 2,
}));
const wares = [...ovens, ...toasters];

federation(
  'a union and an interface with implementations in different subgraphs',
  [
    subgraph(
      'a',
      `type Query { wares: [Ware] node(id: ID!): Node ovens: [Oven!]! }
       union Ware = Oven | Toaster interface Node { id: ID! }
       type Oven @key(fields: "id") { id: ID! } type Toaster implements Node @key(fields: "id") { id: ID! }`,
      {
        Query: {
          wares: () => wares.map(({ __typename, id }) => ({ __typename, id })),
          node: (_: unknown, { id }: { id: string }) => wares.find((ware) => ware.id === id),
          ovens: () => ovens,
        },
      },
    ),
    subgraph(
      'b',
      `type Query { nodes: [Node] toasters: [Toaster!]! } interface Node { id: ID! }
       interface Guaranteed { warranty: Int }
       type Oven implements Node & Guaranteed @key(fields: "id") { id: ID! warranty: Int }
       type Toaster implements Node & Guaranteed @key(fields: "id") { id: ID! warranty: Int }`,
      {
        Query: { nodes: () => toasters, toasters: () => toasters },
        Oven: { __resolveReference: finder(ovens, 'id') },
        Toaster: { __resolveReference: finder(toasters, 'id') },
      },
    ),
  ],
  [
    {
      title:
        'resolves interface fields of a member that does not implement the interface in the queried subgraph',
      query: '{ wares { ... on Node { id } } }',
      data: { wares: wares.map(({ id }) => ({ id })) },
    },
    {
      title: 'resolves nested fragments on interfaces',
      query: '{ nodes { ... on Node { id ... on Node { ... on Guaranteed { warranty } } } } }',
      data: { nodes: toasters.map(({ id, warranty }) => ({ id, warranty })) },
    },
    {
      title: 'resolves fragments on an object type and on its interface',
      query:
        '{ toasters { ...T ...N } ovens { ...N } } fragment T on Toaster { id } fragment N on Node { id __typename }',
      data: {
        toasters: toasters.map(({ id, __typename }) => ({ id, __typename })),
        ovens: ovens.map(({ id, __typename }) => ({ id, __typename })),
      },
    },
    {
      title: 'completes members from another subgraph',
      query: '{ wares { ... on Guaranteed { warranty } ... on Oven { id } } }',
      data: {
        wares: [
          ...ovens.map(({ id, warranty }) => ({ warranty, id })),
          ...toasters.map(({ warranty }) => ({ warranty })),
        ],
      },
    },
    {
      title: 'resolves a type that does not implement the interface in the queried subgraph',
      query: '{ node(id: "oven1") { ... on Oven { warranty } } }',
      data: { node: null },
      errors: true,
    },
    {
      title: 'resolves a type that implements the interface in the queried subgraph',
      query: '{ node(id: "toaster1") { ... on Toaster { warranty } } }',
      data: { node: { warranty: 3 } },
    },
  ],
);

const pages = [
  { __typename: 'Print', id: 'p1', price: 5 },
  { __typename: 'Print', id: 'p2', price: 5 },
];
const samePrice = ({ id }: { id: string }) => pages.find((page) => page.id !== id);

federation(
  'a recursive interface, and an interface with an overridden field',
  [
    subgraph(
      'a',
      `type Query { product: Product feed: [Post] } interface Product { same: Product }
       type Print implements Product @key(fields: "id") { id: ID! same: Print @external }
       interface Post { id: ID! at: String! }
       type Photo implements Post @key(fields: "id") { id: ID! at: String! }`,
      {
        Query: { product: () => pages[0], feed: () => [{ __typename: 'Photo', id: 'f1', at: 'old' }] },
        Print: { __resolveReference: finder(pages, 'id') },
      },
    ),
    subgraph(
      'b',
      `type Query { other: [Post] } interface Product { id: ID! price: Float same: Product }
       type Print implements Product @key(fields: "id") { id: ID! price: Float same: Print }
       interface Post { id: ID! at: String! }
       type Text implements Post { id: ID! at: String! body: String! }
       type Photo implements Post @key(fields: "id") { id: ID! at: String! @override(from: "a") }`,
      {
        Query: {
          other: () => [
            { __typename: 'Photo', id: 'f1' },
            { __typename: 'Text', id: 't1', at: 'now', body: 'b' },
          ],
        },
        Print: { __resolveReference: finder(pages, 'id'), same: samePrice },
        Photo: {
          __resolveReference: (reference: object) => reference,
          at: ({ id }: { id: string }) => `new ${id}`,
        },
      },
    ),
  ],
  [
    {
      title: 'resolves a recursive interface',
      query: '{ product { same { ... on Print { id same { ... on Print { id price } } } } } }',
      data: { product: { same: { id: 'p2', same: { id: 'p1', price: 5 } } } },
    },
    {
      title: 'resolves a recursive interface without fields of its types',
      query: '{ product { same { same { ... on Print { id } } } } }',
      data: { product: { same: { same: { id: 'p1' } } } },
    },
    {
      title: 'resolves an overridden field through the interface',
      query: '{ feed { id at } other { at } }',
      data: { feed: [{ id: 'f1', at: 'new f1' }], other: [{ at: 'new f1' }, { at: 'now' }] },
    },
    {
      title: 'resolves a type that the queried subgraph does not define',
      query: '{ feed { ... on Text { id body } } }',
      data: { feed: [{}] },
    },
  ],
);
