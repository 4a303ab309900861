import { federation, finder, subgraph } from './kit.js';

const car = { id: 'c1', price: 90, discount: 20, budget: 75 };

federation(
  '@requires of a field that has @requires itself',
  [
    subgraph(
      'cars',
      'type Query { car: Car } type Car @key(fields: "id") { id: ID! price: Int discount: Int }',
      { Query: { car: () => car }, Car: { __resolveReference: () => car } },
    ),
    subgraph(
      'sales',
      `type Query { sold: [Car] } type Car @key(fields: "id") {
         id: ID! price: Int @external discount: Int @external
         dear: Boolean @requires(fields: "price") reduced: Int @requires(fields: "price discount") }`,
      {
        Query: { sold: () => [{ id: 'c1' }] },
        Car: {
          __resolveReference: (reference: object) => reference,
          dear: ({ price }: { price: number }) => price > 80,
          reduced: ({ price, discount }: { price: number; discount: number }) => price - discount,
        },
      },
    ),
    subgraph(
      'bank',
      `type Car @key(fields: "id") {
         id: ID! dear: Boolean @external reduced: Int @external
         affordable: Boolean @requires(fields: "dear") affordableReduced: Boolean @requires(fields: "reduced")
         advice: String @requires(fields: "affordableElsewhere") affordableElsewhere: Boolean @external }`,
      {
        Car: {
          __resolveReference: (reference: object) => reference,
          affordable: ({ dear }: { dear: boolean }) => !dear,
          affordableReduced: ({ reduced }: { reduced: number }) => reduced <= car.budget,
          advice: ({ affordableElsewhere }: { affordableElsewhere: boolean }) =>
            affordableElsewhere ? 'buy' : 'wait',
        },
      },
    ),
    subgraph(
      'rivals',
      `type Car @key(fields: "id") {
         id: ID! affordable: Boolean @external affordableReduced: Boolean @external
         affordableElsewhere: Boolean @requires(fields: "affordable affordableReduced") }`,
      {
        Car: {
          __resolveReference: (reference: object) => reference,
          affordableElsewhere: (required: { affordable: boolean; affordableReduced: boolean }) =>
            !required.affordable && required.affordableReduced,
        },
      },
    ),
  ],
  [
    {
      title: 'resolves a chain of two required fields',
      query: '{ car { affordable } }',
      data: { car: { affordable: false } },
    },
    {
      title: 'resolves two chains concurrently',
      query: '{ car { affordable affordableReduced dear } }',
      data: { car: { affordable: false, affordableReduced: true, dear: true } },
    },
    {
      title: 'resolves a chain that returns to an earlier subgraph',
      query: '{ car { advice affordable } }',
      data: { car: { advice: 'buy', affordable: false } },
    },
    {
      title: 'resolves a chain that starts at the subgraph of the required field',
      query: '{ sold { affordable } }',
      data: { sold: [{ affordable: false }] },
    },
    {
      title: 'resolves the fields of a chain that are also selected by the client',
      query: '{ sold { dear reduced affordable affordableReduced advice } }',
      data: {
        sold: [{ dear: true, reduced: 70, affordable: false, affordableReduced: true, advice: 'buy' }],
      },
    },
    {
      title: 'resolves chains under @include',
      query: 'query ($b: Boolean = false) { car { reduced affordable advice @include(if: $b) } }',
      data: { car: { reduced: 70, affordable: false } },
    },
  ],
);

const people = ['1', '2', '3'].map((id) => ({ id, name: `person ${id}` }));
const person = finder(people, 'id');
const greeting =
  (letter: string) =>
  ({ name }: { name?: string }) =>
    name ? `${letter} ${name}` : null;
const echo = (reference: object) => reference;

federation(
  '@requires of an overridden field',
  [
    subgraph(
      'a',
      `type Query { inA: Person } type Person @key(fields: "id") {
         id: ID! name: String @external aGreeting: String @requires(fields: "name") }`,
      {
        Query: { inA: () => ({ id: '1' }) },
        Person: { __resolveReference: echo, aGreeting: greeting('a') },
      },
    ),
    subgraph(
      'b',
      'type Query { inB: Person } type Person @key(fields: "id") { id: ID! name: String @override(from: "c") }',
      { Query: { inB: () => people[1] }, Person: { __resolveReference: person } },
    ),
    subgraph('c', 'type Query { inC: Person } type Person @key(fields: "id") { id: ID! name: String }', {
      Query: { inC: () => ({ id: '3' }) },
      Person: {
        __resolveReference: echo,
        name: () => {
          throw new Error('somebody else has it');
        },
      },
    }),
    subgraph(
      'd',
      `type Person @key(fields: "id") {
         id: ID! name: String @external dGreeting: String @requires(fields: "name") }`,
      { Person: { __resolveReference: echo, dGreeting: greeting('d') } },
    ),
  ],
  [
    {
      title: 'resolves the fields starting at every subgraph',
      query:
        '{ inA { ...P } inB { ...P } inC { ...P } } fragment P on Person { id name aGreeting dGreeting }',
      data: {
        inA: { id: '1', name: 'person 1', aGreeting: 'a person 1', dGreeting: 'd person 1' },
        inB: { id: '2', name: 'person 2', aGreeting: 'a person 2', dGreeting: 'd person 2' },
        inC: { id: '3', name: 'person 3', aGreeting: 'a person 3', dGreeting: 'd person 3' },
      },
    },
    {
      title: 'resolves the field starting at the overridden subgraph',
      query: '{ inC { dGreeting } }',
      data: { inC: { dGreeting: 'd person 3' } },
    },
  ],
);

const homes = [
  { __typename: 'Flat', id: 'f1', city: 'Oslo' },
  { __typename: 'Office', id: 'o1', city: 'Rome' },
];
const guests = [
  { id: 'g1', home: homes[0] },
  { id: 'g2', home: homes[1] },
];

federation(
  '@requires through an interface with different implementations per subgraph',
  [
    subgraph(
      'trips',
      `type Query { first: Guest second: Guest }
       interface Home { id: ID! } type Flat implements Home @key(fields: "id") { id: ID! @external }
       type Office implements Home @key(fields: "id") { id: ID! @external }
       type Guest @key(fields: "id") { id: ID! home: Home @external
         town: String @requires(fields: "home { id }") firm: String @requires(fields: "home { ... on Office { id } }") }`,
      {
        Query: { first: () => ({ id: 'g1' }), second: () => ({ id: 'g2' }) },
        Guest: {
          __resolveReference: echo,
          town: ({ home }: { home?: { id: string } }) =>
            homes.find(({ id }) => id === home?.id)?.city ?? null,
          firm: ({ home }: { home?: { id?: string } }) => (home?.id ? `firm at ${home.id}` : null),
        },
      },
    ),
    subgraph(
      'homes',
      `type Query { guest: Guest } interface Home { id: ID! }
       type Flat implements Home @key(fields: "id") { id: ID! } type Office implements Home @key(fields: "id") { id: ID! }
       type Boat implements Home @key(fields: "id") { id: ID! } type Guest @key(fields: "id") { id: ID! home: Home }`,
      { Query: { guest: () => guests[1] }, Guest: { __resolveReference: finder(guests, 'id') } },
    ),
  ],
  [
    {
      title: 'resolves a field that requires a field of the interface',
      query: '{ first { town } second { town } guest { town } }',
      data: { first: { town: 'Oslo' }, second: { town: 'Rome' }, guest: { town: 'Rome' } },
    },
    {
      title: 'resolves a field that requires a field of one implementation',
      query: '{ first { firm } second { firm } guest { firm } }',
      data: { first: { firm: null }, second: { firm: 'firm at o1' }, guest: { firm: 'firm at o1' } },
    },
    {
      title: 'resolves the required fields for the client as well',
      query: '{ first { home { __typename id } town } guest { home { __typename id } firm } }',
      data: {
        first: { home: { __typename: 'Flat', id: 'f1' }, town: 'Oslo' },
        guest: { home: { __typename: 'Office', id: 'o1' }, firm: 'firm at o1' },
      },
    },
  ],
);

const docs = [
  { id: 'd1', body: null },
  { id: 'd2', body: { __typename: 'Scan', text: 'scan', pages: 2, dpi: 300 } },
  { id: 'd3', body: { __typename: 'Note', text: 'note', pages: 1, pen: 'blue' } },
];

federation(
  '@requires with fragments in fragments',
  [
    subgraph(
      'files',
      `type Query { file: Doc } type Doc @key(fields: "id") { id: ID! body: Body }
       interface Body { text: String! } interface Paged implements Body { text: String! pages: Int! }
       type Scan implements Body & Paged { text: String! pages: Int! dpi: Int! }
       type Note implements Body & Paged { text: String! pages: Int! pen: String! }`,
      { Query: { file: () => docs[1] }, Doc: { __resolveReference: finder(docs, 'id') } },
    ),
    subgraph(
      'index',
      `type Query { docs: [Doc!]! } type Doc @key(fields: "id") { id: ID! body: Body @external
         all: String @requires(fields: "body { text ... on Paged { pages ... on Scan { dpi } ... on Note { pen } } }")
         text: String @requires(fields: "body { ... on Body { text } }") }
       interface Body { text: String! } interface Paged implements Body { text: String! pages: Int! }
       type Scan implements Body & Paged @external { text: String! pages: Int! dpi: Int! }
       type Note implements Body & Paged @external { text: String! pages: Int! pen: String! }`,
      {
        Query: { docs: () => docs.map(({ id }) => ({ id })) },
        Doc: {
          __resolveReference: echo,
          all: ({ body }: { body: object | null }) =>
            body &&
            Object.entries(body)
              .filter(([name]) => name !== '__typename')
              .sort()
              .join(' '),
          text: ({ body }: { body: { text: string } | null }) => body?.text ?? 'none',
        },
      },
    ),
  ],
  [
    {
      title: 'resolves all fields starting at the subgraph that owns the required ones',
      query: '{ file { all } }',
      data: { file: { all: 'dpi,300 pages,2 text,scan' } },
    },
    {
      title: 'resolves all fields starting at the requiring subgraph, also where they are null',
      query: '{ docs { id body { __typename } all } }',
      data: {
        docs: [
          { id: 'd1', body: null, all: null },
          { id: 'd2', body: { __typename: 'Scan' }, all: 'dpi,300 pages,2 text,scan' },
          { id: 'd3', body: { __typename: 'Note' }, all: 'pages,1 pen,blue text,note' },
        ],
      },
    },
    {
      title: 'resolves a field that requires a field of the interface itself',
      query: '{ docs { text body { text } } }',
      data: {
        docs: [
          { text: 'none', body: null },
          { text: 'scan', body: { text: 'scan' } },
          { text: 'note', body: { text: 'note' } },
        ],
      },
    },
  ],
);

const orders = [
  { id: 'o1', state: 'OPEN', price: 5, gross: 6 },
  { id: 'o2', state: 'PAID', price: 7, gross: 9 },
];

federation(
  '@requires of lists with items from other subgraphs',
  [
    subgraph('users', 'type Query { user: User } type User @key(fields: "id") { id: ID! name: String }', {
      Query: { user: () => ({ id: 'u1', name: 'Ann' }) },
    }),
    subgraph(
      'orders',
      `type User @key(fields: "id") { id: ID! orders: [Order!]! }
       type Order @key(fields: "id") { id: ID! state: String! price: Int! }`,
      {
        User: { orders: () => orders },
        Order: { __resolveReference: finder(orders, 'id') },
      },
    ),
    subgraph(
      'taxes',
      `type User @key(fields: "id") { id: ID! orders: [Order!]! @external
         open: Int! @requires(fields: "orders { state }") total: Int! @requires(fields: "orders { price gross }") }
       type Order @key(fields: "id") { id: ID! state: String! @external price: Int! @external gross: Int! @external }`,
      {
        User: {
          __resolveReference: echo,
          open: ({ orders: received }: { orders: { state: string }[] }) =>
            received.filter(({ state }) => state === 'OPEN').length,
          total: ({ orders: received }: { orders: { gross: number }[] }) =>
            received.reduce((sum, { gross }) => sum + gross, 0),
        },
      },
    ),
    subgraph(
      'rates',
      `type Order @key(fields: "id") { id: ID! price: Int! @external gross: Int! @requires(fields: "price") }`,
      {
        Order: {
          __resolveReference: echo,
          gross: ({ price }: { price: number }) => Math.round(price * 1.25),
        },
      },
    ),
  ],
  [
    {
      title: 'resolves two fields that require different fields of the items',
      query: '{ user { name open total } }',
      data: { user: { name: 'Ann', open: 1, total: 15 } },
    },
  ],
);

const kinds = [{ id: 'k3', name: 'kind 3' }];

federation(
  'an entity without a key of its own',
  [
    subgraph(
      'a',
      'type Ware @key(fields: "id pid") { id: ID! pid: ID! kind: Kind @external about: String @requires(fields: "kind { id }") } type Kind { id: ID! @shareable details: String }',
      {
        Ware: {
          __resolveReference: ({ id, kind }: { id: string; kind?: object }) => ({ id, kind, pid: `p${id}` }),
          about: ({ kind }: { kind: { id: string } }) => `about ${kind.id}`,
        },
      },
    ),
    subgraph(
      'b',
      'type Ware @key(fields: "id pid") { id: ID! pid: ID! kind: Kind @shareable } type Kind { id: ID! @shareable details: String @override(from: "a") }',
      {
        Ware: {
          __resolveReference: ({ id, pid }: { id: string; pid: string }) => ({
            id,
            pid,
            kind: { id: 'k3', details: `details of ${pid}` },
          }),
        },
      },
    ),
    subgraph(
      'c',
      'type Ware @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID! name: String! kind: Kind @shareable } type Kind @key(fields: "id") { id: ID! @shareable name: String }',
      {
        Ware: {
          __resolveReference: ({ id }: { id: string }) => ({
            id,
            pid: `p${id}`,
            name: `ware ${id}`,
            kind: { id: 'k3' },
          }),
        },
        Kind: {
          __resolveReference: finder(kinds, 'id'),
          name: ({ id }: { id: string }) => `kind ${id.slice(1)}`,
        },
      },
    ),
    subgraph('d', 'type Query { ware(id: ID!): Ware } type Ware @key(fields: "id") { id: ID! }', {
      Query: { ware: (_: unknown, { id }: { id: string }) => ({ id }) },
    }),
  ],
  [
    {
      title: 'fetches fields of an object without a key through its parent entity',
      query: '{ ware(id: "7") { id name about kind { id name details } } }',
      data: {
        ware: {
          id: '7',
          name: 'ware 7',
          about: 'about k3',
          kind: { id: 'k3', name: 'kind 3', details: 'details of p7' },
        },
      },
    },
  ],
);
