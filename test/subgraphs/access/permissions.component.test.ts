import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../../kernel/actor.js';
import { type AccessWorld, foundAccount, grant, revoke, startAccess, toUser, user } from './kit.js';

let world: AccessWorld;
beforeAll(async () => {
  world = await startAccess();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The gateway asks for the fields of the viewer by its key. */
const VIEWER = [{ __typename: 'Viewer', account: 'acme', subject: 'ann' }];
const CAN =
  'query ($of: [_Any!]!, $verb: String!, $on: ID) { _entities(representations: $of) { ... on Viewer { can(verb: $verb, on: $on) } } }';

async function can(actor: Actor, verb: string, on?: string): Promise<boolean> {
  const { data, errors } = await world.ask<{ _entities: { can: boolean }[] }>(actor, CAN, {
    of: VIEWER,
    verb,
    on,
  });
  expect(errors).toEqual([]);
  return data._entities[0]!.can;
}

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

describe('an account that never changed its permissions', () => {
  test('shows the permission that makes all its principals administrators', async () => {
    const permissions = await list(user('untouched', 'ann'));
    expect(permissions).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          id: 'permission_default',
          effect: 'ALLOW',
          principal: { kind: 'GROUP', name: 'fleetgraph:account' },
          role: { name: 'administrator', predefined: true },
          scope: { region: null, cluster: null, clusterSelector: null, namespaces: null },
          grantedBy: null,
        },
      ],
    });
    expect(await can(user('untouched', 'ann'), 'clusters.delete')).toBe(true);
  });

  test('keeps that permission after its first grant, until it is revoked', async () => {
    const ann = user('kept', 'ann');
    await grant(world, ann, [toUser('ann', 'administrator')]);
    expect(await can(user('kept', 'ben'), 'clusters.delete')).toBe(true);
    expect(await revoke(world, ann, ['permission_default'])).toMatchObject({ codes: [] });
    expect(await can(user('kept', 'ben'), 'clusters.delete')).toBe(false);
    expect(await can(ann, 'clusters.delete')).toBe(true);
  });
});

describe('granting', () => {
  test('gives a user the verbs of a role in the account', async () => {
    const root = await foundAccount(world, 'whole');
    await grant(world, root, [toUser('ann', 'cost-reader')]);
    expect(await can(user('whole', 'ann'), 'billingReports.read')).toBe(true);
    expect(await can(user('whole', 'ann'), 'clusters.delete')).toBe(false);
  });

  test.each([
    ['a cluster', (cluster: string) => ({ clusterId: cluster })],
    ['a region', () => ({ regionId: 'cn-hangzhou' })],
    ['clusters with labels', () => ({ clusterSelector: 'env in (dev, test)' })],
  ])('applies to %s and not to another one', async (name, scope) => {
    const account = `scope-${name.replaceAll(' ', '-')}`;
    const root = await foundAccount(world, account);
    const one = await world.cluster(account, { labels: { env: 'dev' } });
    const other = await world.cluster(account, { labels: { env: 'prod' }, regionId: 'cn-beijing' });
    const granted = await grant(world, root, [toUser('ann', 'operations', { scope: scope(one) })]);
    expect(granted.codes).toEqual([]);
    const ann = user(account, 'ann');
    expect([await can(ann, 'clusters.delete', one), await can(ann, 'clusters.delete', other)]).toEqual([
      true,
      false,
    ]);
    expect(await can(ann, 'clusters.delete')).toBe(false);
  });

  test('reaches the holders of a group, and a user of one issuer only', async () => {
    const root = await foundAccount(world, 'holders');
    await grant(world, root, [
      { principal: { kind: 'GROUP', name: 'ops' }, roleId: 'role_operations' },
      { principal: { kind: 'USER', name: 'eve', issuer: 'https://one.example' }, roleId: 'role_operations' },
    ]);
    expect(await can(user('holders', 'ben', { groups: ['ops'] }), 'clusters.delete')).toBe(true);
    expect(await can(user('holders', 'ben'), 'clusters.delete')).toBe(false);
    expect(await can(user('holders', 'eve', { issuer: 'https://one.example' }), 'clusters.delete')).toBe(
      true,
    );
    expect(await can(user('holders', 'eve', { issuer: 'https://two.example' }), 'clusters.delete')).toBe(
      false,
    );
  });

  test('a denial wins over what is allowed', async () => {
    const root = await foundAccount(world, 'denied');
    const cluster = await world.cluster('denied');
    await grant(world, root, [
      toUser('ann', 'operations'),
      toUser('ann', 'operations', { effect: 'DENY', scope: { clusterId: cluster } }),
    ]);
    const ann = user('denied', 'ann');
    const other = await world.cluster('denied');
    expect([await can(ann, 'clusters.delete', cluster), await can(ann, 'clusters.delete', other)]).toEqual([
      false,
      true,
    ]);
  });

  test('the scopes of a token narrow what permissions allow', async () => {
    await foundAccount(world, 'narrow');
    expect(await can(user('narrow', 'root', { scopes: [] }), 'clusters.delete')).toBe(false);
    expect(await can(user('narrow', 'root', { scopes: [] }), 'clusters.read')).toBe(true);
  });

  test('returns one that exists as it is', async () => {
    const root = await foundAccount(world, 'again');
    const first = await grant(world, root, [toUser('ann', 'auditor', { reason: 'first' })]);
    const second = await grant(world, root, [toUser('ann', 'auditor', { reason: 'second' })]);
    expect(second.ids).toEqual(first.ids);
    expect((await list(root)).totalCount).toBe(2);
  });

  test('concurrent grants of the same permission write it once', async () => {
    const root = await foundAccount(world, 'concurrent');
    const results = await Promise.all(
      Array.from({ length: 8 }, () => grant(world, root, [toUser('ann', 'auditor')])),
    );
    expect(new Set(results.flatMap(({ ids }) => ids)).size).toBe(1);
    expect((await list(root)).totalCount).toBe(2);
  });

  test('the first grants of an account, made concurrently, are all kept', async () => {
    const names = ['ann', 'ben', 'eve', 'kim'];
    await Promise.all(
      names.map((name) => grant(world, user('starting', name), [toUser(name, 'administrator')])),
    );
    const { nodes } = await list(user('starting', 'ann'));
    expect(nodes.map(({ principal }) => principal.name).sort()).toEqual(
      [...names, 'fleetgraph:account'].sort(),
    );
  });

  test('a dry run checks and grants nothing', async () => {
    const root = await foundAccount(world, 'dry');
    const { ids, codes } = await grant(world, root, [toUser('ann', 'auditor')], { dryRun: true });
    expect([ids, codes]).toEqual([[], []]);
    expect((await list(root)).totalCount).toBe(1);
  });

  test('a repeated clientToken returns the first permissions', async () => {
    const root = await foundAccount(world, 'token');
    const first = await grant(world, root, [toUser('ann', 'auditor')], { clientToken: 't' });
    expect((await grant(world, root, [toUser('ann', 'auditor')], { clientToken: 't' })).ids).toEqual(
      first.ids,
    );
  });

  test('a rejected change keeps the rights that are known', async () => {
    const root = await foundAccount(world, 'rejected');
    const { rights } = world.kit;
    const known = await rights.of(root);
    const ben = user('rejected', 'ben');
    expect((await grant(world, ben, [toUser('ben', 'auditor')])).codes).toEqual(['FORBIDDEN']);
    expect(await rights.of(root)).toBe(known);
  });

  test('a principal has at most 50 permissions with a selector', async () => {
    const root = await foundAccount(world, 'selectors');
    const select = (value: string) =>
      toUser('ann', 'auditor', { scope: { clusterSelector: `env=${value}` } });
    const values = Array.from({ length: 50 }, (_, index) => `v${index}`);
    expect((await grant(world, root, values.map(select))).codes).toEqual([]);
    expect((await grant(world, root, [select('v0')])).codes).toEqual([]);
    expect((await grant(world, root, [select('one-more')])).codes).toEqual(['LIMIT_EXCEEDED']);
    expect((await grant(world, root, [toUser('ann', 'auditor')])).codes).toEqual([]);
  });

  test('the clientToken of another principal is a new one', async () => {
    const root = await foundAccount(world, 'foreign-token');
    const terms = [toUser('ann', 'auditor')];
    await grant(world, root, terms, { clientToken: 't' });
    const ben = user('foreign-token', 'ben');
    const same = await grant(world, ben, terms, { clientToken: 't' });
    expect(same).toMatchObject({ ids: [], codes: ['FORBIDDEN'] });
    const other = await grant(world, ben, [toUser('ben', 'auditor')], { clientToken: 't' });
    expect(other.codes).toEqual(['FORBIDDEN']);
  });

  test.each([
    ['no permission', [], 'INVALID_INPUT'],
    ['an unknown role', [toUser('ann', 'owner')], 'NOT_FOUND'],
    ['an unknown cluster', [toUser('ann', 'auditor', { scope: { clusterId: 'cluster_x' } })], 'NOT_FOUND'],
    ['an unknown region', [toUser('ann', 'auditor', { scope: { regionId: 'moon' } })], 'UNKNOWN_REGION'],
    [
      'an end in the past',
      [toUser('ann', 'auditor', { expiresAt: '2020-01-01T00:00:00Z' })],
      'INVALID_INPUT',
    ],
    [
      'a malformed selector',
      [toUser('ann', 'auditor', { scope: { clusterSelector: 'a in b' } })],
      'INVALID_INPUT',
    ],
    [
      'an empty list of namespaces',
      [toUser('ann', 'auditor', { scope: { namespaces: [] } })],
      'INVALID_INPUT',
    ],
    [
      'a malformed namespace',
      [toUser('ann', 'auditor', { scope: { namespaces: ['A_b'] } })],
      'INVALID_INPUT',
    ],
    [
      'a cluster with a region',
      [toUser('ann', 'auditor', { scope: { clusterId: 'cluster_x', regionId: 'cn-hangzhou' } })],
      'INVALID_INPUT',
    ],
    [
      'a group that Kubernetes reserves',
      [{ principal: { kind: 'GROUP', name: 'system:masters' }, roleId: 'role_auditor' }],
      'INVALID_INPUT',
    ],
    [
      'an issuer of a group',
      [{ principal: { kind: 'GROUP', name: 'ops', issuer: 'https://one.example' }, roleId: 'role_auditor' }],
      'INVALID_INPUT',
    ],
    [
      'an unknown service account',
      [{ principal: { kind: 'SERVICE_ACCOUNT', name: 'ci' }, roleId: 'role_auditor' }],
      'NOT_FOUND',
    ],
  ])('rejects %s', async (_, permissions, code) => {
    expect((await grant(world, user('wrong', 'ann'), permissions)).codes).toEqual([code]);
    expect((await list(user('wrong', 'ann'))).nodes).toMatchObject([{ id: 'permission_default' }]);
  });

  test('rejects the cluster of another account as one that does not exist', async () => {
    const cluster = await world.cluster('neighbour');
    const scope = { clusterId: cluster };
    const foreign = await grant(world, user('stranger', 'ann'), [toUser('ann', 'auditor', { scope })]);
    const absent = await grant(world, user('stranger', 'ann'), [
      toUser('ann', 'auditor', { scope: { clusterId: 'cluster_absent' } }),
    ]);
    expect(foreign.codes).toEqual(['NOT_FOUND']);
    expect(foreign.messages[0]?.replace(cluster, 'X')).toBe(
      absent.messages[0]?.replace('cluster_absent', 'X'),
    );
  });
});

describe('nobody grants what they do not have', () => {
  test('a principal without permissions.grant grants nothing', async () => {
    const root = await foundAccount(world, 'escalation');
    await grant(world, root, [toUser('ann', 'operations')]);
    const { codes, messages } = await grant(world, user('escalation', 'ann'), [
      toUser('ann', 'administrator'),
    ]);
    expect(codes).toEqual(['FORBIDDEN']);
    expect(messages[0]).toContain('permissions.grant in the account');
  });

  test('an administrator of a cluster grants roles there and not elsewhere', async () => {
    const root = await foundAccount(world, 'local');
    const own = await world.cluster('local');
    const other = await world.cluster('local');
    await grant(world, root, [
      toUser('ann', 'administrator', { scope: { clusterId: own } }),
      toUser('ann', 'read-only'),
    ]);
    const ann = user('local', 'ann');
    const attempt = async (scope?: object) =>
      (await grant(world, ann, [toUser('ben', 'developer', { scope })])).codes;
    expect(await attempt({ clusterId: own })).toEqual([]);
    expect(await attempt({ clusterId: own, namespaces: ['web'] })).toEqual([]);
    expect(await attempt({ clusterId: other })).toEqual(['FORBIDDEN']);
    expect(await attempt({ clusterSelector: 'env=dev' })).toEqual(['FORBIDDEN']);
    expect(await attempt()).toEqual(['FORBIDDEN']);
  });

  test('a hidden cluster is rejected like an absent one', async () => {
    const root = await foundAccount(world, 'hidden');
    const own = await world.cluster('hidden');
    const other = await world.cluster('hidden');
    await grant(world, root, [toUser('ann', 'administrator', { scope: { clusterId: own } })]);
    const { codes } = await grant(world, user('hidden', 'ann'), [
      toUser('ann', 'auditor', { scope: { clusterId: other } }),
    ]);
    expect(codes).toEqual(['NOT_FOUND']);
  });

  test('a token without a scope grants no role that needs it', async () => {
    const root = await foundAccount(world, 'scopes');
    const token = { ...root, scopes: ['fleet:write'] };
    expect((await grant(world, token, [toUser('ann', 'cost-reader')])).codes).toEqual([]);
    expect((await grant(world, token, [toUser('ann', 'developer')])).codes).toEqual(['FORBIDDEN']);
  });

  test('a principal that is denied a verb does not grant it', async () => {
    const root = await foundAccount(world, 'lacking');
    await grant(world, root, [
      toUser('ann', 'administrator'),
      toUser('ann', 'cost-reader', { effect: 'DENY' }),
    ]);
    const ann = user('lacking', 'ann');
    expect((await grant(world, ann, [toUser('ann', 'cost-reader')])).codes).toEqual(['FORBIDDEN']);
    expect((await grant(world, ann, [toUser('ben', 'auditor')])).codes).toEqual([]);
  });
});

describe('the last administrator', () => {
  test('cannot be revoked', async () => {
    const root = await foundAccount(world, 'last');
    const { nodes } = await list(root);
    expect((await revoke(world, root, [nodes[0]!.id])).codes).toEqual(['LAST_ADMINISTRATOR']);
    expect(await can(root, 'permissions.grant')).toBe(true);
  });

  test('is not one whose permission ends, or applies to a part of the account', async () => {
    const root = await foundAccount(world, 'ending');
    const [own] = (await list(root)).nodes;
    await grant(world, root, [
      toUser('ann', 'administrator', { expiresAt: new Date(Date.now() + 3_600_000) }),
      toUser('ben', 'administrator', { scope: { regionId: 'cn-hangzhou' } }),
    ]);
    expect((await revoke(world, root, [own!.id])).codes).toEqual(['LAST_ADMINISTRATOR']);
  });

  test('cannot be denied', async () => {
    const root = await foundAccount(world, 'undeniable');
    const everyone = { kind: 'GROUP', name: 'fleetgraph:account' };
    const denial = { principal: everyone, roleId: 'role_administrator', effect: 'DENY' };
    expect((await grant(world, root, [denial])).codes).toEqual(['LAST_ADMINISTRATOR']);
    expect((await grant(world, root, [toUser('root', 'administrator', { effect: 'DENY' })])).codes).toEqual([
      'LAST_ADMINISTRATOR',
    ]);
  });

  test('stays when the last two are revoked concurrently', async () => {
    for (let round = 0; round < 5; round += 1) {
      const account = `race-${round}`;
      const root = await foundAccount(world, account);
      await grant(world, root, [toUser('ann', 'administrator')]);
      const { nodes } = await list(root);
      const results = await Promise.all([
        revoke(world, root, [nodes[0]!.id]),
        revoke(world, user(account, 'ann'), [nodes[1]!.id]),
      ]);
      expect(results.map(({ codes }) => codes.join()).sort()).toEqual(['', 'LAST_ADMINISTRATOR']);
    }
  });

  test('concurrently revoking each other leaves one of two administrators', async () => {
    const root = await foundAccount(world, 'each-other');
    await grant(world, root, [toUser('ann', 'administrator')]);
    const { nodes } = await list(root);
    const idOf = (name: string) => nodes.find(({ principal }) => principal.name === name)!.id;
    const results = await Promise.all([
      revoke(world, root, [idOf('ann')]),
      revoke(world, user('each-other', 'ann'), [idOf('root')]),
    ]);
    // The second one has lost its permission when its transaction starts.
    expect(results.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
  });
});

describe('revoking', () => {
  test('takes effect at once', async () => {
    const root = await foundAccount(world, 'at-once');
    const { ids } = await grant(world, root, [toUser('ann', 'operations')]);
    const ann = user('at-once', 'ann');
    expect(await can(ann, 'clusters.delete')).toBe(true);
    await revoke(world, root, ids);
    expect(await can(ann, 'clusters.delete')).toBe(false);
  });

  test('needs permissions.revoke in the scope; what the caller may not see is not found', async () => {
    const root = await foundAccount(world, 'revoking');
    const { ids } = await grant(world, root, [toUser('ben', 'read-only'), toUser('eve', 'auditor')]);
    expect((await revoke(world, user('revoking', 'eve'), [ids[0]!])).codes).toEqual(['FORBIDDEN']);
    expect((await revoke(world, user('revoking', 'ben'), [ids[1]!])).codes).toEqual(['NOT_FOUND']);
    expect((await revoke(world, user('revoking', 'ben'), [ids[0]!])).codes).toEqual(['FORBIDDEN']);
  });

  test('of a permission of another account is not found', async () => {
    const root = await foundAccount(world, 'theirs');
    const { ids } = await grant(world, root, [toUser('ben', 'read-only')]);
    expect((await revoke(world, user('ours', 'ann'), ids)).codes).toEqual(['NOT_FOUND']);
    expect((await list(root)).totalCount).toBe(2);
  });

  test('all or none', async () => {
    const root = await foundAccount(world, 'atomic');
    const { ids } = await grant(world, root, [toUser('ben', 'read-only')]);
    expect((await revoke(world, root, [...ids, 'permission_absent'])).codes).toEqual(['NOT_FOUND']);
    expect((await list(root)).totalCount).toBe(2);
  });

  test('of a denial by the one that it restricts in a part of the account is forbidden', async () => {
    const root = await foundAccount(world, 'restricted');
    const cluster = await world.cluster('restricted');
    const scope = { clusterId: cluster };
    const { ids } = await grant(world, root, [
      toUser('ann', 'administrator', { scope }),
      toUser('ann', 'cost-reader', { scope, effect: 'DENY' }),
    ]);
    expect((await revoke(world, user('restricted', 'ann'), [ids[1]!])).codes).not.toEqual([]);
    expect((await revoke(world, root, [ids[1]!])).codes).toEqual([]);
  });
});
