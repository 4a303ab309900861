import { Kind, buildSchema, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { subscriptionTraits } from '../../../gateway/document/subscription-traits.js';

const schema = buildSchema(`
  type Query { nothing: Int }
  type Subscription { events(after: String, kind: String): Event! plain: Int! unlike(after: Int): Event! }
  type Event { cursor: String! id: String! since(at: String): Int }
`);

function formOf(query: string) {
  const document = parse(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('there is no operation');
  return subscriptionTraits({ document, operation, api: schema, full: schema });
}

test.each([
  ['subscription { events { id } }', 'log', true],
  ['subscription { renamed: events(after: "x") { id } }', 'log', true],
  ['subscription { plain }', 'live', false],
  // The argument has another type than `cursor`.
  ['subscription { unlike { id } }', 'live', false],
  // The document uses a reserved name, so the gateway adds no position.
  ['subscription { events { _position: id } }', 'live', false],
  ['subscription { events { ...it } } fragment it on Event { _position: id }', 'live', false],
  ['subscription S($_after: String) { events(after: $_after) { id } }', 'state', false],
  ['subscription { ... on Subscription { events { id } } }', 'log', true],
  ['subscription { ...all } fragment all on Subscription { events { id } }', 'log', true],
  ['subscription { events { id } ... { events { cursor } } }', 'log', true],
  // A conditional root field: the start position is unknown.
  ['subscription S($on: Boolean!) { events @include(if: $on) { id } }', 'state', false],
  ['subscription S($on: Boolean!) { ... @include(if: $on) { events { id } } }', 'state', false],
])('%s is of the kind %s, resumable: %s', (query, kind, resumable) => {
  expect(formOf(query)).toMatchObject({ kind, resumable });
});

test('requests the position of a root field inside fragments', () => {
  const { document } = formOf(
    `subscription ($from: String) { events(after: $from) { id } ...more }
     fragment more on Subscription { events(after: $from) { cursor } }`,
  );
  expect(print(document.definitions[0]!)).toBe(
    print(
      parse(`subscription ($from: String, $_after: String) {
        events(after: $_after) { id cursor _position: cursor }
      }`),
    ),
  );
});

test('plans a subscription independently of its start position', () => {
  const plans = [
    'subscription ($kind: String) { events(kind: $kind) { id } }',
    'subscription ($kind: String) { events(after: "x", kind: $kind) { id } }',
    'subscription ($from: String = "x", $kind: String) { events(kind: $kind, after: $from) { id } }',
  ].map((query) => print(formOf(query).document));
  expect(new Set(plans).size).toBe(1);
});

test.each([
  ['subscription ($from: String) { events(after: $from) { id } }', 'from'],
  ['subscription ($from: String) { events(after: $from, kind: $from) { id } }', undefined],
  [
    `subscription ($from: String) { events(after: $from) { ...it } }
     fragment it on Event { since(at: $from) }`,
    undefined,
  ],
])('finds the variable used only for the start position: %s, %s', (query, variable) => {
  expect(formOf(query).afterVariable).toBe(variable);
});
