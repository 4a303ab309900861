import { federation, finder, subgraph } from './kit.js';

const books = [
  { isbn: 'i1', title: 'One', cost: 11, pages: 1, shelf: { rent: 11 } },
  { isbn: 'i2', title: 'Two', cost: 22, pages: 2, shelf: { rent: 22 } },
];

const shipping = subgraph(
  'shipping',
  `type Book @key(fields: "isbn") {
     isbn: String!
     pages: Int @external
     cost(in: String!): Int @external
     fee: Int @requires(fields: "cost(in: \\"USD\\") pages")
     feeInEuro: Int @requires(fields: "cost(in: \\"EUR\\") pages")
     shelf: Shelf @external
     dear: Boolean @requires(fields: "shelf { rent(in: \\"USD\\") }")
   }
   type Shelf @external { rent(in: String!): Int }`,
  {
    Book: {
      __resolveReference: (reference: object) => reference,
      fee: ({ cost, pages }: { cost: number; pages: number }) => cost * pages * 10,
      feeInEuro: ({ cost, pages }: { cost: number; pages: number }) => cost * pages * 10,
      dear: ({ shelf }: { shelf: { rent: number } }) => shelf.rent > 11,
    },
  },
);

const catalog = subgraph(
  'catalog',
  `type Query { books: [Book] }
   type Book @key(fields: "isbn") { isbn: String! title: String cost(in: String!): Int pages: Int shelf: Shelf }
   type Shelf { rent(in: String!): Int }`,
  {
    Query: { books: () => books },
    Book: {
      __resolveReference: finder(books, 'isbn'),
      cost: ({ cost }: { cost: number }, { in: currency }: { in: string }) =>
        currency === 'EUR' ? cost * 2 : cost,
    },
  },
);

federation(
  '@requires with arguments',
  [shipping, catalog],
  [
    {
      title: 'resolves a field that requires another one with an argument',
      query: '{ books { isbn title fee } }',
      data: {
        books: [
          { isbn: 'i1', title: 'One', fee: 110 },
          { isbn: 'i2', title: 'Two', fee: 440 },
        ],
      },
    },
    {
      title: 'resolves two fields that require the same one with different arguments',
      query: '{ books { fee feeInEuro dear } }',
      data: {
        books: [
          { fee: 110, feeInEuro: 220, dear: false },
          { fee: 440, feeInEuro: 880, dear: true },
        ],
      },
    },
    {
      title: 'resolves the required field for the client with another argument',
      query: '{ books { cost(in: "EUR") fee } }',
      data: {
        books: [
          { cost: 22, fee: 110 },
          { cost: 44, fee: 440 },
        ],
      },
    },
    {
      title: 'resolves the required nested field for the client with another argument',
      query: 'query ($in: String!) { books { shelf { rent(in: $in) } dear } }',
      variables: { in: 'EUR' },
      data: {
        books: [
          { shelf: { rent: 11 }, dear: false },
          { shelf: { rent: 22 }, dear: true },
        ],
      },
    },
  ],
);

const posts = [{ id: 'p1' }, { id: 'p2' }];
const remarks = [
  { id: 'c1', post: 'p1', by: 'a2', text: 'one' },
  { id: 'c2', post: 'p1', by: 'a2', text: 'two' },
  { id: 'c3', post: 'p1', by: 'a2', text: 'buy' },
  { id: 'c4', post: 'p2', by: 'a1', text: 'four' },
  { id: 'c5', post: 'p2', by: 'a1', text: 'five' },
  { id: 'c6', post: 'p2', by: 'a1', text: 'six' },
  { id: 'c7', post: 'p2', by: 'a1', text: 'buy' },
];
const remarksOf = ({ id }: { id: string }, { limit }: { limit: number }) =>
  remarks.filter(({ post }) => post === id).slice(0, limit);

const feed = subgraph(
  'feed',
  `type Query { feed: [Post] }
   type Post @key(fields: "id") { id: ID! remarks(limit: Int!): [Remark] @external }
   type Remark @key(fields: "id") {
     id: ID! by: ID text: String! sameElsewhere: [Post] @external
     spam: Boolean @requires(fields: "sameElsewhere { remarks(limit: 50) { id } }")
   }`,
  {
    Query: { feed: () => posts },
    Post: { __resolveReference: finder(posts, 'id') },
    Remark: {
      __resolveReference: (reference: { id: string }) => ({
        ...remarks.find(({ id }) => id === reference.id),
        ...reference,
      }),
      spam: ({ sameElsewhere }: { sameElsewhere?: { remarks: { id: string }[] }[] }) =>
        sameElsewhere === undefined
          ? null
          : sameElsewhere.length > 0 &&
            sameElsewhere.every(({ remarks: all }) => all.length > 2 && all.every(({ id }) => id)),
    },
  },
);

const talk = subgraph(
  'talk',
  `type Post @key(fields: "id") {
     id: ID! author: Author @requires(fields: "remarks(limit: 3) { by }") remarks(limit: Int!): [Remark]
   }
   type Remark @key(fields: "id") { id: ID! date: String by: ID @external sameElsewhere: [Post] }
   type Author { id: ID! }`,
  {
    Post: {
      __resolveReference: (reference: object) => reference,
      author: ({ remarks: given }: { remarks?: { by: string }[] }) => {
        if (given?.length !== 3) throw new Error('expected three remarks');
        return { id: given[2]?.by };
      },
      remarks: (post: { id: string }, args: { limit: number }) =>
        remarksOf(post, args).map(({ id }) => ({ id })),
    },
    Remark: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      sameElsewhere: ({ id }: { id: string }) => {
        const found = remarks.find((remark) => remark.id === id);
        return remarks
          .filter(({ text, post }) => text === found?.text && post !== found.post)
          .map(({ post }) => ({ id: post }));
      },
    },
  },
);

const authorsAndFirst = {
  feed: [
    { author: { id: 'a2' }, remarks: [{ id: 'c1' }] },
    { author: { id: 'a1' }, remarks: [{ id: 'c4' }] },
  ],
};

federation(
  '@requires with arguments, through another subgraph',
  [feed, talk],
  [
    {
      title: 'resolves a field that requires a list with an argument',
      query: '{ feed { author { id } } }',
      data: { feed: [{ author: { id: 'a2' } }, { author: { id: 'a1' } }] },
    },
    {
      title: 'resolves the required list for the client with a smaller limit',
      query: '{ feed { author { id } remarks(limit: 1) { id } } }',
      data: authorsAndFirst,
    },
    {
      title: 'resolves the required list for the client under an alias',
      query: '{ feed { author { id } all: remarks(limit: 1) { id } } }',
      data: {
        feed: [
          { author: { id: 'a2' }, all: [{ id: 'c1' }] },
          { author: { id: 'a1' }, all: [{ id: 'c4' }] },
        ],
      },
    },
    {
      title: 'resolves a field that requires a list below the same list with another argument',
      query: '{ feed { remarks(limit: 3) { spam } } }',
      data: {
        feed: [
          { remarks: [{ spam: false }, { spam: false }, { spam: true }] },
          { remarks: [{ spam: false }, { spam: false }, { spam: false }] },
        ],
      },
    },
    {
      title: 'resolves the required list for the client with a variable as argument',
      query: 'query ($limit: Int = 1) { feed { author { id } remarks(limit: $limit) { id } } }',
      data: authorsAndFirst,
    },
    {
      title: 'resolves the required list for the client in two fragments',
      query: `query ($limit: Int = 1) { feed { author { id } ...A ...B } }
      fragment A on Post { remarks(limit: $limit) { id } } fragment B on Post { remarks(limit: $limit) { id } }`,
      data: authorsAndFirst,
    },
  ],
);
