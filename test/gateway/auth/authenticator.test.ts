import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AcceptedTokens } from '../../../access/accepted-tokens.js';
import { createAuthenticator } from '../../../gateway/auth/authenticator.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import { movableClock } from '../../kit/clock.js';
import { eventually } from '../../kit/eventually.js';
import { SECRET, type Fixture, post, startFixture, token, until } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ limits: { connectionsPerAccount: 2 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const keys = { kind: 'secret', secret: SECRET } as const;
const NOW = Math.floor(Date.now() / 1000);
const DAY = 24 * 3600;

async function claims(payload: Record<string, unknown>, secret?: string): Promise<string> {
  return new SignJWT({ exp: NOW + 600, ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret ?? 'a secret that only these tests know about'));
}

/** Different groups of a length. */
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, 'g'));

const cases: readonly (readonly [string, () => Promise<string | null>, string])[] = [
  ['no token', async () => null, 'UNAUTHENTICATED'],
  ['no JWT', async () => 'abc', 'UNAUTHENTICATED'],
  [
    'another secret',
    () => token('acme', { secret: 'another secret, as long as the first one' }),
    'UNAUTHENTICATED',
  ],
  ['no account', () => claims({ sub: 'x' }), 'UNAUTHENTICATED'],
  ['a subject that is empty', () => claims({ account: 'acme', sub: '' }), 'UNAUTHENTICATED'],
  ['a subject that is a number', () => claims({ account: 'acme', sub: 5 }), 'UNAUTHENTICATED'],
  ['a subject of 256 characters', () => claims({ account: 'acme', sub: 'x'.repeat(256) }), 'UNAUTHENTICATED'],
  ['a subject of two lines', () => claims({ account: 'acme', sub: 'ann\nroot' }), 'UNAUTHENTICATED'],
  ['half a surrogate pair as subject', () => claims({ account: 'acme', sub: '\ud800' }), 'UNAUTHENTICATED'],
  ['a malformed account', () => claims({ account: 'ACME/../x' }), 'UNAUTHENTICATED'],
  [
    'an unsigned token',
    async () =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"account":"acme"}').toString('base64url')}.`,
    'UNAUTHENTICATED',
  ],
  ['an account of Kubernetes itself', () => claims({ account: 'system' }), 'UNAUTHENTICATED'],
  ['a token without exp', () => claims({ account: 'acme', exp: undefined }), 'UNAUTHENTICATED'],
  ['an exp that is no time', () => claims({ account: 'acme', exp: 'never' }), 'UNAUTHENTICATED'],
  ['an exp in 91 days', () => claims({ account: 'acme', exp: NOW + 91 * DAY }), 'UNAUTHENTICATED'],
  ['an exp in the year 3e10', () => claims({ account: 'acme', exp: 1e18 }), 'UNAUTHENTICATED'],
  [
    'an iat that is not now but an exp 91 days later',
    () => claims({ account: 'acme', iat: NOW - 30 * DAY, exp: NOW + 61 * DAY }),
    'UNAUTHENTICATED',
  ],
  [
    'an iat in the future',
    () => claims({ account: 'acme', iat: NOW + DAY, exp: NOW + 2 * DAY }),
    'UNAUTHENTICATED',
  ],
  ['an iat that is no time', () => claims({ account: 'acme', iat: 'then' }), 'UNAUTHENTICATED'],
  ['an issuer of two lines', () => claims({ account: 'acme', iss: 'a\nb' }), 'UNAUTHENTICATED'],
  ['a group that is a number', () => claims({ account: 'acme', groups: ['ops', 5] }), 'UNAUTHENTICATED'],
  ['a group of two lines', () => claims({ account: 'acme', groups: ['a\nb'] }), 'UNAUTHENTICATED'],
  ['101 groups', () => claims({ account: 'acme', groups: names(101, 10) }), 'UNAUTHENTICATED'],
  ['8,128 bytes of groups', () => claims({ account: 'acme', groups: names(64, 127) }), 'UNAUTHENTICATED'],
  ['an expired token', () => token('acme', { expiresIn: -1 }), 'TOKEN_EXPIRED'],
];

test.each(cases)(
  'rejects %s with 401, including introspection and event streams',
  async (_, bearer, code) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const { status, headers, errors } = await post(fixture.url, '{ __typename }', {
        bearer: await bearer(),
        headers: { accept },
      });
      expect(status).toBe(401);
      expect(errors).toMatchObject([{ extensions: { code } }]);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(headers.get('x-request-id')).toBeTruthy();
    }
  },
);

test('limits the validity of a token to 90 days or the configured number', async () => {
  await using strict = await startFixture({ auth: { kind: 'secret', secret: SECRET, maxDays: 1 } });
  const days = async (url: string, expiresIn: number) =>
    (await post(url, '{ __typename }', { bearer: await token('acme', { expiresIn }) })).status;
  expect([await days(fixture.url, 90 * DAY), await days(fixture.url, 90 * DAY + 60)]).toEqual([200, 401]);
  expect([await days(strict.url, DAY), await days(strict.url, DAY + 60)]).toEqual([200, 401]);
});

test('logs a rejected token in one line with reason and request id, without the token', async () => {
  await using logged = await startFixture();
  const bearer = await token('acme', { secret: 'another secret, as long as the first one' });
  const { headers } = await post(logged.url, '{ __typename }', { bearer });
  const lines = logged.log.filter(({ msg }) => msg === 'token rejected');
  expect(lines).toMatchObject([
    {
      requestId: headers.get('x-request-id'),
      code: 'UNAUTHENTICATED',
      reason: 'signature verification failed',
    },
  ]);
  expect(JSON.stringify(logged.log)).not.toContain(bearer);
});

test('takes issuer and groups from the token, without groups that Kubernetes or the platform reserve', async () => {
  using accepted = await AcceptedTokens.open({ keys, log: createLog('silent') });
  const authenticator = createAuthenticator({ accepted, clock: systemClock });
  const groups = ['system:masters', 'ops', 'fleetgraph:account', 'dev', 'ops'];
  const bearer = await claims({ account: 'acme', iss: 'https://issuer.example', groups }, SECRET);
  expect(await authenticator.authenticate(`Bearer ${bearer}`, 'r')).toMatchObject({
    issuer: 'https://issuer.example',
    groups: ['dev', 'ops'],
  });
});

test('takes the groups from the configured claim only', async () => {
  using accepted = await AcceptedTokens.open({ keys, log: createLog('silent') });
  const groupsOf = async (groupsClaim: string, payload: Record<string, unknown>) => {
    const authenticator = createAuthenticator({ accepted, clock: systemClock, groupsClaim });
    const bearer = await claims({ account: 'acme', ...payload }, SECRET);
    return (await authenticator.authenticate(`Bearer ${bearer}`, 'r')).groups;
  };
  expect(await groupsOf('roles', { groups: ['ops'] })).toBeUndefined();
  expect(await groupsOf('roles', { roles: 'ops' })).toEqual(['ops']);
  expect(await groupsOf('', { '': ['ops'], groups: ['ops'] })).toBeUndefined();
});

test('parses an Authorization header of 300,000 tabs in linear time', { timeout: 5_000 }, async () => {
  using accepted = await AcceptedTokens.open({ keys, log: createLog('silent') });
  const authenticator = createAuthenticator({ accepted, clock: systemClock });
  const header = `Bearer ${'\t'.repeat(300_000)} x`;
  expect(() => authenticator.authenticate(header, 'r')).toThrow('Send a bearer token');
});

test('caches a token independently of the whitespace around it', async () => {
  using accepted = await AcceptedTokens.open({ keys, log: createLog('silent') });
  const authenticator = createAuthenticator({ accepted, clock: systemClock });
  const bearer = await token('acme');
  await authenticator.authenticate(`Bearer ${bearer}`, 'r');
  expect(authenticator.authenticate(`  bearer   ${bearer} `, 'r')).toMatchObject({ account: 'acme' });
});

test('logs at most ten rejected tokens per second and counts the suppressed ones', async () => {
  const clock = movableClock();
  using _ = clock.stand();
  await using logged = await startFixture({ clock });
  const reject = () => post(logged.url, '{ __typename }', { bearer: 'abc' });
  const lines = () => logged.log.filter(({ msg }) => msg === 'token rejected');
  for (let times = 0; times < 25; times += 1) await reject();
  expect(lines()).toHaveLength(10);
  clock.advance(1000);
  await reject();
  expect(lines()).toHaveLength(11);
  expect(lines().at(-1)).toMatchObject({ leftOut: 15 });
});

test('rejects tokens of a removed key as soon as the key set is reloaded', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const served = { keys: [key] };
  const jwks = await serveJson(served);
  await using jwksFixture = await startFixture({ auth: { kind: 'jwks', url: jwks.url, interval: 100 } });
  const bearer = await new SignJWT({ account: 'acme' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setExpirationTime('5m')
    .sign(privateKey);
  const statusOf = async () => (await post(jwksFixture.url, '{ __typename }', { bearer })).status;
  expect(await statusOf()).toBe(200);
  // A different key with the same id.
  const other = await generateKeyPair('ES256');
  served.keys = [{ ...(await exportJWK(other.publicKey)), kid: 'k1', alg: 'ES256' }];
  const reads = jwks.reads();
  await until(() => jwks.reads() > reads, 'the next read of the key set');
  await eventually(async () => (await statusOf()) === 401);
  jwks.server.close();
});

test('closes a WebSocket with 4403 for an invalid token and with 4411 for an expired one', async () => {
  for (const [parameters, code] of [
    [{}, 4403],
    [{ token: 'abc' }, 4403],
    [{ token: await token('acme', { expiresIn: -1 }) }, 4411],
  ] as const) {
    await using socket = openSocket(fixture.url, parameters);
    await expect(socket.client.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({ code });
  }
});

test('accepts the token of a WebSocket in the upgrade header', async () => {
  const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${await token()}` },
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  const [message] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(String(message))).toEqual({ type: 'connection_ack' });
  socket.close();
  await once(socket, 'close');
});

test('closes a WebSocket without connection_init with 4408', async () => {
  await using impatient = await startFixture({ limits: { connectionInitTimeout: 50 } });
  const socket = new WebSocket(`${impatient.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(4408);
});

test('limits the WebSockets of one account without affecting other accounts', async () => {
  await using first = openSocket(fixture.url, { token: await token('many') });
  await using second = openSocket(fixture.url, { token: await token('many') });
  const open = [first, second].map((socket, at) =>
    socket.client.iterate({ query: `subscription { clusterEvents { cursor_${at}: cursor } }` }),
  );
  for (const events of open) void events.next().catch(() => undefined);
  await until(() => fixture.hub.listening === 2, 'two listeners');
  await using third = openSocket(fixture.url, { token: await token('many') });
  await expect(third.client.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({
    code: 1013,
  });
  await using other = openSocket(fixture.url, { token: await token('few') });
  expect(await other.client.iterate({ query: '{ __typename }' }).next()).toMatchObject({
    value: { data: { __typename: 'Query' } },
  });
});

test('rejects a WebSocket from a page of another origin', async () => {
  const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    origin: 'https://evil.example',
  });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('403');
});

test('accepts tokens signed with a key of the JWKS and no others', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = await serveJson({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
  await using jwksFixture = await startFixture({
    auth: { kind: 'jwks', url: jwks.url, issuer: 'https://issuer', audience: 'fleet' },
  });
  const sign = (issuer: string) =>
    new SignJWT({ account: 'acme' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience('fleet')
      .setExpirationTime('5m')
      .sign(privateKey);
  expect(
    (await post(jwksFixture.url, '{ cluster(id: "c1") { name } }', { bearer: await sign('https://issuer') }))
      .data,
  ).toEqual({ cluster: { name: 'one' } });
  expect(
    (await post(jwksFixture.url, '{ __typename }', { bearer: await sign('https://other') })).status,
  ).toBe(401);
  expect((await post(jwksFixture.url, '{ __typename }', { bearer: await token() })).status).toBe(401);
  jwks.server.close();
});

async function serveJson(value: unknown): Promise<{ url: string; server: Server; reads(): number }> {
  let reads = 0;
  const server = createServer((_, response) => {
    reads += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    reads: () => reads,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
  };
}
