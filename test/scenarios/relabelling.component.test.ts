import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RestrictedAccount, restrictAccount, writeCluster } from '../kit/account-permissions.js';
import { graphqlRequest, startTestPlatform, type TestPlatform, testToken } from '../kit/platform.js';

let platform: TestPlatform;
let permissions: RestrictedAccount;
let id: string;
let accounts = 0;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

/** `ann` may do everything in the account but grant. */
beforeEach(async () => {
  permissions = await restrictAccount(platform.url, `labels${(accounts += 1)}`);
  await permissions.grant({ to: 'ann', role: 'operations' });
  id = await writeCluster(platform.kit.database, permissions.account, { name: 'c', labels: { env: 'prod' } });
});

interface Answer {
  readonly updateCluster: {
    readonly cluster: { readonly labels: object } | null;
    readonly userErrors: readonly {
      readonly code: string;
      readonly message: string;
      readonly path: string[];
    }[];
  };
}

/** The errors of new labels that a subject sets. */
async function relabel(subject: string, labels: object, dryRun = false) {
  const { data, errors } = await graphqlRequest<Answer>(platform.url, {
    query: `mutation ($input: UpdateClusterInput!, $dryRun: Boolean) { updateCluster(input: $input, dryRun: $dryRun) {
      cluster { labels } userErrors { code message path } } }`,
    variables: { input: { id, labels }, dryRun },
    token: await testToken(permissions.account, { subject }),
  });
  expect(errors).toBeUndefined();
  return data?.updateCluster.userErrors ?? [];
}

const refused = (verb: string) => [
  { code: 'FORBIDDEN', path: ['input', 'labels'], message: expect.stringContaining(verb) as string },
];
const labels = async () =>
  (await platform.kit.database.prisma.cluster.findUniqueOrThrow({ where: { id } })).labels;

test('labels that no permission selects change with the right to update the cluster', async () => {
  await permissions.grant({ to: 'bob', role: 'developer', scope: { clusterSelector: 'env=dev' } });
  expect(await relabel('ann', { env: 'prod', team: 'web' })).toEqual([]);
  expect(await relabel('ann', { team: 'web' })).toEqual([]);
  expect(await labels()).toEqual({ team: 'web' });
});

test.each([true, false])(
  'labels by which a permission begins to reach a cluster need the right to grant it, dry run: %s',
  async (dryRun) => {
    await permissions.grant({ to: 'ann', role: 'administrator', scope: { clusterSelector: 'env=dev' } });
    expect(await relabel('ann', { env: 'dev' }, dryRun)).toMatchObject(refused('permissions.grant'));
    expect(await labels()).toEqual({ env: 'prod' });
    expect(await relabel('root', { env: 'dev' }, dryRun)).toEqual([]);
  },
);

test('who may grant on the cluster still needs each verb of the role that the labels give', async () => {
  await permissions.grant({ to: 'bob', role: 'administrator', scope: { clusterSelector: 'env=dev' } });
  await permissions.grant({ to: 'ann', role: 'administrator', scope: { clusterSelector: 'env=prod' } });
  expect(await relabel('ann', { env: 'prod', tier: 'a' })).toEqual([]);
  const denied = { to: 'ann', role: 'cost-reader', scope: { clusterId: id }, effect: 'DENY' } as const;
  const denial = await permissions.grant(denied);
  expect(await relabel('root', { env: 'prod', tier: 'b' })).toEqual([]);
  await permissions.revoke(denial);
  expect(await relabel('ann', { env: 'prod', tier: 'c' })).toEqual([]);
  // She loses her own permission by it, and gives one to bob.
  expect(await relabel('ann', { env: 'dev' })).toEqual([]);
  expect(await relabel('ann', { env: 'prod' })).toMatchObject(refused('permissions.'));
});

test('labels do not escape a permission that denies', async () => {
  await permissions.grant({
    ...{ to: 'ann', role: 'cost-reader', scope: { clusterSelector: 'env=prod' }, effect: 'DENY' },
  });
  await permissions.grant({
    to: 'bob',
    role: 'developer',
    scope: { clusterSelector: 'env=prod' },
    effect: 'DENY',
  });
  // The denial hides the cluster from ann; carl sees it.
  await permissions.grant({ to: 'carl', role: 'operations' });
  expect(await relabel('carl', {})).toMatchObject(refused('permissions.grant'));
  expect(await labels()).toEqual({ env: 'prod' });
});

test('labels by which a permission ceases to reach a cluster need the right to revoke it', async () => {
  await permissions.grant({ to: 'bob', role: 'developer', scope: { clusterSelector: 'env=prod' } });
  expect(await relabel('ann', {})).toMatchObject(refused('permissions.revoke'));
  expect(await relabel('root', {})).toEqual([]);
});

test('a permission that has ended selects nothing', async () => {
  await permissions.grant({
    ...{ to: 'bob', role: 'developer', scope: { clusterSelector: 'env=prod' } },
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  const { prisma } = platform.kit.database;
  await prisma.permission.updateMany({
    where: { account: permissions.account, clusterSelector: { not: null } },
    data: { expiresAt: new Date(0) },
  });
  expect(await relabel('ann', {})).toEqual([]);
});
