import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AcceptedTokens } from '../../../access/accepted-tokens.js';
import { createAuthenticator } from '../../../gateway/auth/authenticator.js';
import { PermissionWatcher } from '../../../gateway/subscriptions/permission-watcher.js';
import { systemClock } from '../../../kernel/clock.js';
import { closeServer, listen } from '../../../kernel/listen.js';
import { createLog } from '../../../kernel/log.js';
import { SECRET, startFixture, token, until } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';

const EVENTS = 'subscription { clusterEvents { sequence } }';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fleetgraph-rights-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function write(file: string, revoked: object[]): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify({ revoked }));
  await rename(`${file}.new`, file);
}

test('ends streams with RIGHTS_CHANGED when the permissions of their tokens change', async () => {
  const file = join(directory, 'revocations.json');
  await write(file, []);
  await using fixture = await startFixture({ revocationsFile: file });
  const { hub, url } = fixture;
  const alice = await token('acme', { subject: 'alice' });
  const bob = await token('acme', { subject: 'bob' });
  await using ofAlice = openSocket(url, { token: alice });
  await using ofBob = openSocket(url, { token: bob });
  void ofAlice.client
    .iterate({ query: EVENTS })
    .next()
    .catch(() => undefined);
  const next = ofBob.client.iterate({ query: EVENTS }).next();
  const streamed = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${alice}`,
    },
    body: JSON.stringify({ query: EVENTS }),
  }).then((response) => response.text());
  await until(() => hub.listening === 2, 'two listeners');
  const before = new Date(Date.now() + 1000).toISOString();
  await write(file, [{ account: 'acme', subject: 'alice', before }]);
  expect(await ofAlice.closed).toMatchObject({ code: 4410, reason: 'Rights changed' });
  expect(await streamed).toContain('"code":"RIGHTS_CHANGED"');
  await until(() => hub.listening === 1, 'the upstream of alice to be closed');
  hub.publish('acme', 'c1');
  expect((await next).value).toMatchObject({ data: { clusterEvents: { sequence: 1 } } });
  await using reconnected = openSocket(url, { token: alice });
  await expect(reconnected.client.iterate({ query: EVENTS }).next()).rejects.toMatchObject({ code: 4403 });
});

test('ends streams when the claims of a token give other permissions', async () => {
  const log = createLog('silent');
  using accepted = await AcceptedTokens.open({ keys: { kind: 'secret', secret: SECRET }, log });
  const options = { accepted, clock: systemClock };
  const authorization = `Bearer ${await token()}`;
  const actor = await createAuthenticator(options).authenticate(authorization, 'test');
  const authenticator = createAuthenticator({ ...options, defaultScopes: [] });
  using rights = new PermissionWatcher({ authenticator, interval: 60_000, log });
  let changes = 0;
  rights.watch({ actor, authorization }, () => (changes += 1));
  await rights.check();
  await rights.check();
  expect(changes).toBe(1);
});

test('ends streams when the signing key of their token is withdrawn', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  let keys = [key];
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  const url = `${await listen(server, '127.0.0.1', 0)}/jwks`;
  await using fixture = await startFixture({ auth: { kind: 'jwks', url, interval: 100 } });
  const bearer = await new SignJWT({ account: 'acme' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setExpirationTime('5m')
    .sign(privateKey);
  await using socket = openSocket(fixture.url, { token: bearer });
  void socket.client
    .iterate({ query: EVENTS })
    .next()
    .catch(() => undefined);
  await until(() => fixture.hub.listening === 1, 'a listener');
  keys = [];
  expect(await socket.closed).toMatchObject({ code: 4410 });
  await closeServer(server, 0);
});

test('ends streams when all tokens of their account are revoked', async () => {
  const file = join(directory, 'accounts.json');
  await write(file, []);
  await using fixture = await startFixture({ revocationsFile: file });
  await using socket = openSocket(fixture.url);
  void socket.client
    .iterate({ query: EVENTS })
    .next()
    .catch(() => undefined);
  await until(() => fixture.hub.listening === 1, 'a listener');
  await write(file, [{ account: 'acme' }]);
  expect(await socket.closed).toMatchObject({ code: 4410 });
});

test('fails the start with an invalid revocations file and ignores it later', async () => {
  const file = join(directory, 'broken.json');
  await writeFile(file, '{}');
  await expect(startFixture({ revocationsFile: file })).rejects.toThrow();
});
