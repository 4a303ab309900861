import { isDeepStrictEqual } from 'node:util';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import { orderFetches } from '../../../../gateway/planning/corrections/fetch-order.js';
import { planOperation } from '../../../../gateway/planning/plan-operation.js';
import { OperationSelection } from '../../../../gateway/planning/corrections/operation-selection.js';
import { loadSupergraph } from '../../../../gateway/planning/plannable-supergraph.js';
import { type ForeignSubgraph, federation, subgraph } from '../../federation/kit.js';

const cars = ['1', '2'].map((id) => ({
  id,
  code: `code ${id}`,
  spot: { x: Number(id) },
  size: `size ${id}`,
  price: `price ${id}`,
}));

/** Finds a car by the keys that the reference has. */
function car(reference: Record<string, unknown>): object | null {
  const found = cars.find((car) =>
    (['id', 'code', 'spot'] as const).every(
      (key) => reference[key] === undefined || isDeepStrictEqual(reference[key], car[key]),
    ),
  );
  return found ? { ...found, price: reference['price'] ?? found.price } : null;
}

const reference = { __resolveReference: car };
const made = ({ price }: { price: string }) => `made of ${price}`;
const SPOT = 'spot: Spot! @shareable';

const byPlace: readonly ForeignSubgraph[] = [
  subgraph('list', 'type Query { cars: [Car] } type Car @key(fields: "id") { id: ID! }', {
    Query: { cars: () => cars.map(({ id }) => ({ id })) },
  }),
  subgraph(
    'codes',
    'type Car @key(fields: "id") @key(fields: "id code") { id: ID! code: String! @shareable }',
    { Car: reference },
  ),
  subgraph(
    'sizes',
    `type Car @key(fields: "code") @key(fields: "spot { x }")
     { code: String! @shareable ${SPOT} size: String price: String } type Spot @shareable { x: Int }`,
    { Car: reference },
  ),
  subgraph(
    'makers',
    `type Car @key(fields: "spot { x }") { ${SPOT} price: String @external made: String @requires(fields: "price") }
     type Spot @shareable { x: Int }`,
    { Car: { ...reference, made } },
  ),
];

federation('what is required of a subgraph that was asked on the way', byPlace, [
  {
    title: 'comes before what requires it',
    query: '{ cars { made size } }',
    data: {
      cars: [
        { made: 'made of price 1', size: 'size 1' },
        { made: 'made of price 2', size: 'size 2' },
      ],
    },
    requests: { list: 1, codes: 1, sizes: 2, makers: 1 },
  },
  {
    title: 'under a condition',
    query: 'query ($b: Boolean = true) { cars { made @include(if: $b) size @skip(if: $b) } }',
    data: { cars: [{ made: 'made of price 1' }, { made: 'made of price 2' }] },
  },
]);

federation(
  'a compound key of which the parts come from several subgraphs',
  [
    subgraph(
      'list',
      'type Query { cars: [Car] } type Car @key(fields: "id") { id: ID! price: String @shareable }',
      { Query: { cars: () => cars.map(({ id }) => ({ id })) }, Car: reference },
    ),
    subgraph(
      'makers',
      `type Car @key(fields: "spot { x }") @key(fields: "id", resolvable: false)
       { ${SPOT} id: ID! price: String @external made: String @requires(fields: "price") }
       type Spot @shareable { x: Int }`,
      { Car: { ...reference, made } },
    ),
    subgraph(
      'menders',
      `type Car @key(fields: "spot { x }") @key(fields: "id code")
       { ${SPOT} id: ID! code: String! @shareable price: String @external remade: String @requires(fields: "price") }
       type Spot @shareable { x: Int }`,
      { Car: { ...reference, remade: made } },
    ),
    subgraph(
      'codes',
      `type Car @key(fields: "id code") @key(fields: "id") { id: ID! code: String! @shareable price: String @shareable }`,
      { Car: reference },
    ),
  ],
  [
    {
      title: 'is whole when it is needed',
      query: '{ cars { made remade code } }',
      data: {
        cars: ['1', '2'].map((id) => ({
          made: `made of price ${id}`,
          remade: `made of price ${id}`,
          code: `code ${id}`,
        })),
      },
    },
  ],
);

// The planner's choice depends on the order of the subgraphs' names.
federation(
  'what comes after a fetch that is left out',
  [
    subgraph(
      'builders',
      `type Car @key(fields: "id") { id: ID! size: String @shareable
       price(with: String): String @external made: String @requires(fields: "price") }`,
      { Car: { ...reference, made } },
    ),
    subgraph(
      'frames',
      `type Car @key(fields: "id code") @key(fields: "id", resolvable: false) { id: ID! code: String! @shareable
       size: String @shareable price(with: String): String @shareable }`,
      { Car: reference },
    ),
    subgraph(
      'list',
      `type Query { cars: [Car] } type Car @key(fields: "id", resolvable: false) @key(fields: "code")
       { id: ID! code: String! @shareable price(with: String): String @shareable }`,
      { Query: { cars: () => cars }, Car: reference },
    ),
    subgraph(
      'plates',
      'type Car @key(fields: "id code") @key(fields: "id") { id: ID! code: String! @shareable }',
      { Car: reference },
    ),
  ],
  [true, false].map((b) => ({
    title: `is asked for when it is wanted, ${b ? 'without it' : 'and with it'}`,
    query: 'query ($b: Boolean!) { cars { made @skip(if: $b) size } }',
    variables: { b },
    data: {
      cars: ['1', '2'].map((id) => ({ ...(!b && { made: `made of price ${id}` }), size: `size ${id}` })),
    },
  })),
);

test('leaves a plan in correct order unchanged', () => {
  const supergraph = loadSupergraph(composeSupergraph(byPlace));
  const { full } = supergraph;
  const document = parse('{ cars { size code } }');
  const plan = planOperation(supergraph, document, undefined);
  expect(
    orderFetches(plan, new OperationSelection(document, {}), { full, interfaceObjects: new Map() }).node,
  ).toBe(plan.node);
});
