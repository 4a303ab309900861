import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Loaders } from '../../../kernel/loaders.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import { testActor } from '../../kit/actor.js';
import { openClusters, type ClustersKit } from '../../clusters/kit.js';

interface Row {
  readonly sequence: bigint;
  readonly principal: string;
  readonly action: string;
  readonly outcome: string;
  readonly object_id: string | null;
  readonly record: string;
  readonly hash: Uint8Array;
}

describe('the audit log of mutations', () => {
  let clusters: ClustersKit;
  beforeAll(async () => {
    clusters = await openClusters();
  });
  afterAll(() => clusters[Symbol.asyncDispose]());

  const rows = async (account: string) => {
    const found = await clusters.kit.database.prisma.$queryRaw<Row[]>`
      SELECT * FROM audit.event WHERE account = ${account} ORDER BY sequence`;
    return found.map((row) => ({
      ...row,
      record: JSON.parse(row.record) as Record<string, unknown>,
      text: row.record,
    }));
  };
  const createVpc = (name: string, account: string, dryRun = false) =>
    clusters.run<{ createVpc: { userErrors: unknown[] } }>(
      `mutation ($input: CreateVpcInput!, $dryRun: Boolean) {
        createVpc(input: $input, dryRun: $dryRun) { vpc { id } userErrors { code } } }`,
      { input: { regionId: 'cn-hangzhou', name, cidr: '10.0.0.0/8' }, dryRun },
      account,
    );

  test('has one row for each mutation, with its caller, input and outcome', async () => {
    await createVpc('net', 'audit-one');
    await createVpc('net', 'audit-one', true);
    await createVpc('x'.repeat(3_000), 'audit-one');
    const found = await rows('audit-one');
    expect(found.map(({ sequence, action, outcome }) => [Number(sequence), action, outcome])).toEqual([
      [1, 'createVpc', 'SUCCEEDED'],
      [2, 'createVpc', 'SUCCEEDED'],
      [3, 'createVpc', 'REJECTED'],
    ]);
    expect(found[0]?.record).toMatchObject({
      account: 'audit-one',
      principal: 'audit-one-tester',
      requestId: 'test',
      input: { name: 'net', cidr: '10.0.0.0/8' },
    });
    expect(found[1]?.record).toMatchObject({ dryRun: true });
    expect(found[2]?.record).toMatchObject({ errorCodes: ['INVALID_INPUT'] });
  });

  test('names the groups of the caller and the address of the client', async () => {
    const actor = { ...testActor('audit-who'), issuer: 'https://id.example.com', groups: ['web', 'ops'] };
    await new SubgraphExecutor(clusters.subgraph, clusters.platform.log).execute(
      { query: `mutation { deleteVpc(input: { id: "vpc_none" }) { userErrors { code } } }` },
      { actor, requestId: 'r1', clientAddress: '203.0.113.7', loaders: new Loaders() },
    );
    expect((await rows('audit-who')).map(({ record }) => record)).toMatchObject([
      {
        ...{ action: 'deleteVpc', outcome: 'REJECTED', issuer: 'https://id.example.com' },
        ...{ groups: ['web', 'ops'], clientAddress: '203.0.113.7' },
      },
    ]);
  });

  test('chains the rows of an account by their hashes', async () => {
    for (const name of ['a', 'b', 'c']) await createVpc(name, 'audit-chain');
    let previous: Uint8Array = Buffer.alloc(0);
    for (const { text, hash } of await rows('audit-chain')) {
      expect(Buffer.from(hash)).toEqual(createHash('sha256').update(previous).update(text).digest());
      previous = hash;
    }
    expect(previous).toHaveLength(32);
  });

  test('has concurrent mutations in the order of their commits, without gaps', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => createVpc(`n${index}`, 'audit-concurrent')));
    const sequences = (await rows('audit-concurrent')).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('writes the row in the transaction of the change', async () => {
    const statements = await clusters.kit.statements(() => createVpc('inside', 'audit-inside'));
    const append = statements.findIndex((sql) => sql.includes('audit.append'));
    expect(append).toBeGreaterThan(0);
    expect(statements.filter((sql) => sql.includes('audit.append'))).toHaveLength(1);
    expect(statements.slice(append + 1)).toContain('COMMIT');
  });
});
