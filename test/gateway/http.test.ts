import { connect } from 'node:net';
import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, post, startFixture, token, until } from './fixtures/gateway.js';

let fixture: Fixture;
let open: Fixture;
beforeAll(async () => {
  open = await startFixture({ auth: { kind: 'none' } });
  fixture = await startFixture({
    allowedOrigins: ['https://console.example'],
    graphiql: { defaultToken: 'the-development-token' },
  });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});

describe.each([
  ['with a token', () => fixture.url, async () => ({ authorization: `Bearer ${await token()}` })],
  ['where nobody is asked for a token', () => open.url, () => Promise.resolve({})],
] as const)('GraphQL over HTTP, as graphql-http audits it, %s', (_title, url, ownHeaders) => {
  const audits = serverAudits({
    url: () => `${url()}/graphql`,
    fetchFn: async (address: string, init: RequestInit = {}) =>
      fetch(address, { ...init, headers: { ...(init.headers as object), ...(await ownHeaders()) } }),
  });
  test('there are 61 audits', () => expect(audits).toHaveLength(61));
  test.each(audits.map(({ name, fn }) => [name, fn] as const))('%s', async (_, audit) => {
    const result = await audit();
    expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
  });
});

test('GET / is the GraphiQL page, of local files only, with the development token filled in', async () => {
  const response = await fetch(fixture.url, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  const html = await response.text();
  expect(html).toContain('Bearer the-development-token');
  expect(html).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
});

test.each(['evil.example', '127.0.0.1.evil.example', '127.evil.example', '192.168.1.7'])(
  'a page asked for under the name %s, which may lead here by rebinding, has no token filled in',
  async (host) => {
    const { port } = new URL(fixture.url);
    const asked = request({
      port,
      host: '127.0.0.1',
      headers: { host: `${host}:${port}`, accept: 'text/html' },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let html = '';
    for await (const chunk of response) html += String(chunk);
    expect(html).toContain('Bearer <token>');
    expect(html).not.toContain('the-development-token');
  },
);

test('without GraphiQL there is no page', async () => {
  await using plain = await startFixture({ graphiql: false });
  const response = await fetch(plain.url, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(401);
});

test('a page of an allowed origin may ask, others may not read', async () => {
  const preflight = (origin: string) =>
    fetch(`${fixture.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const allowed = await preflight('https://console.example');
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://console.example');
  const headers = allowed.headers.get('access-control-allow-headers')?.split(', ');
  expect(headers).toEqual(
    expect.arrayContaining([
      'authorization',
      'apollo-require-preflight',
      'x-apollo-operation-name',
      'x-graphql-event-stream-token',
    ]),
  );
  const other = await preflight('https://evil.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

test('what is not JSON is answered BAD_REQUEST, with a request id', async () => {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
    body: '{"query":',
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('a chunked body over the limit is answered 413 before it has been sent', async () => {
  const { port } = new URL(fixture.url);
  const sent = request({
    port,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
  });
  for (let i = 0; i < 20; i += 1) sent.write('x'.repeat(100_000));
  const [response] = await once(sent, 'response');
  expect(response).toMatchObject({ statusCode: 413 });
  sent.destroy();
});

test('an event stream says hello at once, before the first event', async () => {
  const query = encodeURIComponent('subscription { clusterEvents { cursor } }');
  const response = await fetch(`${fixture.url}/graphql?query=${query}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${await token()}` },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(':\n\n');
  await reader?.cancel();
  await until(() => fixture.hub.listening === 0, 'the upstream to be closed');
});

test('closing lets a running request finish and takes no new connection', async () => {
  const closing = await startFixture({ limits: { requestTimeout: 300 } });
  const running = post(closing.url, '{ slow }');
  const { port } = new URL(closing.url);
  await until(() => closing.hub.slow === 1, 'the request to run');
  const closed = closing[Symbol.asyncDispose]();
  expect((await running).errors).toMatchObject([{ extensions: { code: 'REQUEST_TIMEOUT' } }]);
  await closed;
  const [error] = (await once(connect(Number(port), '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
