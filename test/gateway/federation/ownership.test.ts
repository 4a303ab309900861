import { federation, finder, subgraph } from './kit.js';

const posts = [
  { id: '1', at: 'old 1', shown: 'old shown 1' },
  { id: '2', at: 'old 2', shown: 'old shown 2' },
];

federation(
  '@override',
  [
    subgraph(
      'old',
      'type Query { old: [Post] @shareable feed: [Post] @shareable } type Post @key(fields: "id") { id: ID! at: String! shown: String! }',
      { Query: { old: () => posts, feed: () => posts }, Post: { __resolveReference: finder(posts, 'id') } },
    ),
    subgraph(
      'new',
      'type Query { new: [Post] feed: [Post] @override(from: "old") @shareable } type Post @key(fields: "id") { id: ID! at: String! @override(from: "old") text: String @override(from: "gone") }',
      {
        Query: { new: () => posts.map(({ id }) => ({ id })), feed: () => posts.slice(0, 1) },
        Post: { at: ({ id }: { id: string }) => `new ${id}`, text: ({ id }: { id: string }) => `text ${id}` },
      },
    ),
  ],
  [
    {
      title: 'resolves an overridden field from the new subgraph, starting at the old one',
      query: '{ old { id at shown } }',
      data: {
        old: [
          { id: '1', at: 'new 1', shown: 'old shown 1' },
          { id: '2', at: 'new 2', shown: 'old shown 2' },
        ],
      },
    },
    {
      title: 'resolves an overridden field from the new subgraph, starting at it',
      query: '{ new { at shown } }',
      data: {
        new: [
          { at: 'new 1', shown: 'old shown 1' },
          { at: 'new 2', shown: 'old shown 2' },
        ],
      },
    },
    {
      title: 'resolves an overridden root field from the new subgraph',
      query: '{ feed { id } }',
      data: { feed: [{ id: '1' }] },
      requests: { new: 1 },
    },
    {
      title: 'resolves a field that overrides a subgraph that does not exist',
      query: '{ new { text } }',
      data: { new: [{ text: 'text 1' }, { text: 'text 2' }] },
      requests: { new: 1 },
    },
  ],
);

for (const [label, shown] of [
  ['percent(0)', 'old shown 1'],
  ['percent(100)', 'new 1'],
] as const) {
  federation(
    `@override with the label ${label}`,
    [
      subgraph('old', 'type Query { old: Post } type Post @key(fields: "id") { id: ID! shown: String! }', {
        Query: { old: () => posts[0] },
        Post: { __resolveReference: finder(posts, 'id') },
      }),
      subgraph(
        'new',
        `type Query { new: Post } type Post @key(fields: "id") { id: ID! shown: String! @override(from: "old", label: "${label}") }`,
        { Query: { new: () => ({ id: '1' }) }, Post: { shown: ({ id }: { id: string }) => `new ${id}` } },
      ),
    ],
    [
      {
        title: 'resolves the field from the same subgraph, starting at either',
        query: '{ old { shown } new { shown } }',
        data: { old: { shown }, new: { shown } },
      },
    ],
  );
}

const goods = [{ id: 'g1', name: 'good', price: 5, stock: 3 }];

federation(
  'shared root fields and mutations',
  [
    subgraph(
      'names',
      'type Query { good: Good @shareable } type Mutation { add(n: Int!): Int @shareable } type Good @key(fields: "id") { id: ID! name: String }',
      {
        Query: { good: () => goods[0] },
        Mutation: { add: (_: unknown, { n }: { n: number }) => (count += n) },
      },
    ),
    subgraph(
      'prices',
      'type Query { good: Good @shareable } type Mutation { times(n: Int!): Int rename(name: String!): Good } type Good @key(fields: "id") { id: ID! price: Int dear: Boolean @requires(fields: "stock") stock: Int @external }',
      {
        Query: { good: () => goods[0] },
        Mutation: {
          times: (_: unknown, { n }: { n: number }) => (count *= n),
          rename: (_: unknown, { name }: { name: string }) => {
            goods[0]!.name = name;
            return { id: 'g1', price: 5 };
          },
        },
        Good: {
          __resolveReference: (reference: object) => ({ price: 5, ...reference }),
          dear: ({ stock }: { stock: number }) => stock < 4,
        },
      },
    ),
    subgraph(
      'stock',
      'type Query { good: Good @shareable } type Good @key(fields: "id") { id: ID! stock: Int }',
      {
        Query: { good: () => goods[0] },
        Good: { __resolveReference: finder(goods, 'id') },
      },
    ),
  ],
  [
    {
      title: 'resolves a shared root field with fields of every subgraph',
      query: '{ good { id name price stock } }',
      data: { good: { id: 'g1', name: 'good', price: 5, stock: 3 } },
      requests: { names: 1, prices: 1, stock: 1 },
    },
    {
      title: 'runs mutations of several subgraphs serially',
      query: 'mutation { a: add(n: 5) b: times(n: 3) c: add(n: 2) d: times(n: 2) }',
      data: { a: 5, b: 15, c: 17, d: 34 },
    },
    {
      title: 'completes the result of a mutation after it has run',
      query: 'mutation { rename(name: "better") { price dear } }',
      data: { rename: { price: 5, dear: true } },
    },
  ],
);

let count = 0;

const boxes = [
  { __typename: 'Open', size: 1 },
  { __typename: 'Closed', size: 2 },
];

/** Both subgraphs write to the same log, which rejects a second entry with the same text. */
const logged: { id: string; text: string }[] = [];
const log = (_: unknown, { text }: { text: string }) => {
  if (logged.some((entry) => entry.text === text)) throw new Error('logged twice');
  const line = { id: `l${logged.length}`, text };
  logged.push(line);
  return line;
};

federation(
  'a shared mutation',
  [
    subgraph(
      'short',
      `type Query { lines: Int } type Mutation { log(text: String!): Line! @shareable }
       type Line @key(fields: "id") { id: ID! length: Int! }`,
      {
        Mutation: { log },
        Line: {
          __resolveReference: finder(logged, 'id'),
          length: ({ text }: { text: string }) => text.length,
        },
      },
    ),
    subgraph(
      'long',
      `type Mutation { log(text: String!): Line! @shareable }
       type Line @key(fields: "id") { id: ID! text: String! }`,
      { Mutation: { log }, Line: { __resolveReference: finder(logged, 'id') } },
    ),
  ],
  [
    {
      title: 'runs in the subgraph that has all selected fields',
      query: 'mutation { log(text: "one") { id text } }',
      data: { log: { id: 'l0', text: 'one' } },
      requests: { long: 1 },
    },
    {
      title: 'runs once when no subgraph has all selected fields',
      query: 'mutation { log(text: "two") { id text length } }',
      data: { log: { id: 'l1', text: 'two', length: 3 } },
      requests: { short: 1, long: 1 },
    },
  ],
);

const secret = { id: 'a1', name: 'open', hidden: 'hidden', kind: 'LEFT' };

federation(
  '@inaccessible',
  [
    subgraph(
      'one',
      `type Query { thing: Thing things(kind: Kind): [Thing] boxes: [Box] opened: [Box!] kinds: [Kind!] }
       enum Kind { LEFT RIGHT @inaccessible } interface Box { size: Int }
       type Open implements Box { size: Int } type Closed implements Box @inaccessible { size: Int }
       type Thing @key(fields: "hidden") @key(fields: "id") { id: ID! hidden: ID! @inaccessible kind: Kind }`,
      {
        Query: {
          thing: () => secret,
          things: (_: unknown, { kind }: { kind?: string }) =>
            [secret, { ...secret, id: 'a2', kind: 'RIGHT' }].filter((thing) => !kind || thing.kind === kind),
          boxes: () => boxes,
          opened: () => boxes,
          kinds: () => ['LEFT', 'RIGHT'],
        },
        Thing: { __resolveReference: finder([secret], 'id', 'hidden') },
      },
    ),
    subgraph('two', 'type Thing @key(fields: "hidden") { hidden: ID! name: String }', {
      Thing: { __resolveReference: finder([secret], 'hidden') },
    }),
  ],
  [
    {
      title: 'fetches entities by an inaccessible key',
      query: '{ thing { id name } }',
      data: { thing: { id: 'a1', name: 'open' } },
    },
    {
      title: 'rejects a selection of an inaccessible field',
      query: '{ thing { hidden } }',
      data: null,
      errors: true,
    },
    {
      title: 'nulls an inaccessible enum value',
      query: '{ things { id kind } }',
      data: {
        things: [
          { id: 'a1', kind: 'LEFT' },
          { id: 'a2', kind: null },
        ],
      },
    },
    {
      title: 'nulls an object of an inaccessible type',
      query: '{ boxes { size } }',
      data: { boxes: [{ size: 1 }, null] },
    },
    {
      title: 'reports an error for an inaccessible value at a non-null position',
      query: '{ opened { size } kinds }',
      data: { opened: null, kinds: null },
      errors: true,
    },
    {
      title: 'rejects an inaccessible enum value as an argument',
      query: '{ things(kind: RIGHT) { id } }',
      data: null,
      errors: true,
    },
    {
      title: 'omits inaccessible elements from introspection',
      query: '{ __type(name: "Thing") { fields { name } } k: __type(name: "Kind") { enumValues { name } } }',
      data: {
        __type: { fields: [{ name: 'id' }, { name: 'kind' }, { name: 'name' }] },
        k: { enumValues: [{ name: 'LEFT' }] },
      },
    },
  ],
);
