import { federation, finder, subgraph } from './kit.js';

const goods = [
  { upc: 'g1', price: 3, weight: 2, size: { w: 2, h: 5 } },
  { upc: 'g2', price: 4, weight: 5, size: { w: 1, h: 1 } },
];
const never = () => {
  throw new Error('must not be asked for');
};

const shop = subgraph(
  'shop',
  `type Query { goods: [Good] good: Good }
   type Good @key(fields: "upc") { upc: ID! price: Int weight: Int size: Size secret: Int } type Size { w: Int h: Int }`,
  {
    Query: { goods: () => goods, good: () => goods[0] },
    Good: { __resolveReference: finder(goods, 'upc'), secret: never },
  },
);

const post = subgraph(
  'post',
  `type Good @key(fields: "upc") {
     upc: ID! price: Int @external weight: Int @external secret: Int @external size: Size @external
     inStock: Boolean fee: Int @requires(fields: "price weight") duty: Int @requires(fields: "price")
     hidden: Int @requires(fields: "secret") area: Int @requires(fields: "size { w h }")
     width: Int @requires(fields: "size { w }")
   }
   type Size { w: Int @external h: Int @external }`,
  {
    Good: {
      __resolveReference: (reference: object) => reference,
      inStock: ({ upc }: { upc: string }) => upc === 'g1',
      fee: ({ price, weight }: { price: number; weight: number }) => price * weight,
      duty: ({ price }: { price: number }) => price * 10,
      hidden: never,
      area: ({ size }: { size: { w: number; h: number } }) => size.w * size.h,
      width: ({ size }: { size: { w: number } }) => size.w,
    },
  },
);

federation(
  '@requires under @skip and @include',
  [shop, post],
  [
    {
      title: 'resolves other fields when a field with @requires is excluded',
      query: 'query ($b: Boolean = false) { goods { upc inStock fee @include(if: $b) } }',
      data: {
        goods: [
          { upc: 'g1', inStock: true },
          { upc: 'g2', inStock: false },
        ],
      },
    },
    {
      title: 'resolves fields with other requirements when a field with @requires is excluded',
      query: 'query ($b: Boolean = true) { goods { duty fee @skip(if: $b) } }',
      data: { goods: [{ duty: 30 }, { duty: 40 }] },
    },
    {
      title:
        'resolves a field that requires a part of the same fields when a field with @requires is excluded',
      query: 'query ($b: Boolean = false) { goods { width ... @include(if: $b) { area fee } } }',
      data: { goods: [{ width: 2 }, { width: 1 }] },
    },
    {
      title: 'resolves a field that is selected with and without a condition',
      query: 'query ($b: Boolean = false) { goods { fee again: fee @include(if: $b) inStock } }',
      data: {
        goods: [
          { fee: 6, inStock: true },
          { fee: 20, inStock: false },
        ],
      },
    },
    {
      title: 'resolves all fields when every condition includes them',
      query:
        'query ($b: Boolean = true, $c: Boolean = false) { goods { inStock fee @include(if: $b) duty @skip(if: $c) ...A @include(if: $b) } } fragment A on Good { area width }',
      data: {
        goods: [
          { inStock: true, fee: 6, duty: 30, area: 10, width: 2 },
          { inStock: false, fee: 20, duty: 40, area: 1, width: 1 },
        ],
      },
    },
    {
      title: 'applies conditions of a fragment and of a field in it',
      query:
        'query ($b: Boolean = true, $c: Boolean = true) { goods { inStock ...A @include(if: $b) } } fragment A on Good { duty fee @skip(if: $c) }',
      data: {
        goods: [
          { inStock: true, duty: 30 },
          { inStock: false, duty: 40 },
        ],
      },
    },
    {
      title: 'requests neither an excluded field nor its required fields',
      query:
        'query ($b: Boolean = false) { good { price hidden @include(if: $b) inStock secret @include(if: $b) } }',
      data: { good: { price: 3, inStock: true } },
    },
  ],
);

const hotels = [
  {
    id: 'h1',
    tax(country: string) {
      return country === 'FR' ? 20 : 7;
    },
  },
  {
    id: 'h2',
    tax(country: string) {
      return country === 'FR' ? 21 : 8;
    },
  },
];

federation(
  '@requires with arguments under @skip and @include',
  [
    subgraph(
      'hotels',
      'type Query { hotels: [Hotel] } type Hotel @key(fields: "id") { id: ID! tax(in: String!): Int }',
      {
        Query: { hotels: () => hotels },
        Hotel: {
          __resolveReference: finder(hotels, 'id'),
          tax: (hotel: (typeof hotels)[0], { in: country }: { in: string }) => hotel.tax(country),
        },
      },
    ),
    subgraph(
      'bills',
      `type Hotel @key(fields: "id") { id: ID! tax(in: String!): Int @external stars: Int
         french: Int @requires(fields: "tax(in: \\"FR\\")") german: Int @requires(fields: "tax(in: \\"DE\\")") }`,
      {
        Hotel: {
          __resolveReference: (reference: object) => reference,
          stars: () => 4,
          french: ({ tax }: { tax: number }) => tax * 10,
          german: ({ tax }: { tax: number }) => tax * 10,
        },
      },
    ),
  ],
  [
    {
      title: 'resolves one of two fields when the other one is excluded',
      query: 'query ($b: Boolean = false) { hotels { stars german french @include(if: $b) } }',
      data: {
        hotels: [
          { stars: 4, german: 70 },
          { stars: 4, german: 80 },
        ],
      },
    },
    {
      title: 'resolves two included fields in a shared fragment',
      query:
        'query ($b: Boolean = true) { a: hotels { ...F } b: hotels { ...F } } fragment F on Hotel { stars german french @include(if: $b) }',
      data: {
        a: [
          { stars: 4, german: 70, french: 200 },
          { stars: 4, german: 80, french: 210 },
        ],
        b: [
          { stars: 4, german: 70, french: 200 },
          { stars: 4, german: 80, french: 210 },
        ],
      },
    },
  ],
);
