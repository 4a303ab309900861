import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../kernel/actor.js';
import { type AccessWorld, foundAccount, grant, revoke, startAccess, toUser, user } from './kit.js';

let world: AccessWorld;
beforeAll(async () => {
  world = await startAccess();
});
afterAll(() => world[Symbol.asyncDispose]());

interface RolePayload {
  readonly role: { readonly id: string; readonly verbs: readonly string[] } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

async function change(actor: Actor, mutation: string, input: object) {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
  const { data } = await world.ask<Record<string, RolePayload>>(
    actor,
    `mutation ($input: ${type}) { ${mutation}(input: $input) { role { id name verbs predefined } userErrors { code } } }`,
    { input },
  );
  const { role, userErrors } = data[mutation]!;
  return { role, codes: userErrors.map(({ code }) => code) };
}

const create = (actor: Actor, name: string, verbs: readonly string[]) =>
  change(actor, 'createRole', { name, verbs });
const names = async (actor: Actor) =>
  (await world.ask<{ roles: { name: string }[] }>(actor, '{ roles { name } }')).data.roles.map(
    ({ name }) => name,
  );

test('a custom role is listed in its account only, and gives its verbs', async () => {
  const root = await foundAccount(world, 'custom');
  const { role } = await create(root, 'scaler', ['nodePools.scale', 'clusters.read', 'clusters.read']);
  expect(role?.verbs).toEqual(['clusters.read', 'nodePools.scale']);
  expect(await names(root)).toContain('scaler');
  expect(await names(user('elsewhere', 'ann'))).not.toContain('scaler');
  await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: role!.id }]);
  const rights = await world.kit.rights.of(user('custom', 'ann'));
  expect(rights.decide('nodePools.scale', {}, new Date()).allowed).toBe(true);
  expect(rights.decide('nodePools.delete', {}, new Date()).allowed).toBe(false);
});

test.each([
  ['a malformed name', 'A role', ['clusters.read'], 'INVALID_INPUT'],
  ['the name of a predefined role', 'auditor', ['clusters.read'], 'DUPLICATE_NAME'],
  ['no verb', 'empty', [], 'INVALID_INPUT'],
  ['an unknown verb', 'odd', ['clusters.paint'], 'INVALID_INPUT'],
])('rejects %s', async (_, name, verbs, code) => {
  expect((await create(user('wrong-roles', 'ann'), name, verbs)).codes).toEqual([code]);
});

test('rejects a second role of the same name, also when both are created concurrently', async () => {
  const root = await foundAccount(world, 'names');
  const results = await Promise.all([1, 2, 3].map(() => create(root, 'same', ['clusters.read'])));
  expect(results.map(({ codes }) => codes.join()).sort()).toEqual(['', 'DUPLICATE_NAME', 'DUPLICATE_NAME']);
});

test('a changed role changes the permissions that have it', async () => {
  const root = await foundAccount(world, 'changing');
  const { role } = await create(root, 'reader', ['clusters.read']);
  await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: role!.id }]);
  const may = async (verb: 'clusters.read' | 'clusters.delete') =>
    (await world.kit.rights.of(user('changing', 'ann'))).decide(verb, {}, new Date()).allowed;
  expect([await may('clusters.read'), await may('clusters.delete')]).toEqual([true, false]);
  await change(root, 'updateRole', { id: role!.id, verbs: ['clusters.delete'] });
  expect([await may('clusters.read'), await may('clusters.delete')]).toEqual([false, true]);
});

test('nobody adds to a role, nor takes from it, what they do not have', async () => {
  const root = await foundAccount(world, 'adding');
  const editor = await create(root, 'editor', ['roles.create', 'roles.update', 'clusters.read']);
  const strong = await create(root, 'strong', ['clusters.delete']);
  await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: editor.role!.id }]);
  const ann = user('adding', 'ann');
  const { id } = editor.role!;
  expect(
    (await change(ann, 'updateRole', { id, verbs: ['clusters.read', 'permissions.grant'] })).codes,
  ).toEqual(['FORBIDDEN']);
  expect((await create(ann, 'own', ['permissions.grant'])).codes).toEqual(['FORBIDDEN']);
  expect((await change(ann, 'updateRole', { id: strong.role!.id, verbs: ['clusters.read'] })).codes).toEqual([
    'FORBIDDEN',
  ]);
  expect((await create(ann, 'own', ['clusters.read'])).codes).toEqual([]);
});

test('a role that denies cannot be changed so that no administrator is left', async () => {
  const root = await foundAccount(world, 'denying');
  const { role } = await create(root, 'no-costs', ['billingReports.read']);
  await grant(world, root, [
    { principal: { kind: 'GROUP', name: 'fleetgraph:account' }, roleId: role!.id, effect: 'DENY' },
  ]);
  expect(
    (await change(root, 'updateRole', { id: role!.id, verbs: ['permissions.grant'] })).codes,
  ).toHaveLength(1);
  expect((await world.kit.rights.of(root)).decide('permissions.grant', {}, new Date()).allowed).toBe(true);
});

test('a role is deleted when no permission has it', async () => {
  const root = await foundAccount(world, 'deleting');
  const { role } = await create(root, 'short', ['clusters.read']);
  const { ids } = await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: role!.id }]);
  expect((await change(root, 'deleteRole', { id: role!.id })).codes).toEqual(['RESOURCE_IN_USE']);
  await revoke(world, root, ids);
  expect((await change(root, 'deleteRole', { id: role!.id })).codes).toEqual([]);
  expect(await names(root)).not.toContain('short');
});

test('predefined roles and those of other accounts cannot be changed', async () => {
  const root = await foundAccount(world, 'fixed');
  expect((await change(root, 'updateRole', { id: 'role_auditor', description: 'x' })).codes).toEqual([
    'INVALID_INPUT',
  ]);
  expect((await change(root, 'deleteRole', { id: 'role_auditor' })).codes).toEqual(['INVALID_INPUT']);
  const foreign = await create(user('far', 'ann'), 'theirs', ['clusters.read']);
  expect((await change(root, 'deleteRole', { id: foreign.role!.id })).codes).toEqual(['NOT_FOUND']);
  expect((await grant(world, root, [toUser('ann', foreign.role!.id.slice(5))])).codes).toEqual(['NOT_FOUND']);
});

test('a role that lets nobody revoke permissions any more cannot be denied to all', async () => {
  const root = await foundAccount(world, 'irrevocable');
  const { role } = await create(root, 'lock', ['permissions.revoke', 'roles.update']);
  const everyone = { kind: 'GROUP', name: 'fleetgraph:account' };
  const denial = { principal: everyone, roleId: role!.id, effect: 'DENY' };
  expect((await grant(world, root, [denial])).codes).toEqual(['LAST_ADMINISTRATOR']);
});

test('a permission that ends adds nothing to a role', async () => {
  const root = await foundAccount(world, 'role-ends');
  const { role } = await create(root, 'on-call', ['quotas.read']);
  const expiresAt = new Date(Date.now() + 3_600_000);
  await grant(world, root, [toUser('bob', 'administrator', { expiresAt })]);
  const update = (actor: Actor, verbs: string[]) => change(actor, 'updateRole', { id: role?.id, verbs });
  expect((await update(user('role-ends', 'bob'), ['quotas.read', 'clusters.delete'])).codes).toEqual([
    'FORBIDDEN',
  ]);
  expect((await update(root, ['quotas.read', 'clusters.delete'])).codes).toEqual([]);
});
