import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture, token } from '../../fixtures/gateway.js';

let fixture: Fixture;
/** Without authentication, cross-site requests are recognized by their headers alone. */
let open: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ limits: { batch: 3 } });
  open = await startFixture({ auth: { kind: 'none' } });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly cost: unknown };
}

async function sendBatch(
  operations: unknown,
  url = fixture.url,
): Promise<{ status: number; body: Result | Result[] }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
    body: JSON.stringify(operations),
  });
  return { status: response.status, body: (await response.json()) as Result | Result[] };
}

const codeOf = (result: Result | Result[] | undefined) =>
  (result as Result | undefined)?.errors?.[0]?.extensions.code;

describe('a batch', () => {
  test('is answered in order, with each operation validated and charged separately', async () => {
    const { status, body } = await sendBatch([
      { query: '{ version }' },
      { query: '{ nothing }' },
      { query: 'query ($id: ID!) { region(id: $id) { id } }', variables: { id: 'cn-hangzhou' } },
    ]);
    expect(status).toBe(200);
    const [version, invalid, region] = body as Result[];
    expect(version?.data).toEqual({ version: '1' });
    expect(codeOf(invalid)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(region?.data).toEqual({ region: { id: 'cn-hangzhou' } });
    expect(region?.extensions?.cost).toMatchObject({ requestedQueryCost: 1 });
  });

  test('has no more operations than the limit', async () => {
    const { status, body } = await sendBatch(Array.from({ length: 4 }, () => ({ query: '{ version }' })));
    expect(status).toBe(413);
    expect(codeOf(body)).toBe('LIMIT_EXCEEDED');
  });

  test.each([
    ['of nothing', [], 'BAD_REQUEST'],
    ['of batches', [[{ query: '{ version }' }]], 'BAD_REQUEST'],
    ['of strings', ['{ version }'], 'BAD_REQUEST'],
    ['with a subscription', [{ query: 'subscription { clusterEvents { cursor } }' }], 'BAD_REQUEST'],
    [
      'with an operation that is too deep',
      [{ query: `{ a${' { a'.repeat(30)}${' }'.repeat(31)}` }],
      'LIMIT_EXCEEDED',
    ],
  ])('rejects %s', async (_, operations, code) => {
    const { body } = await sendBatch(operations);
    expect(codeOf(Array.isArray(body) ? body[0] : body)).toBe(code);
  });

  test('can be switched off', async () => {
    await using off = await startFixture({ limits: { batch: 1 } });
    const { status, body } = await sendBatch([{ query: '{ version }' }], off.url);
    expect(status).toBe(400);
    expect(codeOf(body)).toBe('BAD_REQUEST');
  });

  test('of an exhausted account is rejected with 429', async () => {
    await using limited = await startFixture({ rate: { points: 2, window: 60 } });
    const query = '{ regions { id } }';
    await sendBatch([{ query }], limited.url);
    const { status, body } = await sendBatch([{ query }, { query }], limited.url);
    expect(status).toBe(429);
    expect((body as Result[]).map(codeOf)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });
});

const mutation = JSON.stringify({ query: 'mutation { rename(name: "stolen") { id } }' });
const get = (query: string) => `/graphql?query=${encodeURIComponent(query)}`;

describe('does not execute requests that a cross-site page can send without a preflight', () => {
  test.each<[string, string, RequestInit, number]>([
    ['a POST of text', '/graphql', { method: 'POST', body: mutation }, 415],
    [
      'a form',
      '/graphql',
      { method: 'POST', body: new URLSearchParams({ query: 'mutation { rename(name: "x") { id } }' }) },
      415,
    ],
    [
      'a GET of a picture or script',
      get('{ version }'),
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
      403,
    ],
    ['a GET of a same-site page', get('{ version }'), { headers: { 'sec-fetch-site': 'same-site' } }, 403],
    ['a GET with an origin', get('{ version }'), { headers: { origin: 'https://evil.example' } }, 403],
    ['a GET of a page without an origin', get('{ version }'), { headers: { origin: 'null' } }, 403],
    [
      'a GET of an old browser',
      get('{ version }'),
      { headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X)' } },
      403,
    ],
    [
      'a GET with the type of a form',
      get('{ version }'),
      { headers: { 'content-type': 'text/plain;charset=utf-8', 'sec-fetch-site': 'cross-site' } },
      403,
    ],
    ['a GET of a mutation', get('mutation { rename(name: "x") { id } }'), {}, 405],
    ['a GET of an unknown mutation', get('mutation { nothing }'), {}, 405],
    [
      'a POST of text that asks for an event stream',
      '/graphql',
      { method: 'POST', body: mutation, headers: { accept: 'text/event-stream' } },
      400,
    ],
    [
      'a GET for an event stream from a page of another origin',
      get('{ version }'),
      { headers: { accept: 'text/event-stream', origin: 'https://evil.example' } },
      403,
    ],
    [
      'a GET for a multipart stream from a page of another origin',
      get('subscription { clusterEvents { cursor } }'),
      { headers: { accept: 'multipart/mixed;subscriptionSpec=1.0', origin: 'https://evil.example' } },
      403,
    ],
  ])('%s', async (_, path, init, status) => {
    const response = await fetch(`${open.url}${path}`, init);
    const text = await response.text();
    expect(text).not.toContain('"data":{');
    expect([status, 400]).toContain(response.status);
  });

  test('rejects a mutation by GET', async () => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await fetch(`${open.url}${get('mutation { rename(name: "x") { id } }')}`, {
        headers: { accept, 'apollo-require-preflight': '1' },
      });
      expect(response.status).toBe(405);
      await response.text();
    }
  });

  test.each<[string, Record<string, string>]>([
    ['after a preflight', { 'apollo-require-preflight': '1', origin: 'https://evil.example' }],
    ['of the same origin', { 'sec-fetch-site': 'same-origin', 'user-agent': 'Mozilla/5.0' }],
    ['from the address bar', { 'sec-fetch-site': 'none', 'user-agent': 'Mozilla/5.0' }],
    ['of a program', { 'user-agent': 'curl/8.14.1' }],
  ])('answers a GET %s', async (_, headers) => {
    const response = await fetch(`${open.url}${get('{ version }')}`, {
      headers: { accept: 'application/json', ...headers },
    });
    expect(await response.json()).toMatchObject({ data: { version: '1' } });
  });
});
