import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../../kernel/loaders.js';
import { createLog } from '../../../kernel/log.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { CREATE_CLUSTER, type KindPayload } from './kinds-kit.js';
import { testActor } from '../../kit/actor.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

describe('real-name verification', () => {
  const asActor = async <T>(
    query: string,
    variables: Record<string, unknown>,
    verified?: boolean,
    account = 'anonymous',
  ) => {
    const executor = new SubgraphExecutor(clusters.subgraph, createLog('fatal'));
    const actor = { ...testActor(account), ...(verified !== undefined && { verified }) };
    const context = { actor, requestId: 'test', loaders: new Loaders() };
    return (await executor.execute({ query, variables }, context)) as unknown as { data: T };
  };
  const VIEWER = '{ viewer { account verified } }';
  const input = { name: 'first', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };

  test('an account with an unverified token creates no cluster until its holder is verified', async () => {
    const rejected = await asActor<KindPayload>(CREATE_CLUSTER, { input }, false);
    expect(rejected.data.payload).toMatchObject({
      cluster: null,
      userErrors: [{ code: 'ACCOUNT_NOT_VERIFIED', path: ['input'] }],
    });
    expect((await asActor(VIEWER, {}, false)).data).toMatchObject({ viewer: { verified: false } });
    const VERIFY = `mutation ($input: VerifyAccountInput!) {
      verifyAccount(input: $input) { viewer { verified } userErrors { code path } } }`;
    const holder = { kind: 'PERSON', name: '王芳', documentNumber: '12' };
    expect((await asActor(VERIFY, { input: holder }, false)).data).toMatchObject({
      verifyAccount: {
        viewer: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'documentNumber'] }],
      },
    });
    const real = { ...holder, documentNumber: '11010519491231002X' };
    for (const _twice of [1, 2])
      expect((await asActor(VERIFY, { input: real }, false)).data).toEqual({
        verifyAccount: { viewer: { verified: true }, userErrors: [] },
      });
    expect((await asActor<KindPayload>(CREATE_CLUSTER, { input }, false)).data.payload).toMatchObject({
      userErrors: [],
    });
  });

  test('the error of an unverified createCluster names verifyAccount', async () => {
    const { data } = await asActor<{ payload: { userErrors: { message: string }[] } }>(
      `mutation ($input: CreateClusterInput!) { payload: createCluster(input: $input) { userErrors { message } } }`,
      { input },
      false,
      'unknown',
    );
    expect(data.payload.userErrors[0]?.message).toContain('verifyAccount');
  });

  test('a document verifies one account, also when two submit it concurrently', async () => {
    const VERIFY = `mutation ($input: VerifyAccountInput!) {
      verifyAccount(input: $input) { viewer { verified } userErrors { code path } } }`;
    const holder = { kind: 'ENTERPRISE', name: 'Acme', documentNumber: '91350100M000100Y43' };
    const accounts = ['one', 'two', 'three', 'four'];
    const responses = await Promise.all(
      accounts.map((account) =>
        asActor<{ verifyAccount: { userErrors: object[] } }>(VERIFY, { input: holder }, false, account),
      ),
    );
    const rejected = responses.flatMap(({ data }) => data.verifyAccount.userErrors);
    expect(rejected).toEqual(
      Array.from({ length: 3 }, () => ({ code: 'DOCUMENT_ALREADY_USED', path: ['input', 'documentNumber'] })),
    );
    const verified = await Promise.all(
      accounts.map((account) => asActor<{ viewer: { verified: boolean } }>(VIEWER, {}, false, account)),
    );
    expect(verified.filter(({ data }) => data.viewer.verified)).toHaveLength(1);
    const rows = await clusters.platform.database.prisma.accountVerification.findMany();
    expect(JSON.stringify(rows)).not.toContain(holder.documentNumber);
  });

  test('an account whose token has no verification claim is verified', async () => {
    expect((await asActor(VIEWER, {})).data).toMatchObject({ viewer: { verified: true } });
  });
});
