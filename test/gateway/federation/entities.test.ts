import { federation, finder, plainSubgraph, subgraph } from './kit.js';

const books = [
  { upc: 'b1', id: '1', name: 'Ann' },
  { upc: 'b2', id: '2', name: 'Bob' },
  { upc: 'b3', id: null, name: 'nobody' },
];

federation(
  'null keys',
  [
    subgraph(
      'shelves',
      'type Query { shelves: [Shelf] } type Shelf { book: Book } type Book @key(fields: "upc") { upc: ID! }',
      {
        Query: { shelves: () => books.map(({ upc }) => ({ book: { upc } })) },
      },
    ),
    subgraph('books', 'type Book @key(fields: "id") @key(fields: "upc") { id: ID upc: ID! }', {
      Book: {
        __resolveReference: ({ upc }: { upc: string }) => {
          const book = books.find((book) => book.upc === upc);
          return book?.id ? { id: book.id, upc } : null;
        },
      },
    }),
    subgraph(
      'authors',
      'type Book @key(fields: "id") { id: ID author: Author } type Author { name: String }',
      {
        Book: {
          __resolveReference: ({ id }: { id: string | null }) => {
            if (id === null) throw new Error('asked for an entity without a key');
            return { id, author: { name: books.find((book) => book.id === id)?.name } };
          },
        },
      },
    ),
  ],
  [
    {
      title: 'nulls only the fields of an entity whose key is null',
      query: '{ shelves { book { upc author { name } } } }',
      data: {
        shelves: [
          { book: { upc: 'b1', author: { name: 'Ann' } } },
          { book: { upc: 'b2', author: { name: 'Bob' } } },
          { book: { upc: 'b3', author: null } },
        ],
      },
    },
  ],
);

const items = [
  { id: 'i1', pid: 'p1', category: { id: 'c1', tag: 't1' }, price: { price: 10 }, selected: true },
  { id: 'i2', pid: 'p2', category: { id: 'c2', tag: 't2' }, price: { price: 20 }, selected: false },
];

federation(
  'compound, nested and multiple keys',
  [
    subgraph('list', 'type Query { top: [Item!]! } type Item @key(fields: "id") { id: String! }', {
      Query: { top: () => items.map(({ id }) => ({ id })) },
    }),
    subgraph('link', 'type Item @key(fields: "id") @key(fields: "id pid") { id: String! pid: String! }', {
      Item: { __resolveReference: finder(items, 'id') },
    }),
    subgraph(
      'category',
      'type Item @key(fields: "id pid") { id: String! pid: String! category: Category @shareable } type Category @key(fields: "id tag") { id: String! tag: String }',
      {
        Item: {
          __resolveReference: ({ id, pid }: { id: string; pid: string }) =>
            items.find((item) => item.id === id && item.pid === pid) ?? null,
        },
      },
    ),
    subgraph(
      'price',
      `type Item @key(fields: "id pid category { id tag }") { id: String! pid: String! category: Category! price: Price }
       type Category { id: String! tag: String } type Price { price: Float! }`,
      {
        Item: {
          __resolveReference: (reference: { id: string; category: { tag: string } }) =>
            items.find(({ id, category }) => id === reference.id && category.tag === reference.category.tag),
        },
      },
    ),
  ].map((item) => ({
    ...item,
    sdl: item.sdl.replaceAll('id: String! tag: String', 'id: String! @shareable tag: String @shareable'),
  })),
  [
    {
      title: 'resolves a field by a key whose fields come from two other subgraphs',
      query: '{ top { id pid price { price } category { tag } } }',
      data: {
        top: [
          { id: 'i1', pid: 'p1', price: { price: 10 }, category: { tag: 't1' } },
          { id: 'i2', pid: 'p2', price: { price: 20 }, category: { tag: 't2' } },
        ],
      },
    },
    {
      title: 'resolves the same under aliases and in fragments',
      query: `{ all: top { ...A key: id } } fragment A on Item { cost: price { amount: price } ... on Item { category { t: tag } } }`,
      data: {
        all: [
          { cost: { amount: 10 }, category: { t: 't1' }, key: 'i1' },
          { cost: { amount: 20 }, category: { t: 't2' }, key: 'i2' },
        ],
      },
    },
  ],
);

const ACCOUNTS = [
  { id: 'u1', email: 'ann@example.org', name: 'Ann', nick: 'a' },
  { id: 'u2', email: 'bob@example.org', name: 'Bob', nick: 'b' },
];

for (const [title, extension] of [
  [
    'federation 1, extend type',
    'extend type Account @key(fields: "id") { id: ID! @external name: String @external nick: String }',
  ],
  [
    'federation 1, @extends',
    'type Account @extends @key(fields: "id") { id: ID! @external name: String @external nick: String }',
  ],
] as const) {
  federation(
    title,
    [
      plainSubgraph(
        'accounts',
        'type Query { account: Account } type Account @key(fields: "id") { id: ID! email: String name: String }',
        {
          Query: { account: () => ACCOUNTS[0] },
          Account: { __resolveReference: finder(ACCOUNTS, 'id') },
        },
      ),
      plainSubgraph(
        'nicks',
        `extend type Query { other: Account @provides(fields: "name") } ${extension.replace('nick: String', 'nick: String greeting: String @requires(fields: "name")')}`,
        {
          Query: { other: () => ACCOUNTS[1] },
          Account: {
            __resolveReference: (reference: { id: string }) => ({
              ...reference,
              nick: ACCOUNTS.find(({ id }) => id === reference.id)?.nick,
            }),
            greeting: ({ name }: { name?: string }) => (name ? `hello ${name}` : null),
          },
        },
      ),
    ],
    [
      {
        title: 'starts at the subgraph that defines the type',
        query: '{ account { id email nick greeting } }',
        data: { account: { id: 'u1', email: 'ann@example.org', nick: 'a', greeting: 'hello Ann' } },
      },
      {
        title: 'starts at the subgraph that extends the type',
        query: '{ other { id nick email } }',
        data: { other: { id: 'u2', nick: 'b', email: 'bob@example.org' } },
      },
      {
        title: 'does not request provided fields from another subgraph',
        query: '{ other { id name } }',
        data: { other: { id: 'u2', name: 'Bob' } },
        requests: { nicks: 1 },
      },
    ],
  );
}

federation(
  'entities that another subgraph has deleted',
  [
    subgraph(
      'log',
      `type Query { events: [Event!]! strict: [StrictEvent!] } type Event { pool: Pool } type StrictEvent { pool: Pool! }
       type Pool @key(fields: "id") { id: ID! }`,
      {
        Query: {
          events: () => [{ pool: { id: 'there' } }, { pool: { id: 'deleted' } }, { pool: null }],
          strict: () => [{ pool: { id: 'deleted' } }],
        },
      },
    ),
    subgraph('pools', 'type Pool @key(fields: "id") { id: ID! size: Int! note: String }', {
      Pool: {
        __resolveReference: ({ id }: { id: string }) =>
          id === 'there' ? { id, size: 3, note: 'new' } : null,
      },
    }),
  ],
  [
    {
      title: 'nulls a nullable reference without an error when a non-null field is missing',
      query: '{ events { pool { id size } } }',
      data: { events: [{ pool: { id: 'there', size: 3 } }, { pool: null }, { pool: null }] },
    },
    {
      title: 'nulls nullable fields and keeps the key',
      query: '{ events { pool { id note } } }',
      data: {
        events: [
          { pool: { id: 'there', note: 'new' } },
          { pool: { id: 'deleted', note: null } },
          { pool: null },
        ],
      },
    },
    {
      title: 'reports an error for a non-null reference',
      query: '{ strict { pool { size } } }',
      data: { strict: null },
      errors: true,
    },
  ],
);
