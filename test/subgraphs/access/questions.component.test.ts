import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../../kernel/actor.js';
import { newId } from '../../../kernel/ids.js';
import { type AccessWorld, foundAccount, grant, revoke, startAccess, toUser, user } from './kit.js';

let world: AccessWorld;
beforeAll(async () => {
  world = await startAccess();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The gateway asks for the fields of the viewer by its key. */
const VIEWER = [{ __typename: 'Viewer', account: 'acme', subject: 'ann' }];
interface Listed {
  readonly permissions: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string; readonly principal: { readonly name: string } }[];
  };
}
const LIST = `query ($filter: PermissionFilter) { permissions(filter: $filter) { totalCount nodes {
  id effect principal { id kind name } role { id name predefined } grantedBy { name }
  scope { region { id } cluster { id } clusterSelector namespaces } } } }`;

async function list(actor: Actor, filter: object = {}): Promise<Listed['permissions']> {
  const { data, errors } = await world.ask<Listed>(actor, LIST, { filter });
  expect(errors).toEqual([]);
  return data.permissions;
}

describe('the list of permissions', () => {
  test('shows a caller its own and those where it may read permissions, and counts no others', async () => {
    const root = await foundAccount(world, 'visible');
    const cluster = await world.cluster('visible');
    const other = await world.cluster('visible');
    await grant(world, root, [
      toUser('ann', 'auditor', { scope: { clusterId: cluster } }),
      toUser('ben', 'developer', { scope: { clusterId: cluster } }),
      toUser('eve', 'developer', { scope: { clusterId: other } }),
    ]);
    const seen = async (name: string) => {
      const { nodes, totalCount } = await list(user('visible', name));
      expect(totalCount).toBe(nodes.length);
      return nodes.map(({ principal }) => principal.name).sort();
    };
    expect(await seen('root')).toEqual(['ann', 'ben', 'eve', 'root']);
    expect(await seen('ann')).toEqual(['ann', 'ben']);
    expect(await seen('eve')).toEqual(['eve']);
    expect(await seen('kim')).toEqual([]);
  });

  test('filters by principal, role, cluster and end', async () => {
    const root = await foundAccount(world, 'filter');
    const cluster = await world.cluster('filter');
    await grant(world, root, [
      toUser('ann', 'auditor', { scope: { clusterId: cluster } }),
      toUser('ben', 'developer', { expiresAt: new Date(Date.now() + 3_600_000) }),
    ]);
    const names = async (filter: object) =>
      (await list(root, filter)).nodes.map(({ principal }) => principal.name).sort();
    expect(await names({ roleId: 'role_auditor' })).toEqual(['ann']);
    expect(await names({ clusterId: cluster })).toEqual(['ann']);
    expect(await names({ active: true })).toEqual(['ann', 'ben', 'root']);
    const [{ id = '' } = {}] = (await list(root, { roleId: 'role_developer' })).nodes.map(
      ({ principal }) => principal as { id?: string },
    );
    expect(await names({ principalId: id })).toEqual(['ben']);
  });

  test('is the same number of statements for one and for fifty permissions', async () => {
    const root = await foundAccount(world, 'statements');
    const count = async () => (await world.kit.statements(() => list(root))).length;
    await count();
    const one = await count();
    await grant(
      world,
      root,
      Array.from({ length: 50 }, (_, index) => toUser(`user-${index}`, 'auditor')),
    );
    await list(root);
    expect(await count()).toBe(one);
  });
});

describe('questions about permissions', () => {
  const WHO = 'query ($verb: String!, $on: ID) { whoCan(verb: $verb, on: $on) { principal { name } } }';
  const EXPLAIN = `query ($principalId: ID!, $verb: String!, $on: ID) {
    explainAccess(principalId: $principalId, verb: $verb, on: $on) { allowed reason permission { id } } }`;

  test('whoCan names the permissions that allow and are not denied', async () => {
    const root = await foundAccount(world, 'who');
    const cluster = await world.cluster('who');
    await grant(world, root, [
      toUser('ann', 'operations', { scope: { clusterId: cluster } }),
      toUser('ben', 'operations'),
      toUser('ben', 'operations', { scope: { clusterId: cluster }, effect: 'DENY' }),
      toUser('eve', 'auditor'),
    ]);
    const { data } = await world.ask<{ whoCan: { principal: { name: string } }[] }>(root, WHO, {
      verb: 'clusters.delete',
      on: cluster,
    });
    expect(data.whoCan.map(({ principal }) => principal.name).sort()).toEqual(['ann', 'root']);
    const refused = await world.ask(user('who', 'ann'), WHO, { verb: 'clusters.delete', on: cluster });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('whoCan answers for a hidden object as for an absent one', async () => {
    await foundAccount(world, 'secretive');
    const cluster = await world.cluster('secretive');
    const ask = (on: string) => world.ask(user('secretive', 'kim'), WHO, { verb: 'clusters.read', on });
    expect((await ask(cluster)).errors).toEqual((await ask('cluster_absent')).errors);
  });

  test('whoCan answers for a hidden VPC as for an absent one', async () => {
    await foundAccount(world, 'networks');
    const id = newId('vpc');
    await world.kit.database.prisma.vpc.create({
      data: {
        ...{ id, account: 'networks', name: 'v', regionId: 'cn-hangzhou', cidr: '10.0.0.0/8' },
        ...{ creator: 'USER', createdAt: new Date() },
      },
    });
    const ask = (on: string) => world.ask(user('networks', 'kim'), WHO, { verb: 'vpcs.read', on });
    expect((await ask(id)).errors).toEqual((await ask('vpc_absent')).errors);
  });

  test('explainAccess names the permission that decides', async () => {
    const root = await foundAccount(world, 'why');
    const { ids } = await grant(world, root, [
      toUser('ann', 'operations'),
      toUser('ann', 'cost-reader', { effect: 'DENY' }),
    ]);
    const { nodes } = await list(root, { roleId: 'role_operations' });
    const principalId = (nodes[0]!.principal as unknown as { id: string }).id;
    const explain = async (verb: string, actor = root) => {
      const { data } = await world.ask<{ explainAccess: object }>(actor, EXPLAIN, { principalId, verb });
      return data.explainAccess;
    };
    expect(await explain('clusters.delete')).toEqual({
      allowed: true,
      reason: 'ALLOWED',
      permission: { id: ids[0] },
    });
    expect(await explain('clusters.read')).toEqual({
      allowed: false,
      reason: 'DENIED',
      permission: { id: ids[1] },
    });
    expect(await explain('permissions.grant')).toEqual({
      allowed: false,
      reason: 'NO_PERMISSION',
      permission: null,
    });
    expect(await explain('clusters.delete', user('why', 'ann', { scopes: [] }))).toEqual({
      allowed: false,
      reason: 'TOKEN_SCOPE',
      permission: null,
    });
  });

  test('a caller reads its principal and roles', async () => {
    const root = await foundAccount(world, 'self');
    await grant(world, root, [
      { principal: { kind: 'GROUP', name: 'ops' }, roleId: 'role_operations' },
      toUser('ann', 'auditor'),
      toUser('ann', 'developer', { effect: 'DENY' }),
    ]);
    const { data } = await world.ask<{ _entities: object[] }>(
      user('self', 'ann', { groups: ['ops'] }),
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer { principal { kind name } roles { name } } } }',
      { of: VIEWER },
    );
    expect(data._entities).toEqual([
      { principal: { kind: 'USER', name: 'ann' }, roles: [{ name: 'auditor' }, { name: 'operations' }] },
    ]);
  });
});

test('each change of a permission is an event of the account', async () => {
  const root = await foundAccount(world, 'logged');
  const { ids } = await grant(world, root, [toUser('ann', 'operations', { reason: 'on call' })]);
  await revoke(world, root, ids);
  const events = await world.kit.database.prisma.event.findMany({
    where: { account: 'logged' },
    orderBy: { sequence: 'asc' },
  });
  expect(events.map(({ message }) => message)).toEqual([
    'root got administrator in the account.',
    'fleetgraph:account lost administrator in the account.',
    'ann got operations in the account.',
    'ann lost operations in the account.',
  ]);
});
