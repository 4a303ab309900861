import { federation, finder, subgraph } from './kit.js';

const posts = [
  { id: 'p1', author: { id: 'a1' } },
  { id: 'p2', author: { id: 'a2' } },
];
const authors = [
  { id: 'a1', name: 'Ann', years: 2 },
  { id: 'a2', name: 'Bob', years: 20 },
];

federation(
  'circular @requires between two subgraphs',
  [
    subgraph(
      'feed',
      `type Query { feed: [Post] }
       type Post @key(fields: "id") { id: ID! byNovice: Boolean! @external byExpert: Boolean! @requires(fields: "byNovice") }
       type Author @key(fields: "id") { id: ID! name: String! years: Int! }`,
      {
        Query: { feed: () => posts.map(({ id }) => ({ id })) },
        Post: {
          __resolveReference: (reference: object) => reference,
          byExpert: ({ byNovice }: { byNovice?: boolean }) => (byNovice === undefined ? null : !byNovice),
        },
        Author: { __resolveReference: finder(authors, 'id') },
      },
    ),
    subgraph(
      'posts',
      `type Post @key(fields: "id") { id: ID! author: Author! byNovice: Boolean! @requires(fields: "author { years }") }
       type Author @key(fields: "id") { id: ID! years: Int! @external }`,
      {
        Post: {
          __resolveReference: ({ id, author }: { id: string; author?: object }) => ({
            id,
            author: { ...posts.find((post) => post.id === id)?.author, ...author },
          }),
          byNovice: ({ author }: { author: { years: number } }) => author.years < 10,
        },
      },
    ),
  ],
  [
    {
      title: 'resolves a field that requires a field of the other subgraph',
      query: '{ feed { byNovice } }',
      data: { feed: [{ byNovice: true }, { byNovice: false }] },
    },
    {
      title: 'resolves a field whose requirement leads back to its own subgraph',
      query: '{ feed { byExpert } }',
      data: { feed: [{ byExpert: false }, { byExpert: true }] },
    },
  ],
);
