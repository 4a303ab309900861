import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionOptions,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { Hub } from '../fixtures/event-hub.js';
import { type Fixture, startFixture, token } from '../fixtures/gateway.js';
import { fixtureSubgraphs } from '../fixtures/subgraphs.js';
import { transports } from '../fixtures/transports.js';

let fixture: Fixture;
let bearer: string;
beforeAll(async () => {
  fixture = await startFixture();
  bearer = await token();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const every: IntrospectionOptions = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const names = Object.keys(every) as (keyof IntrospectionOptions)[];
const none = Object.fromEntries(names.map((name) => [name, false])) as IntrospectionOptions;
const variants: [string, IntrospectionOptions][] = [
  ['every option', every],
  ['no option', none],
  ...names.map((name): [string, IntrospectionOptions] => [`only ${name}`, { ...none, [name]: true }]),
];

describe.each([...transports])('by %s', (_, send) => {
  test.each(variants)('executes the introspection query of graphql-js with %s', async (_title, options) => {
    const { data, errors } = await send(fixture.url, { query: getIntrospectionQuery(options) }, bearer);
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('__schema.types');
  });
});

test('supports every introspection field of graphql-js, also in fragments', async () => {
  const send = transports.get('POST')!;
  const query = `query Fields($name: String!, $more: Boolean = true) {
    ...OfQuery
    again: __type(name: $name) @include(if: $more) { ...Type ofType { ...Type } }
    regions { id }
  }
  fragment OfQuery on Query { __type(name: $name) { ...Type fields { args { isDeprecated } } } __schema { directives { isRepeatable } } }
  fragment Type on __Type { name isOneOf specifiedByURL }`;
  const { data, errors } = await send(fixture.url, { query, variables: { name: 'Query' } }, bearer);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    __type: { name: 'Query', isOneOf: null, specifiedByURL: null },
    again: { name: 'Query', ofType: null },
    regions: [{ id: 'cn-hangzhou' }, { id: 'eu-central-1' }],
  });
});

test('returns introspection that builds the same schema', async () => {
  const { data } = await transports.get('POST')!(
    fixture.url,
    { query: getIntrospectionQuery(every) },
    bearer,
  );
  const built = buildClientSchema(data as unknown as IntrospectionQuery);
  const { api } = loadSupergraph(composeSupergraph(fixtureSubgraphs(new Hub())));
  expect(printSchema(lexicographicSortSchema(built))).toBe(printSchema(lexicographicSortSchema(api)));
});
