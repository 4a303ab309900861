import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountScopes } from '../../access/scopes.js';
import { mintAccessToken } from '../../access/access-token.js';
import { AUTH_SECRET, startTestPlatform, type TestPlatform } from '../kit/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.[Symbol.asyncDispose]());

async function ask(query: string, verified?: boolean): Promise<unknown> {
  const token = await mintAccessToken(AUTH_SECRET, {
    ...{ account: 'newcomer', subject: 'somebody', ttlSeconds: 600, scopes: accountScopes },
    verified,
  });
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: unknown };
  return data;
}

const CREATE = `mutation { createCluster(input: { name: "first", regionId: "cn-hangzhou", type: EXTERNAL_KUBERNETES }) {
  cluster { state } userErrors { code } } }`;

test('rejects paid resources of an unverified account until it is verified', async () => {
  const viewer = '{ viewer { verified } }';
  expect(await ask(viewer, false)).toEqual({ viewer: { verified: false } });
  // Another subject of the account may be verified.
  expect(await ask(viewer)).toEqual({ viewer: { verified: true } });
  expect(await ask(CREATE, false)).toEqual({
    createCluster: { cluster: null, userErrors: [{ code: 'ACCOUNT_NOT_VERIFIED' }] },
  });
  const verify = `mutation { verifyAccount(input: {
    kind: ENTERPRISE, name: "Newcomer Ltd", documentNumber: "91330100MA27X6AB0T" }) {
    viewer { verified } userErrors { code } } }`;
  expect(await ask(verify, false)).toEqual({ verifyAccount: { viewer: { verified: true }, userErrors: [] } });
  expect(await ask(viewer, false)).toEqual({ viewer: { verified: true } });
  expect(await ask(CREATE, false)).toEqual({
    createCluster: { cluster: { state: 'WAITING' }, userErrors: [] },
  });
});
