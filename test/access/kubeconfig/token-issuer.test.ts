import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { ISSUER, TokenIssuer } from '../../../access/kubeconfig/token-issuer.js';

const secret = new Uint8Array(32).fill(7);
const issuer = new TokenIssuer(secret);
const now = new Date();
const later = new Date(now.getTime() + 60_000);
const ann = { name: 'acme:ann', groups: ['team'] };
const origin = { account: 'acme', subject: 'ann', issuedAt: now, keyId: 'key' };

test('verifies a token for the cluster that it was issued for, until it expires', async () => {
  const token = await issuer.issue('a', { ...ann, origin }, later);
  expect(await issuer.verify('a', token, now)).toMatchObject({ user: { ...ann, origin } });
  expect(await issuer.verify('b', token, now)).toBeUndefined();
  expect(await issuer.verify('a', token, later)).toBeUndefined();
});

test('an issuer with the same secret has the same key, one with another secret has not', async () => {
  const token = await issuer.issue('a', ann, later);
  expect(await new TokenIssuer(secret).verify('a', token, now)).toMatchObject({ user: ann });
  expect(await new TokenIssuer(new Uint8Array(32)).verify('a', token, now)).toBeUndefined();
});

test('the published keys verify a token and contain no private key', async () => {
  const { jwks, discovery } = issuer.documents;
  const keys = createLocalJWKSet(jwks as JSONWebKeySet);
  const { payload } = await jwtVerify(await issuer.issue('a', ann, later), keys, { issuer: ISSUER });
  expect(payload).toMatchObject({ sub: 'acme:ann', aud: 'a', groups: ['team'] });
  expect(jwks.keys[0]).not.toHaveProperty('d');
  expect(discovery('https://127.0.0.1:1/jwks.json')).toMatchObject({ issuer: ISSUER });
});

test.each([
  { name: 'system:admin', groups: [] },
  { name: 'acme:ann', groups: ['system:masters'] },
])('rejects the token of a client that names $name in $groups, not one of the platform', async (user) => {
  const token = await issuer.issue('a', { ...user, origin }, later);
  expect(await issuer.verify('a', token, now)).toBeUndefined();
  expect(await issuer.verify('a', await issuer.issue('a', user, later), now)).toMatchObject({ user });
});
