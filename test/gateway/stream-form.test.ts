import { Kind, buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { streamForm } from '../../gateway/subscriptions/stream-form.js';

const schema = buildSchema(`
  type Query { nothing: Int }
  type Subscription { events(after: String, kind: String): Event! plain: Int! unlike(after: Int): Event! }
  type Event { cursor: String! id: String! }
`);

function formOf(query: string) {
  const document = parse(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('there is no operation');
  return streamForm({ document, operation, api: schema, full: schema });
}

test.each([
  ['subscription { events { id } }', 'log', true],
  ['subscription { renamed: events(after: "x") { id } }', 'log', true],
  ['subscription { plain }', 'live', false],
  // The argument takes something else than what `cursor` is.
  ['subscription { unlike { id } }', 'live', false],
  // What the gateway would ask for by the same names, it does not ask for.
  ['subscription { events { _position: id } }', 'live', false],
  ['subscription { events { ...it } } fragment it on Event { _position: id }', 'live', false],
  ['subscription S($_after: String) { events(after: $_after) { id } }', 'state', false],
  // It may be left out, or be another: nothing is known of where it begins.
  ['subscription { ... on Subscription { events { id } } }', 'state', false],
  ['subscription S($on: Boolean!) { events @include(if: $on) { id } }', 'state', false],
])('%s is of the kind %s, resumable: %s', (query, kind, resumable) => {
  expect(formOf(query)).toMatchObject({ kind, resumable });
});
