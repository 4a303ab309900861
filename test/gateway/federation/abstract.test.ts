import { federation, finder, subgraph } from './kit.js';

const media = [
  { __typename: 'Book', id: 'm1', title: 'book', pages: 10 },
  { __typename: 'Film', id: 'm2', title: 'film', minutes: 90 },
  { __typename: 'Song', id: 'm3', title: 'song', bars: 4 },
];
const find = ({ id }: { id: string }) => media.find((item) => item.id === id) ?? null;

federation(
  'unions and interfaces with different members per subgraph',
  [
    subgraph(
      'one',
      `type Query { media: Media list: [Media] shared: Media @shareable node(id: ID!): Node @shareable }
       union Media = Book | Film | Song
       interface Node { id: ID! }
       type Book implements Node @key(fields: "id") { id: ID! title: String @shareable }
       type Film implements Node @key(fields: "id") { id: ID! title: String @shareable }
       type Song @key(fields: "id") { id: ID! bars: Int }`,
      {
        Query: {
          media: () => media[0],
          list: () => media,
          shared: () => media[0],
          node: (_: unknown, args: { id: string }) => find(args),
        },
        Book: { __resolveReference: find },
        Film: { __resolveReference: find },
        Song: { __resolveReference: find },
      },
    ),
    subgraph(
      'two',
      `type Query { other: Media shared: Media @shareable }
       union Media = Book | Film
       interface Node { id: ID! }
       type Book implements Node @key(fields: "id") { id: ID! title: String @shareable pages: Int }
       type Film @key(fields: "id") { id: ID! title: String @shareable minutes: Int }`,
      {
        Query: { other: () => media[1], shared: () => media[0] },
        Book: { __resolveReference: find },
        Film: { __resolveReference: find },
      },
    ),
  ],
  [
    {
      title: 'completes members from the other subgraph',
      query:
        '{ list { __typename ... on Book { title pages } ... on Film { minutes } ... on Song { bars } } }',
      data: {
        list: [
          { __typename: 'Book', title: 'book', pages: 10 },
          { __typename: 'Film', minutes: 90 },
          { __typename: 'Song', bars: 4 },
        ],
      },
    },
    {
      title: 'completes a member that the queried subgraph does not define',
      query: '{ other { __typename ... on Song { bars } ... on Film { title minutes } } }',
      data: { other: { __typename: 'Film', title: 'film', minutes: 90 } },
    },
    {
      title: 'resolves a shared root field',
      query: '{ shared { ... on Book { pages } ... on Song { bars } } }',
      data: { shared: { pages: 10 } },
    },
    {
      title: 'applies an interface as a type condition',
      query: '{ list { ... on Node { id ... on Book { pages } } } }',
      data: { list: [{ id: 'm1', pages: 10 }, { id: 'm2' }, {}] },
    },
    {
      title: 'resolves a root field that returns an interface',
      query:
        '{ a: node(id: "m1") { id ... on Book { pages } } b: node(id: "m2") { __typename ... on Book { pages } } }',
      data: { a: { id: 'm1', pages: 10 }, b: { __typename: 'Film' } },
    },
    {
      title: 'applies @skip and @include to members',
      query:
        'query ($yes: Boolean = true, $no: Boolean = false) { list { ... on Book @include(if: $yes) { pages } ... on Film @skip(if: $yes) { minutes } ... on Song { bars @include(if: $no) id } } }',
      data: { list: [{ pages: 10 }, {}, { id: 'm3' }] },
    },
  ],
);

federation(
  'interface objects',
  [
    subgraph(
      'media',
      `type Query { media: Media all: [Media] }
       interface Media @key(fields: "id") { id: ID! title: String }
       type Video implements Media @key(fields: "id") { id: ID! title: String seconds: Int }
       type Article implements Media @key(fields: "id") { id: ID! title: String words: Int }`,
      {
        Query: {
          media: () => ({ __typename: 'Video', id: '1', title: 'title 1', seconds: 100 }),
          all: () => ['1', '2'].map((id) => typed(id)),
        },
        Media: { __resolveReference: ({ id }: { id: string }) => typed(id) },
        Video: { __resolveReference: ({ id }: { id: string }) => typed(id) },
        Article: { __resolveReference: ({ id }: { id: string }) => typed(id) },
      },
    ),
    subgraph(
      'authors',
      'type Query { author: Author } type Author @key(fields: "id") { id: ID! name: String } extend type Video @key(fields: "id") { id: ID! authorName: String }',
      { Query: { author: () => ({ id: '1', name: 'Ann' }) }, Video: { authorName: () => 'Ann' } },
    ),
    subgraph(
      'lists',
      `type Query { list: List } type List @key(fields: "id") { id: ID! media: Media }
       type Media @key(fields: "id") @interfaceObject {
         id: ID! title: String @external likes: Int! shout: String @requires(fields: "title")
       }`,
      {
        Query: { list: () => ({ id: 'l1', media: { id: '1' } }) },
        Media: {
          __resolveReference: (reference: object) => reference,
          likes: ({ id }: { id: string }) => Number(id) * 10,
          shout: ({ title }: { title?: string }) => title?.toUpperCase() ?? null,
        },
      },
    ),
  ],
  [
    {
      title:
        'resolves fields of the interface, of an object type and of a type that a third subgraph extends',
      query:
        '{ media { id title likes ... on Video { seconds authorName } ... on Article { words } } author { name } }',
      data: {
        media: { id: '1', title: 'title 1', likes: 10, seconds: 100, authorName: 'Ann' },
        author: { name: 'Ann' },
      },
    },
    {
      title: 'resolves the __typename that the interface object does not know',
      query: '{ list { media { __typename id likes ... on Video { seconds } ... on Article { words } } } }',
      data: { list: { media: { __typename: 'Video', id: '1', likes: 10, seconds: 100 } } },
    },
    {
      title: 'resolves @requires of an interface object',
      query: '{ all { __typename shout ... on Video { loud: shout } } }',
      data: {
        all: [
          { __typename: 'Video', shout: 'TITLE 1', loud: 'TITLE 1' },
          { __typename: 'Article', shout: 'TITLE 2' },
        ],
      },
    },
    {
      title: 'resolves @requires of an interface object for some types only',
      query:
        'query ($b: Boolean = true) { all { title ... on Video { loud: shout @include(if: $b) ... on Media { shout @include(if: $b) } } } }',
      data: { all: [{ title: 'title 1', loud: 'TITLE 1', shout: 'TITLE 1' }, { title: 'title 2' }] },
    },
    {
      title: 'ignores a fragment whose type condition does not match',
      query: '{ list { media { ... on Article { likes } } } }',
      data: { list: { media: {} } },
    },
  ],
);

function typed(id: string) {
  return id === '1'
    ? { __typename: 'Video', id, title: `title ${id}`, seconds: 100 }
    : { __typename: 'Article', id, title: `title ${id}`, words: 900 };
}

const rooms = [{ id: 'r1', lamp: { __typename: 'Bulb', id: 'x1', watts: 60 }, size: { w: 2, h: 3 } }];

federation(
  '@requires and @provides of interfaces, unions and nested objects',
  [
    subgraph(
      'rooms',
      `type Query { room: Room bright: Lamp @provides(fields: "... on Bulb { watts }") }
       type Room @key(fields: "id") { id: ID! lamp: Lamp size: Size }
       interface Lamp { id: ID! } type Size { w: Int h: Int }
       type Bulb implements Lamp @key(fields: "id") { id: ID! watts: Int @external }
       type Candle implements Lamp @key(fields: "id") { id: ID! }`,
      {
        Query: { room: () => rooms[0], bright: () => rooms[0]?.lamp },
        Room: { __resolveReference: finder(rooms, 'id') },
      },
    ),
    subgraph(
      'lamps',
      'type Bulb @key(fields: "id") { id: ID! watts: Int @shareable } type Candle @key(fields: "id") { id: ID! hours: Int }',
      {
        Bulb: { __resolveReference: ({ id }: { id: string }) => ({ id, watts: 60 }) },
        Candle: { __resolveReference: ({ id }: { id: string }) => ({ id, hours: 5 }) },
      },
    ),
    subgraph(
      'bills',
      `type Room @key(fields: "id") { id: ID! lamp: Lamp @external size: Size @external
         power: Int @requires(fields: "lamp { id ... on Bulb { watts } ... on Candle { hours } }")
         area: Int @requires(fields: "size { w h }") }
       interface Lamp { id: ID! } type Size { w: Int @external h: Int @external }
       type Bulb implements Lamp @key(fields: "id") { id: ID! watts: Int @external }
       type Candle implements Lamp @key(fields: "id") { id: ID! hours: Int @external }`,
      {
        Room: {
          __resolveReference: (reference: object) => reference,
          power: ({ lamp }: { lamp: { watts?: number } }) => lamp.watts ?? 0,
          area: ({ size }: { size: { w: number; h: number } }) => size.w * size.h,
        },
      },
    ),
  ],
  [
    {
      title: 'resolves @requires with fragments',
      query: '{ room { power } }',
      data: { room: { power: 60 } },
    },
    {
      title: 'resolves @requires of single fields of an object',
      query: '{ room { area lamp { id } } }',
      data: { room: { area: 6, lamp: { id: 'x1' } } },
    },
    {
      title: 'resolves @provides with a fragment',
      query: '{ bright { id ... on Bulb { watts } ... on Candle { hours } } }',
      data: { bright: { id: 'x1', watts: 60 } },
      requests: { rooms: 1 },
    },
  ],
);
