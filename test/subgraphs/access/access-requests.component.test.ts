import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../kernel/actor.js';
import { type AccessWorld, foundAccount, grant, startAccess, toUser, user } from './kit.js';

let world: AccessWorld;
beforeAll(async () => {
  world = await startAccess();
});
afterAll(() => world[Symbol.asyncDispose]());

interface Payload {
  readonly accessRequest: {
    readonly id: string;
    readonly state: string;
    readonly permission: { readonly expiresAt: string } | null;
  } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

async function change(actor: Actor, mutation: string, input: object) {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
  const { data } = await world.ask<Record<string, Payload>>(
    actor,
    `mutation ($input: ${type}) { ${mutation}(input: $input) {
      accessRequest { id state message permission { expiresAt } } userErrors { code } } }`,
    { input },
  );
  const { accessRequest, userErrors } = data[mutation]!;
  return { accessRequest, codes: userErrors.map(({ code }) => code) };
}

const ask = (actor: Actor, more: object = {}) =>
  change(actor, 'requestAccess', { roleId: 'role_developer', reason: 'incident 7', minutes: 30, ...more });
const decide = (actor: Actor, decision: 'approve' | 'refuse' | 'withdraw', accessRequestId = '') =>
  change(actor, `${decision}AccessRequest`, { accessRequestId });
const may = async (actor: Actor, at = new Date()) =>
  (await world.kit.rights.of(actor)).decide('clusters.read', {}, at).allowed;

async function listed(actor: Actor, state?: string): Promise<string[]> {
  const { data } = await world.ask<{
    accessRequests: { totalCount: number; nodes: { id: string; principal: { name: string } }[] };
  }>(
    actor,
    `query ($filter: AccessRequestFilter) { accessRequests(filter: $filter) {
      totalCount nodes { id principal { name } role { name } scope { clusterSelector } decidedBy { name } } } }`,
    { filter: { state } },
  );
  const { nodes, totalCount } = data.accessRequests;
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ principal }) => principal.name).sort();
}

test('an approved request is a permission that ends by itself', async () => {
  const root = await foundAccount(world, 'approved');
  const ann = user('approved', 'ann');
  expect(await may(ann)).toBe(false);
  const { accessRequest } = await ask(ann);
  expect([accessRequest?.state, await may(ann)]).toEqual(['PENDING', false]);
  const approved = await decide(root, 'approve', accessRequest?.id);
  expect(approved).toMatchObject({ codes: [], accessRequest: { state: 'APPROVED' } });
  const end = new Date(approved.accessRequest!.permission!.expiresAt).getTime();
  expect(await may(ann, new Date(end - 1))).toBe(true);
  expect(await may(ann, new Date(end))).toBe(false);
});

test('nobody approves their own request, nor one for what they may not grant', async () => {
  const root = await foundAccount(world, 'others');
  const own = await ask(root, { roleId: 'role_administrator' });
  expect((await decide(root, 'approve', own.accessRequest?.id)).codes).toEqual(['FORBIDDEN']);
  const cluster = await world.cluster('others');
  const scope = { clusterId: cluster };
  await grant(world, root, [toUser('ben', 'administrator', { scope })]);
  const ben = user('others', 'ben');
  const wide = await ask(user('others', 'ann'));
  expect((await decide(ben, 'approve', wide.accessRequest?.id)).codes).toEqual(['NOT_FOUND']);
  const narrow = await ask(user('others', 'ann'), { scope });
  expect((await decide(ben, 'approve', narrow.accessRequest?.id)).codes).toEqual([]);
});

test('an auditor sees requests and decides about none', async () => {
  const root = await foundAccount(world, 'auditing');
  await grant(world, root, [toUser('ben', 'auditor')]);
  const { accessRequest } = await ask(user('auditing', 'ann'));
  const ben = user('auditing', 'ben');
  expect(await listed(ben)).toEqual(['ann']);
  expect((await decide(ben, 'approve', accessRequest?.id)).codes).toEqual(['FORBIDDEN']);
  expect((await decide(ben, 'refuse', accessRequest?.id)).codes).toEqual(['FORBIDDEN']);
});

test('of two decisions at once one is made', async () => {
  const root = await foundAccount(world, 'races');
  await grant(world, root, [toUser('ben', 'administrator')]);
  const ann = user('races', 'ann');
  const { accessRequest } = await ask(ann);
  const id = accessRequest?.id;
  const results = await Promise.all([
    decide(root, 'approve', id),
    decide(user('races', 'ben'), 'approve', id),
    decide(ann, 'withdraw', id),
  ]);
  expect(results.flatMap(({ codes }) => codes)).toEqual(['INVALID_STATE', 'INVALID_STATE']);
  const count = await world.kit.database.prisma.permission.count({
    where: { account: 'races', reason: 'incident 7' },
  });
  expect(count).toBe(results[2].codes.length);
});

test('a refused or withdrawn request is decided for good', async () => {
  const root = await foundAccount(world, 'refused');
  const ann = user('refused', 'ann');
  const one = (await ask(ann)).accessRequest?.id;
  const two = (await ask(ann)).accessRequest?.id;
  expect((await decide(root, 'refuse', one)).accessRequest?.state).toBe('REFUSED');
  expect((await decide(root, 'withdraw', two)).codes).toEqual(['NOT_FOUND']);
  expect((await decide(ann, 'withdraw', two)).accessRequest?.state).toBe('WITHDRAWN');
  for (const id of [one, two]) expect((await decide(root, 'approve', id)).codes).toEqual(['INVALID_STATE']);
  expect(await may(ann)).toBe(false);
});

test('a request that is not decided for a week expires', async () => {
  const root = await foundAccount(world, 'late');
  const { accessRequest } = await ask(user('late', 'ann'));
  await world.kit.database.prisma.accessRequest.updateMany({
    where: { account: 'late' },
    data: { createdAt: new Date(Date.now() - 8 * 24 * 3_600_000) },
  });
  expect([await listed(root, 'PENDING'), await listed(root, 'EXPIRED')]).toEqual([[], ['ann']]);
  expect((await decide(root, 'approve', accessRequest?.id)).codes).toEqual(['INVALID_STATE']);
});

test('shows requests to the requester and where a caller may read them, and none of other accounts', async () => {
  const root = await foundAccount(world, 'seeing');
  const clusterId = await world.cluster('seeing');
  await grant(world, root, [toUser('ben', 'administrator', { scope: { clusterId } })]);
  const mine = await ask(user('seeing', 'ann'));
  await ask(user('seeing', 'eve'), { scope: { clusterId } });
  expect(await listed(root)).toEqual(['ann', 'eve']);
  expect(await listed(user('seeing', 'ben'))).toEqual(['eve']);
  expect(await listed(user('seeing', 'ann'))).toEqual(['ann']);
  expect(await listed(user('elsewhere', 'root'))).toEqual([]);
  const stranger = await decide(user('elsewhere', 'root'), 'approve', mine.accessRequest?.id);
  expect(stranger.codes).toEqual(['NOT_FOUND']);
});

test('does not say whether a hidden cluster exists', async () => {
  await foundAccount(world, 'hidden');
  const ann = user('hidden', 'ann');
  const existing = await ask(ann, { scope: { clusterId: await world.cluster('hidden') } });
  const absent = await ask(ann, { scope: { clusterId: 'cluster_none' } });
  expect(existing.codes).toEqual(absent.codes);
});

test('rejects an eleventh request that is not decided', async () => {
  const ann = user('many', 'ann');
  const results: string[] = [];
  for (let index = 0; index < 11; index++) results.push((await ask(ann)).codes.join());
  expect(results).toEqual([...Array<string>(10).fill(''), 'LIMIT_EXCEEDED']);
});

test.each([
  ['no reason', { reason: ' ' }, 'INVALID_INPUT'],
  ['no duration', { minutes: 0 }, 'INVALID_INPUT'],
  ['more than a week', { minutes: 10_081 }, 'INVALID_INPUT'],
  ['a role that does not exist', { roleId: 'role_none' }, 'NOT_FOUND'],
])('rejects a request with %s', async (_, input, code) => {
  expect((await ask(user('bad', 'ann'), input)).codes).toEqual([code]);
});

test('who may break the glass is administrator for some minutes, with a warning in the event log', async () => {
  const root = await foundAccount(world, 'emergency');
  const ann = user('emergency', 'ann');
  const emergency = { reason: 'the control plane is down', minutes: 15 };
  expect((await change(ann, 'breakGlass', emergency)).codes).toEqual(['FORBIDDEN']);
  const { data } = await world.ask<{ createRole: { role: { id: string } } }>(
    root,
    'mutation { createRole(input: { name: "on-call", verbs: ["accessRequests.breakGlass"] }) { role { id } } }',
  );
  await grant(world, root, [{ principal: { kind: 'USER', name: 'ann' }, roleId: data.createRole.role.id }]);
  expect((await change(ann, 'breakGlass', { ...emergency, minutes: 61 })).codes).toEqual(['INVALID_INPUT']);
  expect((await change(ann, 'breakGlass', { ...emergency, reason: '' })).codes).toEqual(['INVALID_INPUT']);
  expect(await may(ann)).toBe(false);
  const broken = await change(ann, 'breakGlass', emergency);
  const end = new Date(broken.accessRequest!.permission!.expiresAt).getTime();
  expect([await may(ann, new Date(end - 1)), await may(ann, new Date(end))]).toEqual([true, false]);
  const events = await world.kit.database.prisma.event.findMany({
    where: { account: 'emergency', type: 'GLASS_BROKEN' },
  });
  expect(events).toMatchObject([{ level: 'WARNING', data: { subject: 'ann', reason: emergency.reason } }]);
});

test('a permission that ends gives none that ends later', async () => {
  const root = await foundAccount(world, 'ends');
  const [ann, bob] = [user('ends', 'ann'), user('ends', 'bob')];
  const soon = new Date(Date.now() + 600_000).toISOString();
  await grant(world, root, [toUser('bob', 'administrator', { expiresAt: soon })]);
  const long = await ask(ann);
  expect((await decide(bob, 'approve', long.accessRequest?.id)).codes).toEqual(['FORBIDDEN']);
  const short = await ask(ann, { minutes: 5 });
  expect((await decide(bob, 'approve', short.accessRequest?.id)).codes).toEqual([]);
  expect((await grant(world, bob, [toUser('bob', 'administrator')])).codes).toEqual(['FORBIDDEN']);
  expect((await grant(world, bob, [toUser('eve', 'developer', { expiresAt: soon })])).codes).toEqual([]);
});

test('who may not read roles asks for the predefined ones only', async () => {
  const root = await foundAccount(world, 'roles');
  const { data } = await world.ask<{ createRole: { role: { id: string } } }>(
    root,
    'mutation { createRole(input: { name: "hidden", verbs: ["quotas.read"] }) { role { id } } }',
  );
  const { id: roleId } = data.createRole.role;
  expect((await ask(user('roles', 'ann'), { roleId })).codes).toEqual(['NOT_FOUND']);
  await grant(world, root, [toUser('ann', 'auditor')]);
  expect((await ask(user('roles', 'ann'), { roleId })).codes).toEqual([]);
});
