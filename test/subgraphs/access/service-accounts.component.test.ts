import { afterAll, beforeAll, expect, test } from 'vitest';
import { GATEWAY_ACCOUNT, keyDigest } from '../../../access/service-account-key.js';
import type { Actor } from '../../../kernel/actor.js';
import {
  type AccessWorld,
  createKey,
  createServiceAccount,
  foundAccount,
  grant,
  startAccess,
  toUser,
  user,
} from './kit.js';

let world: AccessWorld;
beforeAll(async () => {
  world = await startAccess();
});
afterAll(() => world[Symbol.asyncDispose]());

const HOLDERS = `query ($keys: [ServiceAccountKeyDigest!]!) {
  verifyServiceAccountKeys(keys: $keys) { account name scopes } }`;
const gateway: Actor = { account: GATEWAY_ACCOUNT, subject: 'gateway' };

/** The names of the holders of keys, as the gateway asks for them. */
async function holders(...texts: string[]): Promise<(string | undefined)[]> {
  const keys = texts.map((text) => keyDigest(text)!);
  const { data } = await world.ask<{ verifyServiceAccountKeys: ({ name: string } | null)[] }>(
    gateway,
    HOLDERS,
    { keys },
  );
  return data.verifyServiceAccountKeys.map((holder) => holder?.name);
}

async function change(actor: Actor, mutation: string, id: string): Promise<string[]> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
  const { data } = await world.ask<Record<string, { userErrors: { code: string }[] }>>(
    actor,
    `mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code } } }`,
    { input: { id } },
  );
  return data[mutation]!.userErrors.map(({ code }) => code);
}

test('a key is shown once, stored as a digest, and authenticates its service account', async () => {
  const root = await foundAccount(world, 'shown');
  const { id } = await createServiceAccount(world, root, 'ci');
  const once = { clientToken: 'once', expiresAt: new Date(Date.now() + 3_600_000) };
  const first = await createKey(world, root, id, once);
  expect(first.bearerToken).toMatch(/^fgk_[0-9a-z]{26}_[\w-]{43}$/);
  expect(await createKey(world, root, id, once)).toEqual({ id: first.id, bearerToken: '', codes: [] });
  expect(await holders(first.bearerToken)).toEqual(['ci']);
  const secret = first.bearerToken.slice(-43);
  const rows = await world.kit.database.pool.query<{ text: string }>(
    `SELECT to_jsonb(k)::text AS text FROM access.service_account_key k
     UNION ALL SELECT to_jsonb(e)::text FROM engine.event e UNION ALL SELECT to_jsonb(t)::text FROM engine.client_token t
     UNION ALL SELECT to_jsonb(a)::text FROM audit.event a`,
  );
  expect(rows.rows.length).toBeGreaterThan(3);
  expect(rows.rows.filter(({ text }) => text.includes(secret))).toEqual([]);
});

test('a wrong secret, a key with the secret of another one and an unknown id have no holder', async () => {
  const root = await foundAccount(world, 'wrong');
  const { id } = await createServiceAccount(world, root, 'ci');
  const other = await createServiceAccount(world, root, 'other');
  const { bearerToken: key } = await createKey(world, root, id);
  const { bearerToken: foreign } = await createKey(world, root, other.id);
  const mixed = key.slice(0, -43) + foreign.slice(-43);
  const wrong = key.slice(0, -43) + 'A'.repeat(43);
  const unknown = `fgk_00000000000000000000000000_${key.slice(-43)}`;
  expect(await holders(key, mixed, wrong, unknown, foreign)).toEqual([
    'ci',
    undefined,
    undefined,
    undefined,
    'other',
  ]);
});

test('revoking a key and deleting its service account end keys and permissions', async () => {
  const root = await foundAccount(world, 'ending');
  const { id } = await createServiceAccount(world, root, 'ci');
  await grant(world, root, [
    { principal: { kind: 'SERVICE_ACCOUNT', name: 'ci' }, roleId: 'role_developer' },
  ]);
  const [one, two] = [await createKey(world, root, id), await createKey(world, root, id)];
  expect(await change(root, 'revokeServiceAccountKey', one.id)).toEqual([]);
  expect(await holders(one.bearerToken, two.bearerToken)).toEqual([undefined, 'ci']);
  const may = async () => {
    const actor = { ...user('ending', 'serviceaccount:ci'), serviceAccountId: id };
    return (await world.kit.rights.of(actor)).decide('clusters.read', {}, new Date()).allowed;
  };
  expect(await may()).toBe(true);
  expect(await change(root, 'deleteServiceAccount', id)).toEqual([]);
  expect(await holders(two.bearerToken)).toEqual([undefined]);
  expect(await may()).toBe(false);
  expect(await change(root, 'deleteServiceAccount', id)).toEqual(['NOT_FOUND']);
});

test('a service account of the same name later has none of the permissions of the deleted one', async () => {
  const root = await foundAccount(world, 'again');
  const first = await createServiceAccount(world, root, 'ci');
  await change(root, 'deleteServiceAccount', first.id);
  const second = await createServiceAccount(world, root, 'ci');
  const principals = await world.kit.database.prisma.principal.findMany({
    where: { account: 'again', kind: 'SERVICE_ACCOUNT' },
  });
  expect(second.id).not.toBe(first.id);
  expect(principals).toHaveLength(1);
});

test('rejects a third valid key, also when keys are created concurrently', async () => {
  const root = await foundAccount(world, 'rotation');
  const { id } = await createServiceAccount(world, root, 'ci');
  const created = await Promise.all([1, 2, 3, 4].map(() => createKey(world, root, id)));
  expect(created.flatMap(({ codes }) => codes)).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
  const valid = created.find(({ codes }) => codes.length === 0)!;
  await change(root, 'revokeServiceAccountKey', valid.id);
  expect((await createKey(world, root, id)).codes).toEqual([]);
});

test.each([
  ['ended already', () => new Date(Date.now() - 1_000)],
  ['ends after more than 365 days', () => new Date(Date.now() + 366 * 24 * 3_600_000)],
])('rejects a key that %s', async (_, expiresAt) => {
  const root = user('ends', 'root');
  const { id } = await createServiceAccount(world, root, `a${Math.abs(expiresAt().getTime() % 1_000)}`);
  expect((await createKey(world, root, id, { expiresAt: expiresAt() })).codes).toEqual(['INVALID_INPUT']);
});

test('nobody makes a key that allows more than they may do themselves', async () => {
  const root = await foundAccount(world, 'escalation');
  const { id } = await createServiceAccount(world, root, 'deployer');
  await grant(world, root, [
    { principal: { kind: 'SERVICE_ACCOUNT', name: 'deployer' }, roleId: 'role_administrator' },
  ]);
  const { data } = await world.ask<{ createRole: { role: { id: string } } }>(
    root,
    `mutation { createRole(input: { name: "keeper", verbs: ["serviceAccountKeys.create", "clusters.read"] }) { role { id } } }`,
  );
  await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: data.createRole.role.id }]);
  const ann = user('escalation', 'ann');
  expect((await createKey(world, ann, id)).codes).toEqual(['FORBIDDEN']);
  const { id: weak } = await createServiceAccount(world, root, 'weak');
  expect((await createKey(world, ann, weak)).codes).toEqual([]);
  expect((await createKey(world, user('escalation', 'eve'), weak)).codes).toEqual(['FORBIDDEN']);
});

test('a principal that is denied something makes no key that is allowed it by the group of the account', async () => {
  const root = user('denied', 'root');
  await grant(world, root, [toUser('root', 'administrator'), toUser('ann', 'auditor', { effect: 'DENY' })]);
  const { id } = await createServiceAccount(world, root, 'ci');
  expect((await createKey(world, user('denied', 'ann'), id)).codes).toEqual(['FORBIDDEN']);
  expect((await createKey(world, root, id)).codes).toEqual([]);
});

test('a key has no scope that the token of its creator lacks', async () => {
  const narrow = user('scopes', 'root', { scopes: ['fleet:write'] });
  const { id } = await createServiceAccount(world, narrow, 'ci');
  expect((await createKey(world, narrow, id, { scopes: ['fleet:kubeconfig'] })).codes).toEqual(['FORBIDDEN']);
  expect((await createKey(world, narrow, id, { scopes: ['fleet:admin'] })).codes).toEqual(['INVALID_INPUT']);
  const { bearerToken } = await createKey(world, narrow, id);
  const { data } = await world.ask<{ verifyServiceAccountKeys: { scopes: string[] }[] }>(gateway, HOLDERS, {
    keys: [keyDigest(bearerToken)],
  });
  expect(data.verifyServiceAccountKeys[0]?.scopes).toEqual(['fleet:write']);
});

test('the token of an account whose holder is not identified makes no key', async () => {
  const unverified = user('unidentified', 'root', { verified: false });
  const { id } = await createServiceAccount(world, unverified, 'ci');
  expect((await createKey(world, unverified, id)).codes).toEqual(['FORBIDDEN']);
});

test('only the gateway verifies keys, and other accounts see no service account', async () => {
  const root = await foundAccount(world, 'mine');
  const { id } = await createServiceAccount(world, root, 'ci');
  const { bearerToken, id: keyId } = await createKey(world, root, id);
  const asked = await world.ask(root, HOLDERS, { keys: [keyDigest(bearerToken)] });
  expect(asked.errors[0]?.extensions?.['code']).toBe('FORBIDDEN');
  const stranger = user('theirs', 'eve');
  expect(await change(stranger, 'revokeServiceAccountKey', keyId)).toEqual(['NOT_FOUND']);
  expect((await createKey(world, stranger, id)).codes).toEqual(['NOT_FOUND']);
  const list = await world.ask<{ serviceAccounts: { totalCount: number } }>(
    stranger,
    '{ serviceAccounts { totalCount nodes { name keys { id } } } }',
  );
  expect(list.data.serviceAccounts.totalCount).toBe(0);
});

test('the list shows keys with their last use, and the viewer shows the service account', async () => {
  const root = await foundAccount(world, 'listed');
  const { id } = await createServiceAccount(world, root, 'ci');
  const { bearerToken } = await createKey(world, root, id);
  const lastUse = async () => {
    const { data } = await world.ask<{
      serviceAccounts: { nodes: { keys: { lastUsedAt: string | null }[] }[] };
    }>(
      root,
      '{ serviceAccounts { nodes { name principal { kind name } createdBy { name } keys { id lastUsedAt createdBy { name } } } } }',
    );
    return data.serviceAccounts.nodes[0]!.keys[0]!.lastUsedAt;
  };
  expect(await lastUse()).toBeNull();
  await holders(bearerToken);
  const used = await lastUse();
  expect(used).not.toBeNull();
  expect(await world.kit.statements(() => holders(bearerToken))).not.toContainEqual(
    expect.stringContaining('UPDATE'),
  );
  expect(await lastUse()).toBe(used);
  const actor = { ...user('listed', 'serviceaccount:ci'), serviceAccountId: id };
  const { data } = await world.ask<{ _entities: { principal: object }[] }>(
    actor,
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer { principal { kind name } } } }',
    { of: [{ __typename: 'Viewer', account: 'listed', subject: 'serviceaccount:ci' }] },
  );
  expect(data._entities[0]?.principal).toEqual({ kind: 'SERVICE_ACCOUNT', name: 'ci' });
});

test('a permission that ends makes no key that ends later', async () => {
  const root = await foundAccount(world, 'key-ends');
  const { id } = await createServiceAccount(world, root, 'deployer');
  await grant(world, root, [
    { principal: { kind: 'SERVICE_ACCOUNT', name: 'deployer' }, roleId: 'role_developer' },
    toUser('bob', 'administrator', { expiresAt: new Date(Date.now() + 3_600_000) }),
  ]);
  const bob = user('key-ends', 'bob');
  const until = (minutes: number) => ({ expiresAt: new Date(Date.now() + minutes * 60_000) });
  expect((await createKey(world, bob, id, until(90))).codes).toEqual(['FORBIDDEN']);
  expect((await createKey(world, bob, id, until(30))).codes).toEqual([]);
});
