import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeAccess, DEFAULT_PERMISSION } from '../../access/store/access-version.js';
import { RightsReader } from '../../access/store/rights-reader.js';
import { groupKey, principalId, type PrincipalKey } from '../../access/model/principal.js';
import { ADMINISTRATOR, predefinedRoleId } from '../../access/model/role-id.js';
import { newId } from '../../kernel/ids.js';
import { createLog } from '../../kernel/log.js';
import { testActor } from '../kit/actor.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
/** The reader of another process. */
let other: RightsReader;

beforeAll(async () => {
  kit = await createTestDatabase();
  other = new RightsReader(kit.database, createLog('silent'));
});
afterAll(async () => {
  other[Symbol.dispose]();
  await kit[Symbol.asyncDispose]();
});

/** Grants a role in the account, after the default permission was revoked. */
async function grant(account: string, key: PrincipalKey, role: string, more: object = {}): Promise<void> {
  const at = new Date();
  await kit.database.prisma.$transaction(async (tx) => {
    await changeAccess(tx, account, at);
    await tx.permission.deleteMany({ where: { account, id: DEFAULT_PERMISSION } });
    const id = principalId(account, key);
    await tx.principal.upsert({ where: { id }, update: {}, create: { id, account, ...key, createdAt: at } });
    await tx.permission.create({
      data: {
        account,
        id: newId('permission'),
        principalId: id,
        roleId: predefinedRoleId({ name: role }),
        grantedAt: at,
        ...more,
      },
    });
  });
}

const user = (name: string, issuer = ''): PrincipalKey => ({ kind: 'USER', issuer, name });
const rolesOf = async (reader: RightsReader, actor = testActor('acme')) =>
  (await reader.of(actor)).grants.map(({ role }) => role);

test('every principal of an account without permissions is an administrator', async () => {
  const rights = await kit.rights.of(testActor('fresh'));
  expect(rights.decide('clusters.delete', {}, new Date())).toMatchObject({
    allowed: true,
    by: { permissionId: DEFAULT_PERMISSION },
  });
});

test('reads the rights of a caller with one statement, and then with none', async () => {
  const actor = testActor('counted', { subject: 'ann' });
  expect(await kit.statements(() => Promise.resolve(kit.rights.of(actor)))).toHaveLength(1);
  const again = { ...actor };
  expect(await kit.statements(() => Promise.resolve(kit.rights.of(again)))).toEqual([]);
});

test('callers that wait for the same rights share one statement', async () => {
  const statements = await kit.statements(() =>
    Promise.all(
      Array.from({ length: 20 }, async () => kit.rights.of(testActor('shared', { subject: 'ann' }))),
    ),
  );
  expect(statements).toHaveLength(1);
});

test('finds the permissions of the subject and of its groups, not those of others', async () => {
  await grant('acme', user('ann'), 'developer');
  await grant('acme', user('ben'), 'auditor');
  await grant('acme', user('ann', 'https://issuer.example'), 'operations');
  await grant('acme', groupKey('billing'), 'cost-reader');
  await grant('globex', user('ann'), 'administrator');
  kit.rights.changed('acme');
  expect(await rolesOf(kit.rights, testActor('acme', { subject: 'ann' }))).toEqual(['developer']);
  const inGroup = { ...testActor('acme', { subject: 'eve' }), groups: ['billing', 'other'] };
  expect(await rolesOf(kit.rights, inGroup)).toEqual(['cost-reader']);
  expect(await rolesOf(kit.rights, testActor('acme', { subject: 'eve' }))).toEqual([]);
  const issued = { ...testActor('acme', { subject: 'ann' }), issuer: 'https://issuer.example' };
  expect(await rolesOf(kit.rights, issued)).toEqual(['operations']);
});

test('a group of a token is no user of the same name', async () => {
  await grant('kinds', user('ops'), 'administrator');
  expect(await rolesOf(kit.rights, { ...testActor('kinds', { subject: 'eve' }), groups: ['ops'] })).toEqual(
    [],
  );
});

test('the first change of an account writes the permission that it had without a row', async () => {
  const at = new Date();
  await kit.database.prisma.$transaction((tx) => changeAccess(tx, 'first', at));
  await kit.database.prisma.$transaction((tx) => changeAccess(tx, 'first', at));
  const rows = await kit.database.prisma.permission.findMany({ where: { account: 'first' } });
  expect(rows).toMatchObject([{ id: DEFAULT_PERMISSION, roleId: ADMINISTRATOR, effect: 'ALLOW' }]);
  expect(await rolesOf(kit.rights, testActor('first'))).toEqual(['administrator']);
});

test('another process finds changed permissions by itself', async () => {
  const actor = testActor('remote', { subject: 'ann' });
  const changed: string[] = [];
  using _listening = { [Symbol.dispose]: other.onChange((account) => changed.push(account)) };
  expect(await rolesOf(other, actor)).toEqual(['administrator']);
  await grant('remote', user('ann'), 'read-only');
  await expect.poll(() => rolesOf(other, actor), { timeout: 10_000 }).toEqual(['read-only']);
  expect(changed.filter((account) => account === 'remote')).toEqual(['remote']);
});

test('finds a change whose transaction started before others that committed first', async () => {
  const actor = testActor('late', { subject: 'ann' });
  const client = await kit.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      "INSERT INTO access.access_version VALUES ('late', 1, pg_current_xact_id()::text::bigint)",
    );
    expect(await rolesOf(other, actor)).toEqual(['administrator']);
    await grant('early', user('ann'), 'auditor');
    expect(await rolesOf(other, testActor('early', { subject: 'ann' }))).toEqual(['auditor']);
    await grant('early', user('ann'), 'developer');
    await expect
      .poll(() => rolesOf(other, testActor('early', { subject: 'ann' })), { timeout: 10_000 })
      .toHaveLength(2);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  await expect.poll(() => rolesOf(other, actor), { timeout: 10_000 }).toEqual([]);
});

test('an expired permission allows nothing', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000);
  await grant('ending', user('ann'), 'developer', { expiresAt });
  const rights = await kit.rights.of(testActor('ending', { subject: 'ann' }));
  expect(rights.decide('clusters.read', {}, new Date()).allowed).toBe(true);
  expect(rights.decide('clusters.read', {}, expiresAt).allowed).toBe(false);
});
