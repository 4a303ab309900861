import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentHash, trustedDocuments } from '../../../gateway/request/documents/trusted-documents.js';
import { movableClock } from '../../kit/clock.js';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import {
  type TransportRequest,
  type TransportResult,
  streamingTransports,
  transports,
} from '../fixtures/transports.js';

const EVENTS = 'subscription { clusterEvents { sequence } }';
const TRUSTED = '{ regions { id } }';
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: documentHash(text) } });

let fixture: Fixture;
let safe: Fixture;
let watched: Fixture;
/** The clock of `watched`. */
const clock = movableClock();
let limited: Fixture;
let folder: string;
let revocations: string;
let bearer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-transports-'));
  revocations = join(folder, 'revocations.json');
  await writeFile(revocations, '{"revoked":[]}');
  fixture = await startFixture({ limits: { cost: 100, introspection: { scope: 'fleet:introspect' } } });
  safe = await startFixture({ trustedDocuments: trustedDocuments([[documentHash(TRUSTED), TRUSTED]]) });
  watched = await startFixture({ revocationsFile: revocations, clock });
  limited = await startFixture({ rate: { points: 3, window: 3600 } });
  bearer = await token();
});
afterAll(async () => {
  await Promise.all([fixture, safe, watched, limited].map((gateway) => gateway[Symbol.asyncDispose]()));
  await rm(folder, { recursive: true });
});

const codeOf = ({ errors }: TransportResult) => errors?.[0]?.extensions.code;
const nested = `{ clusters ${'{ region '.repeat(3)}{ id }${' }'.repeat(3)} }`;

function nestedList(depth: number): unknown {
  return depth === 0 ? 1 : [nestedList(depth - 1)];
}

const rejected: [string, TransportRequest, string][] = [
  ['what is too deep', { query: `{ a${' { a'.repeat(30)}${' }'.repeat(31)}` }, 'LIMIT_EXCEEDED'],
  ['a document that nests too deep', { query: `{ a${'{a'.repeat(900)}${'}'.repeat(901)}` }, 'LIMIT_EXCEEDED'],
  [
    'a value that nests too deep',
    { query: `{ clusters(first: ${'['.repeat(900)}${']'.repeat(900)}) { id } }` },
    'LIMIT_EXCEEDED',
  ],
  [
    'a type that nests too deep, behind a block string that ends later than it seems',
    {
      query: `query ($s: String = """\\\\""" """, $n: ${'['.repeat(900)}Int${']'.repeat(900)}) { version }`,
    },
    'LIMIT_EXCEEDED',
  ],
  [
    'variables that nest too deep',
    { query: 'query ($n: Int) { clusters(first: $n) { id } }', variables: { n: nestedList(300) } },
    'LIMIT_EXCEEDED',
  ],
  [
    'too many aliases',
    { query: `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: version`).join(' ')} }` },
    'LIMIT_EXCEEDED',
  ],
  ['too many root fields', { query: `{ ${'version '.repeat(21)} }` }, 'LIMIT_EXCEEDED'],
  ['too many directives', { query: `{ version ${'@skip(if: false) '.repeat(51)} }` }, 'LIMIT_EXCEEDED'],
  ['a page that is too long', { query: '{ clusters(first: 501) { id } }' }, 'PAGE_SIZE_EXCEEDED'],
  [
    'a page that is too long, in a variable',
    { query: 'query ($n: Int) { clusters(first: $n) { id } }', variables: { n: 501 } },
    'PAGE_SIZE_EXCEEDED',
  ],
  ['what costs too much', { query: '{ clusters(first: 400) { id region { id name } } }' }, 'LIMIT_EXCEEDED'],
  ['a field that there is not', { query: nested }, 'GRAPHQL_VALIDATION_FAILED'],
  ['what is no document', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
  [
    'a variable of the wrong type',
    { query: 'query ($n: Int) { clusters(first: $n) { id } }', variables: { n: 'x' } },
    'INVALID_INPUT',
  ],
  ['the hash of an unknown document', { extensions: persisted('{ unknown }') }, 'PERSISTED_QUERY_NOT_FOUND'],
  ['a hash of another document', { query: TRUSTED, extensions: persisted('{ x }') }, 'BAD_REQUEST'],
];

describe.each([...transports])('%s', (_name, send) => {
  test.each(rejected)('rejects %s', async (_title, request, code) => {
    const result = await send(fixture.url, request, bearer);
    expect(codeOf(result)).toBe(code);
    expect(result.data ?? null).toBeNull();
  });

  test('masks an internal error and suggests no field', async () => {
    const bug = await send(fixture.url, { query: '{ bug }' }, bearer);
    expect(codeOf(bug)).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(bug)).not.toContain('12345');
    const typo = await send(fixture.url, { query: '{ clustrs { id } }' }, bearer);
    expect(JSON.stringify(typo)).not.toMatch(/did you mean|clusters/i);
  });

  test('finds a document by its hash', async () => {
    const query = `{ regions { name } } # ${_name}`;
    const extensions = persisted(query);
    expect(codeOf(await send(fixture.url, { extensions }, bearer))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await send(fixture.url, { query, extensions }, bearer)).data).toHaveProperty('regions');
    expect((await send(fixture.url, { extensions }, bearer)).data).toHaveProperty('regions');
  });

  test('executes only trusted documents when there is a list', async () => {
    expect((await send(safe.url, { extensions: persisted(TRUSTED) }, bearer)).data).toHaveProperty('regions');
    const other = '{ regions { name } }';
    expect(codeOf(await send(safe.url, { query: other }, bearer))).toBe('QUERY_NOT_IN_SAFELIST');
    const taught = { query: other, extensions: persisted(other) };
    expect(codeOf(await send(safe.url, taught, bearer))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  test('requires a scope for introspection', async () => {
    const unscoped = await token('acme', { claims: { scope: 'something' } });
    const spread = 'query { ...A } fragment A on Query { ... { t: __type(name: "Query") { name } } }';
    const result = await send(fixture.url, { query: spread }, unscoped);
    expect(codeOf(result)).toBe('FORBIDDEN');
    expect((await send(fixture.url, { query: spread }, bearer)).data).toEqual({ t: { name: 'Query' } });
  });

  test('returns the cost, and rejects operations of an exhausted account', async () => {
    const account = `spender-${_name.toLowerCase().replace(/[^a-z]+/g, '-')}`;
    const bearer = await token(account);
    const query = '{ region(id: "cn-hangzhou") { id } }';
    const results: TransportResult[] = [];
    for (let i = 0; i < 4; i += 1) results.push(await send(limited.url, { query }, bearer));
    expect(results[0]?.extensions?.['cost']).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 1 });
    expect(results.map(codeOf)).toEqual([undefined, undefined, undefined, 'RATE_LIMITED']);
  });

  test('rejects a new document of a rate-limited account before parsing it, and still executes cached documents', async () => {
    const bearer = await token(`bankrupt-${_name.toLowerCase().replace(/[^a-z]+/g, '-')}`);
    const query = '{ region(id: "cn-hangzhou") { id } }';
    for (let i = 0; i < 3; i += 1) await send(limited.url, { query }, bearer);
    // The documents are not parsed: otherwise the first one would get its syntax error.
    for (const text of ['{', '{ nothing }', '{ version }', '{ __schema { queryType { name } } }'])
      expect(codeOf(await send(limited.url, { query: `${text} # new to ${_name}` }, bearer))).toBe(
        'RATE_LIMITED',
      );
    const cached = { query: `{ version } # of ${_name}` };
    const another = await token(`another-${_name.toLowerCase().replace(/[^a-z]+/g, '-')}`);
    expect((await send(limited.url, cached, another)).errors).toBeUndefined();
    expect((await send(limited.url, cached, bearer)).errors).toBeUndefined();
  });

  test('hides resources from another account', async () => {
    const other = await token('other');
    expect((await send(fixture.url, { query: '{ cluster(id: "c1") { name } }' }, other)).data).toEqual({
      cluster: null,
    });
  });

  test.each([
    ['that has expired', () => token('acme', { expiresIn: -5 }), /^(TOKEN_EXPIRED|CLOSED_44\d\d)$/],
    [
      'with another signature',
      () => token('acme', { secret: 'x'.repeat(32) }),
      /^(UNAUTHENTICATED|CLOSED_4403)$/,
    ],
    ['that is malformed', () => Promise.resolve('none'), /^(UNAUTHENTICATED|CLOSED_4403)$/],
  ])('rejects a token %s', async (_title, make, code) => {
    expect(codeOf(await send(fixture.url, { query: '{ version }' }, await make()))).toMatch(code);
  });
});

/** A subscription by each transport, once all of them run; resolves with their codes when they have ended. */
async function subscribeByEach(tokenFor: (transport: string) => Promise<string>) {
  const before = watched.hub.listening;
  const sent = [...streamingTransports].map(async ([name, subscribe]) => {
    const result = await subscribe(watched.url, { query: EVENTS }, await tokenFor(name));
    return [name, codeOf(result)] as const;
  });
  const opened = before + streamingTransports.size;
  await until(() => watched.hub.listening === opened, 'the subscriptions to run');
  return {
    async ended() {
      const codes = await Promise.all(sent);
      await until(() => watched.hub.listening === before, 'the upstreams to be closed');
      return codes;
    },
  };
}

describe('a subscription by each transport', () => {
  test('ends when its token does', async () => {
    clock.reset();
    const subscriptions = await subscribeByEach((subject) => token('acme', { subject, expiresIn: 60 }));
    clock.advance(61_000);
    for (const [name, code] of await subscriptions.ended())
      expect(code, name).toMatch(/^(TOKEN_EXPIRED|CLOSED_44\d\d)$/);
  });

  test('ends when its token is revoked', async () => {
    const subscriptions = await subscribeByEach((subject) => token('acme', { subject }));
    const revoked = [...streamingTransports.keys()].map((subject) => ({ account: 'acme', subject }));
    await writeFile(`${revocations}.new`, JSON.stringify({ revoked }));
    await rename(`${revocations}.new`, revocations);
    for (const [name, code] of await subscriptions.ended())
      expect(code, name).toMatch(/^(RIGHTS_CHANGED|CLOSED_4410)$/);
  });
});

describe.each([...streamingTransports])('a subscription by %s', (_name, subscribe) => {
  test('is rejected for a document that is not trusted', async () => {
    expect(codeOf(await subscribe(safe.url, { query: EVENTS }, bearer))).toBe('QUERY_NOT_IN_SAFELIST');
    expect(safe.hub.listening).toBe(0);
  });
});
