import { connect } from 'node:net';
import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, post, startFixture, token, until } from '../../fixtures/gateway.js';
import { untilWithPausedClock } from '../../fixtures/paused-clock.js';

let fixture: Fixture;
let open: Fixture;
beforeAll(async () => {
  open = await startFixture({ auth: { kind: 'none' } });
  fixture = await startFixture({
    allowedOrigins: ['https://console.example'],
  });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});

describe.each([
  ['with a token', () => fixture.url, async () => ({ authorization: `Bearer ${await token()}` })],
  ['without authentication', () => open.url, () => Promise.resolve({})],
] as const)('GraphQL over HTTP, as graphql-http audits it, %s', (_title, url, ownHeaders) => {
  const audits = serverAudits({
    url: () => `${url()}/graphql`,
    fetchFn: async (address: string, init: RequestInit = {}) =>
      fetch(address, { ...init, headers: { ...(init.headers as object), ...(await ownHeaders()) } }),
  });
  test('has 61 audits', () => expect(audits).toHaveLength(61));
  test.each(audits.map(({ name, fn }) => [name, fn] as const))('%s', async (_, audit) => {
    const result = await audit();
    expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
  });
});

/** The status of a request with this Host header; 101 for a WebSocket. */
async function statusUnder(host: string, of: Fixture, upgrade = false): Promise<number | undefined> {
  const { port } = new URL(of.url);
  const headers = upgrade
    ? {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-transport-ws',
      }
    : { 'content-type': 'application/json' };
  const outgoing = request({
    port,
    host: '127.0.0.1',
    path: '/graphql',
    method: upgrade ? 'GET' : 'POST',
    headers: { host, ...headers },
  });
  outgoing.end(upgrade ? undefined : JSON.stringify({ query: '{ regions { id } }' }));
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('upgrade', resolve).once('error', reject);
  });
  const { statusCode, socket } = await response;
  socket.destroy();
  return statusCode;
}

test.each(['evil.example', 'evil.example:4000', '127.0.0.1.evil.example', 'localhost.evil.example', '.'])(
  'rejects the Host header "%s" without authentication, because of DNS rebinding',
  async (host) => {
    expect(await statusUnder(host, open)).toBe(403);
    expect(await statusUnder(host, open, true)).toBe(403);
  },
);

test.each([
  'localhost:4000',
  'LOCALHOST.',
  '127.0.0.1',
  '127.3.2.1:80',
  '[::1]:4000',
  '10.1.2.3:4000',
  'Gateway:4000',
])('accepts the Host header %s without authentication', async (host) => {
  await using named = await startFixture({ auth: { kind: 'none' }, allowedHosts: ['gateway'] });
  expect(await statusUnder(host, named)).toBe(200);
  expect(await statusUnder(host, named, true)).toBe(101);
});

test('accepts any Host header with authentication, unless names are configured', async () => {
  expect(await statusUnder('graph.example', fixture)).toBe(401);
  await using named = await startFixture({ allowedHosts: ['graph.example'] });
  expect(await statusUnder('graph.example', named)).toBe(401);
  expect(await statusUnder('other.example', named)).toBe(403);
});

test('serves no page when GraphiQL is disabled', async () => {
  await using plain = await startFixture({ graphiql: false });
  const response = await fetch(plain.url, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(401);
});

test('allows CORS for configured origins only', async () => {
  const preflight = (origin: string) =>
    fetch(`${fixture.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const allowed = await preflight('https://console.example');
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://console.example');
  const headers = allowed.headers.get('access-control-allow-headers')?.split(', ');
  expect(headers).toEqual(
    expect.arrayContaining(['authorization', 'apollo-require-preflight', 'x-apollo-operation-name']),
  );
  const other = await preflight('https://evil.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

test('answers BAD_REQUEST with a request id to a body that is not JSON', async () => {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
    body: '{"query":',
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('answers 413 to a chunked body over the limit before it is complete', async () => {
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

test('sends the headers of an event stream before the first event', async () => {
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

test('completes running requests and accepts no connection while closing', async () => {
  const closing = await startFixture({ limits: { requestTimeout: 300 } });
  const running = post(closing.url, '{ slow }');
  const { port } = new URL(closing.url);
  await untilWithPausedClock(() => closing.hub.slow === 1, 'the request to run');
  const closed = closing[Symbol.asyncDispose]();
  expect((await running).errors).toMatchObject([{ extensions: { code: 'REQUEST_TIMEOUT' } }]);
  await closed;
  const [error] = (await once(connect(Number(port), '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
