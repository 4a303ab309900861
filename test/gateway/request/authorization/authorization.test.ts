import { pino } from 'pino';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import { type GatewayResponse, type Fixture, post, startFixture, token } from '../../fixtures/gateway.js';
import { restrictedGraph } from '../../fixtures/restricted-graph.js';
import { openSocket } from '../../fixtures/socket.js';
import { SubgraphExecutor } from '../../../../subgraphs/runtime/execution/subgraph-executor.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external",
  "@requires", "@requiresScopes"])`;

const graph = restrictedGraph();
let fixture: Fixture;
/** The same graph without authentication. */
let open: Fixture;
beforeAll(async () => {
  fixture = await startFixture(graph);
  open = await startFixture({ ...graph, auth: { kind: 'none' } });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});
beforeEach(() => void graph.requestLog.fields.splice(0));

/** Sends a query with a token of these scopes; `null` sends no token to the gateway without authentication. */
async function send(
  query: string,
  scope: string | null = '',
  claims: Record<string, unknown> = {},
): Promise<GatewayResponse> {
  if (scope === null) return post(open.url, query, { bearer: null });
  return post(fixture.url, query, { bearer: await token('acme', { claims: { scope, ...claims } }) });
}

const rejected = (response: GatewayResponse) =>
  (response.errors ?? []).map(({ path, extensions }) => [
    path?.join('.'),
    extensions['code'],
    extensions['coordinate'],
  ]);
const denied = (path: string, coordinate: string) => [path, 'UNAUTHORIZED_FIELD_OR_TYPE', coordinate];

describe('a field with @requiresScopes', () => {
  test('is null with an error for a token without the scope, and is not fetched', async () => {
    const response = await send('{ me { name email } }');
    expect(response.status).toBe(200);
    expect(response.data).toEqual({ me: { name: 'name of p1', email: null } });
    expect(rejected(response)).toEqual([denied('me.email', 'Person.email')]);
    expect(graph.requestLog.fields).toEqual([]);
  });

  test('is resolved for a token with the scope', async () => {
    const response = await send('{ me { name email } }', 'other email:read');
    expect(response.data).toEqual({ me: { name: 'name of p1', email: 'p1@example.org' } });
    expect(response.errors).toBeUndefined();
  });

  test.each([
    ['a', false],
    ['a b', true],
    ['admin', true],
    ['b admin c', true],
    ['', false],
  ])('with two alternative lists of scopes is resolved for "%s": %s', async (scope, allowed) => {
    expect((await send('{ either }', scope)).data).toEqual({ either: allowed ? 1 : null });
  });

  test('accepts a list of scopes in the claim scp', async () => {
    const bearer = await token('acme', { claims: { scp: ['email:read'] } });
    expect((await post(fixture.url, '{ me { email } }', { bearer })).data).toEqual({
      me: { email: 'p1@example.org' },
    });
  });

  test('nulls its parent when it is non-null', async () => {
    const response = await send('{ people { name salary } }');
    expect(response.data).toEqual({ people: [null, null] });
    expect(rejected(response)).toEqual([denied('people.@.salary', 'Person.salary')]);
  });

  test('is null, or nulls its parent when it is non-null, when it is the only selected field', async () => {
    expect((await send('{ me { email } }')).data).toEqual({ me: { email: null } });
    expect((await send('{ me { salary } }')).data).toBeNull();
  });
});

describe('the rule is not bypassed by', () => {
  test.each([
    ['an alias', '{ me { e: email } }', 'me.e'],
    ['a fragment', '{ me { ...F } } fragment F on Person { email }', 'me.email'],
    [
      'fragments in fragments',
      '{ me { ...G } } fragment G on Person { ...F } fragment F on Person { email }',
      'me.email',
    ],
    ['an inline fragment', '{ me { ... { email } } }', 'me.email'],
    ['a fragment of the root', '{ ...Q } fragment Q on Query { me { email } }', 'me.email'],
    ['@include', '{ me { email @include(if: true) } }', 'me.email'],
    ['@skip', '{ me { email @skip(if: false) } }', 'me.email'],
    ['an interface', '{ things { owner { email } } }', 'things.@.owner.email'],
    ['a type of an interface', '{ things { ... on Book { owner { email } } } }', 'things.@.owner.email'],
    ['a union', '{ found { ... on Book { owner { email } } } }', 'found.@.owner.email'],
    ['a name of the operation', 'query IntrospectionQuery { me { email } }', 'me.email'],
    ['an entity of another subgraph', '{ payrolls { person { email } } }', 'payrolls.@.person.email'],
  ])('%s', async (_, query, path) => {
    const response = await send(query);
    expect(rejected(response)).toEqual([denied(path, 'Person.email')]);
    expect(JSON.stringify(response.data)).not.toContain('example.org');
  });

  test('a key field that is fetched for the plan', async () => {
    // Another subgraph owns the name: the gateway fetches the person by a key that the actor may not read.
    const response = await send('{ payrolls { person { email name } } }');
    expect(response.data).toEqual({ payrolls: [{ person: { email: null, name: 'name of p1' } }] });
    // An alias equal to the key's name must not return the key.
    const aliased = await send('{ payrolls { person { name email: team } } }');
    expect(aliased.data).toEqual({ payrolls: [{ person: { name: 'name of p1', email: null } }] });
    expect(rejected(aliased)).toEqual([denied('payrolls.@.person.email', 'Person.email')]);
  });

  test('a field of another subgraph, reached through an entity', async () => {
    const response = await send('{ me { name bonus team } }', 'email:read');
    expect(response.data).toEqual({ me: { name: 'name of p1', bonus: null, team: 'red' } });
    expect(rejected(response)).toEqual([denied('me.bonus', 'Person.bonus')]);
    expect(graph.requestLog.fields).not.toContain('bonus');
    expect((await send('{ me { bonus } }', 'pay:read')).data).toEqual({ me: { bonus: 7 } });
  });

  test('a WebSocket or an event stream', async () => {
    await using socket = openSocket(fixture.url, { token: await token('acme', { claims: { scope: '' } }) });
    const { value } = (await socket.client.iterate({ query: '{ me { email } }' }).next()) as {
      value: unknown;
    };
    expect(value).toMatchObject({ data: { me: { email: null } }, errors: [{ path: ['me', 'email'] }] });
    const response = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${await token('acme', { claims: { scope: '' } })}`,
      },
      body: JSON.stringify({ query: '{ me { email } }' }),
    });
    const text = await response.text();
    expect(text).toContain('"email":null');
    expect(text).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
  });

  test('a cached document of another actor', async () => {
    const query = '{ me { id email } }';
    expect((await send(query, 'email:read')).data).toMatchObject({ me: { email: 'p1@example.org' } });
    expect((await send(query)).data).toMatchObject({ me: { email: null } });
    expect((await send(query, 'email:read')).errors).toBeUndefined();
  });
});

describe('interfaces and unions', () => {
  test('nulls a field of an interface unless the actor may read it on all types', async () => {
    const response = await send('{ things { id label ... on Book { title: label } } }');
    expect(response.data).toEqual({
      things: [
        { id: 'b', label: null, title: 'book' },
        { id: 's', label: null },
      ],
    });
    expect(rejected(response)).toEqual([denied('things.@.label', 'Thing.label')]);
    expect((await send('{ things { label } }', 'safe:open')).data).toEqual({
      things: [{ label: 'book' }, { label: 'safe' }],
    });
  });

  test('omits a denied type from a union', async () => {
    const response = await send(
      '{ found { __typename ... on Book { id } ... on Vault { id: __typename } } }',
    );
    expect(rejected(response)).toEqual([denied('found.@', 'Vault')]);
    const gold = await send('{ found { ... on Vault { gold } } }', 'vault:open');
    expect(gold.data).toEqual({ found: [{}, { gold: 5 }] });
  });
});

describe('a type', () => {
  test('is null wherever it is reached when it is denied', async () => {
    const response = await send('{ secret { code } me { id } }', null);
    expect(response.data).toEqual({ secret: null, me: { id: 'p1' } });
    expect(rejected(response)).toEqual([denied('secret', 'Query.secret')]);
    expect(graph.requestLog.fields).toEqual([]);
  });

  test('can be an enum', async () => {
    const response = await send('{ level secret { code level } }');
    expect(response.data).toEqual({ level: null, secret: { code: '1234', level: null } });
    expect((await send('{ level }', 'level:read')).data).toEqual({ level: 'LOW' });
  });
});

test('@authenticated requires a token, also where authentication is off', async () => {
  expect((await send('{ author { id } }')).data).toEqual({ author: { id: 'author' } });
  const response = await send('{ author { id } }', null);
  expect(response.data).toEqual({ author: null });
  expect(rejected(response)).toEqual([denied('author', 'Query.author')]);
});

test.each([
  [['adult'], null],
  [['adult', 'resident'], 2],
  [['vip'], 2],
  ['vip', null],
  [undefined, null],
])('@policy with %j in the token resolves to %j', async (policies, expected) => {
  expect((await send('{ ruled }', '', { policies })).data).toEqual({ ruled: expected });
});

test('skips a denied mutation and executes the others', async () => {
  const response = await send('mutation { raise(id: "p1") { id } greet }');
  expect(response.data).toEqual({ raise: null, greet: 'hello' });
  expect(graph.requestLog.fields).toEqual([]);
  expect((await send('mutation { raise(id: "p1") { id } }', 'pay:write')).data).toEqual({
    raise: { id: 'p1' },
  });
});

test('rejects a denied subscription, and nulls denied fields of events', async () => {
  await using anonymous = openSocket(open.url, {});
  const failure: unknown = await anonymous.client
    .iterate({ query: 'subscription { ticks }' })
    .next()
    .catch((errors: unknown) => errors);
  expect(failure).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
  const next = anonymous.client.iterate({ query: 'subscription { ticksOf { id email } }' }).next();
  expect(await next).toMatchObject({
    value: { data: { ticksOf: { id: 'p1', email: null } }, errors: [{ path: ['ticksOf', 'email'] }] },
  });
  expect(graph.requestLog.fields).toEqual([]);
});

test('rejects introspection in any form without the required scope', async () => {
  await using restricted = await startFixture({ limits: { introspection: { scope: 'schema:read' } } });
  const of = async (scope: string, query: string) =>
    post(restricted.url, query, { bearer: await token('acme', { claims: { scope } }) });
  const ways = [
    '{ __schema { types { name } } }',
    '{ a: __type(name: "Query") { name } }',
    '{ ...F } fragment F on Query { ... { __schema { types { name } } } }',
  ];
  for (const query of ways) {
    expect((await of('schema:read', query)).errors).toBeUndefined();
    const response = await of('other', query);
    expect(response.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(response.data).toBeUndefined();
  }
  expect((await of('other', '{ __typename regions { __typename } }')).errors).toBeUndefined();
});

test('recognizes renamed directives', async () => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
      import: [{ name: "@requiresScopes", as: "@needs" }, { name: "@authenticated", as: "@known" }])
    type Query { free: Int held: Int @needs(scopes: [["x"]]) member: Int @known }`;
  const resolvers = { Query: { free: () => 1, held: () => 2, member: () => 3 } };
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  await using renamed = await startFixture({
    auth: { kind: 'none' },
    supergraphSdl: composeSupergraph([{ name: 'regions', sdl }]),
    subgraphs: {
      regions: {
        kind: 'local',
        subgraph: new SubgraphExecutor({ name: 'regions', sdl, schema }, pino({ level: 'silent' })),
      },
    },
  });
  const response = await post(renamed.url, '{ free held member }', { bearer: null });
  expect(response.data).toEqual({ free: 1, held: null, member: null });
  expect(rejected(response)).toEqual([denied('held', 'Query.held'), denied('member', 'Query.member')]);
});

test('composition rejects a field that would disclose a denied required field', () => {
  const a = `${LINK} type Query { me: User } type User @key(fields: "id") { id: ID! pay: Int @requiresScopes(scopes: [["pay"]]) }`;
  const b = `${LINK} type User @key(fields: "id") { id: ID! pay: Int @external rank: Int @requires(fields: "pay") }`;
  const compose = () =>
    composeSupergraph([
      { name: 'a', sdl: a },
      { name: 'b', sdl: b },
    ]);
  expect(compose).toThrow('MISSING_TRANSITIVE_AUTH_REQUIREMENTS');
});
