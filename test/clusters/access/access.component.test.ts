import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Grant, Scope } from '../../../access/model/permission.js';
import { Rights } from '../../../access/model/rights.js';
import { predefinedRoles } from '../../../access/model/roles.js';
import { accountScopes } from '../../../access/scopes.js';
import { principalId } from '../../../access/model/principal.js';
import { changeAccess } from '../../../access/store/access-version.js';
import { newId } from '../../../kernel/ids.js';
import { Loaders } from '../../../kernel/loaders.js';
import { createLog } from '../../../kernel/log.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import { writeCluster } from '../../kit/account-permissions.js';
import { testActor } from '../../kit/actor.js';
import { type ClustersKit, openClusters } from '../kit.js';

let kit: ClustersKit;
const clusters = { eu: '', dev: '', us: '' };
const pools = { eu: '', us: '' };
const operations = { eu: '', us: '' };
const vpcs = { eu: '', us: '' };

beforeAll(async () => {
  kit = await openClusters();
  vpcs.eu = await createVpc('cn-hangzhou');
  vpcs.us = await createVpc('cn-beijing');
  const eu = await createCluster('eu', 'cn-hangzhou', { env: 'prod' });
  const us = await createCluster('us', 'cn-beijing', { env: 'dev' });
  const dev = await createCluster('dev', 'cn-hangzhou', { env: 'dev' });
  Object.assign(clusters, { eu: eu.id, us: us.id, dev: dev.id });
  Object.assign(pools, { eu: eu.pool, us: us.pool });
  Object.assign(operations, { eu: eu.operation, us: us.operation });
});
afterAll(() => kit[Symbol.asyncDispose]());

async function createVpc(regionId: string): Promise<string> {
  const { data, errors } = await kit.run<{ createVpc: { vpc: { id: string } } }>(
    `mutation($r: ID!) { createVpc(input: { name: "v", regionId: $r, cidr: "10.1.0.0/16" }) { vpc { id } userErrors { message } } }`,
    { r: regionId },
  );
  expect(errors).toBeUndefined();
  return data.createVpc.vpc.id;
}

async function createCluster(name: string, regionId: string, labels: Record<string, string>) {
  const { data, errors } = await kit.run<{
    createCluster: {
      cluster: { id: string; nodePools: { nodes: { id: string }[] } };
      operation: { id: string };
    };
  }>(
    `mutation($i: CreateClusterInput!) { createCluster(input: $i) {
      cluster { id nodePools { nodes { id } } } operation { id } userErrors { code message } } }`,
    {
      i: {
        name,
        regionId,
        type: 'MANAGED_KUBERNETES',
        spec: 'PRO',
        labels,
        nodePools: [{ name: 'p', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
      },
    },
  );
  expect(errors).toBeUndefined();
  const { cluster, operation } = data.createCluster;
  return { id: cluster.id, pool: cluster.nodePools.nodes[0]!.id, operation: operation.id };
}

function grant(role: string, scope: Scope, effect: Grant['effect'] = 'ALLOW'): Grant {
  const { verbs } = predefinedRoles.find(({ name }) => name === role)!;
  return { permissionId: `permission_${role}`, role, verbs, effect, scope };
}

function executorWith(grants: readonly Grant[]): SubgraphExecutor {
  const rights = new Rights(grants, accountScopes);
  return new SubgraphExecutor({ ...kit.subgraph, rights: { of: () => rights } }, createLog('fatal'));
}

const newContext = () => ({ actor: testActor('acme'), requestId: 'test', loaders: new Loaders() });

/** Requests the subgraph with these permissions. */
async function ask<T>(grants: readonly Grant[], query: string, variables: Record<string, unknown> = {}) {
  const result = await executorWith(grants).execute({ query, variables }, newContext());
  return JSON.parse(JSON.stringify(result)) as {
    data: T;
    errors?: readonly { extensions: { code: string } }[];
  };
}

const inEurope = [grant('administrator', { regionId: 'cn-hangzhou' })];
const onDev = [grant('operations', { clusterSelector: { matchLabels: { env: 'dev' } } })];
const readOnly = [grant('read-only', {})];

/** The ids without the name of the object, to compare answers about different ids. */
function withoutIds(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(/\b[a-z]+_[0-9a-z]{10,}/g, 'ID'));
}

describe('an object by id', () => {
  const query = `query($c: ID!, $p: ID!, $o: ID!, $v: ID!) { cluster(id: $c) { name } nodePool(id: $p) { name }
    operation(id: $o) { type } vpc(id: $v) { name } node(id: $c) { id } nodes(ids: [$p, $o, $v]) { id }
    _entities(representations: [{ __typename: "Cluster", id: $c }, { __typename: "NodePool", id: $p }]) { __typename } }`;
  const hidden = () => ({ c: clusters.us, p: pools.us, o: operations.us, v: vpcs.us });
  const absent = {
    c: 'cluster_0000000000',
    p: 'nodepool_0000000000',
    o: 'operation_0000000000',
    v: 'vpc_0000000000',
  };

  test('is visible in the scope of a permission', async () => {
    const visible = { c: clusters.eu, p: pools.eu, o: operations.eu, v: vpcs.eu };
    const { data, errors } = await ask<Record<string, unknown>>(inEurope, query, visible);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toContain('null');
  });

  test('outside of it is answered as one that does not exist', async () => {
    const answer = await ask(inEurope, query, hidden());
    expect(answer).toEqual(await ask(inEurope, query, absent));
    expect(answer).toEqual({
      data: {
        cluster: null,
        nodePool: null,
        operation: null,
        vpc: null,
        node: null,
        nodes: [null, null, null],
        _entities: [null, null],
      },
    });
    expect(await ask([], query, hidden())).toEqual(answer);
  });
});

describe('a mutation', () => {
  const scale = `mutation($p: ID!) { scaleNodePool(input: { nodePoolId: $p, desiredSize: 2 }, dryRun: true) {
    nodePool { desiredSize } userErrors { code message path } } }`;
  const rename = `mutation($c: ID!, $n: String!) { updateCluster(input: { id: $c, name: $n }, dryRun: true) {
    cluster { name } userErrors { code message path } } }`;

  test('is carried out in the scope of a permission', async () => {
    const { data } = await ask<{ updateCluster: { userErrors: unknown[] } }>(inEurope, rename, {
      c: clusters.eu,
      n: 'renamed',
    });
    expect(data).toEqual({ updateCluster: { cluster: { name: 'renamed' }, userErrors: [] } });
  });

  test('on an object outside of it is answered as on one that does not exist, whatever else is wrong', async () => {
    for (const n of ['renamed', '']) {
      const hidden = await ask(inEurope, rename, { c: clusters.us, n });
      expect(withoutIds(hidden)).toEqual(
        withoutIds(await ask(inEurope, rename, { c: 'cluster_0000000000', n })),
      );
      expect(hidden).toMatchObject({
        data: {
          updateCluster: { cluster: null, userErrors: [{ code: 'NOT_FOUND', path: ['input', 'id'] }] },
        },
      });
    }
    expect(withoutIds(await ask(inEurope, scale, { p: pools.us }))).toEqual(
      withoutIds(await ask(inEurope, scale, { p: 'nodepool_0000000000' })),
    );
  });

  test('on a visible object is refused with the verb', async () => {
    const { data } = await ask<{ updateCluster: { userErrors: { code: string; message: string }[] } }>(
      readOnly,
      rename,
      { c: clusters.us, n: 'x' },
    );
    expect(data.updateCluster.userErrors).toMatchObject([{ code: 'FORBIDDEN', path: ['input', 'id'] }]);
    expect(data.updateCluster.userErrors[0]!.message).toContain('clusters.update on the cluster');
  });

  test('that creates a cluster needs its region or labels in the scope', async () => {
    const create = `mutation($r: ID!, $l: JSON) { createCluster(input: { name: "n", regionId: $r, type: MANAGED_KUBERNETES, spec: PRO, labels: $l }, dryRun: true) {
      userErrors { code } } }`;
    const codes = async (grants: Grant[], r: string, env: string) => {
      const { data } = await ask<{ createCluster: { userErrors: { code: string }[] } }>(grants, create, {
        r,
        l: { env },
      });
      return data.createCluster.userErrors.map(({ code }) => code);
    };
    expect(await codes(inEurope, 'cn-hangzhou', 'dev')).toEqual([]);
    expect(await codes(inEurope, 'cn-beijing', 'dev')).toEqual(['FORBIDDEN']);
    expect(await codes(onDev, 'cn-beijing', 'dev')).toEqual([]);
    expect(await codes(onDev, 'cn-beijing', 'prod')).toEqual(['FORBIDDEN']);
  });

  test('of the account is refused to a permission on a part of it', async () => {
    const release = `mutation { releaseInstances(input: { instanceIds: ["i-1"] }) { userErrors { code } } }`;
    expect(await ask(inEurope, release)).toEqual({
      data: { releaseInstances: { userErrors: [{ code: 'FORBIDDEN' }] } },
    });
  });
});

describe('an edge', () => {
  const query = `query($c: ID!) { cluster(id: $c) { nodePools { totalCount nodes { id } } operations { totalCount nodes { id } } } }`;
  test('leads to what the caller may read', async () => {
    const costs = [grant('cost-reader', {})];
    const none = { totalCount: 0, nodes: [] };
    expect(await ask(costs, query, { c: clusters.eu })).toEqual({
      data: { cluster: { nodePools: none, operations: none } },
    });
    expect(await ask(readOnly, query, { c: clusters.eu })).toMatchObject({
      data: { cluster: { nodePools: { totalCount: 1 }, operations: { totalCount: 1 } } },
    });
  });

  test('with a kubeconfig is refused with FORBIDDEN', async () => {
    const { data, errors } = await ask(
      readOnly,
      `query($c: ID!) { cluster(id: $c) { id kubeconfig { server } } }`,
      {
        c: clusters.eu,
      },
    );
    expect(data).toEqual({ cluster: { id: clusters.eu, kubeconfig: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('a caller with the verb in the whole account costs no statement more', async () => {
  const query = `{ clusters { nodes { id } } }`;
  const all = await kit.kit.statements(() => ask(readOnly, query));
  expect(all).toHaveLength(1);
});

describe('a list', () => {
  const query = `{ clusters { totalCount nodes { name } } operations { totalCount nodes { id } }
    vpcs(regionId: "cn-beijing") { totalCount nodes { id } } retainedResources { totalCount nodes { id } } }`;
  type Lists = Record<'clusters' | 'operations' | 'vpcs', { totalCount: number; nodes: { name: string }[] }>;

  const selector = (matchExpressions: NonNullable<Scope['clusterSelector']>['matchExpressions']): Scope => ({
    clusterSelector: { matchExpressions: matchExpressions! },
  });
  const administrator = (scope: Scope) => grant('administrator', scope);
  const deny = (scope: Scope) => grant('administrator', scope, 'DENY');

  test.each<[string, () => readonly Grant[], string[], number]>([
    ['no permission', () => [], [], 0],
    ['the account', () => [administrator({})], ['eu', 'us', 'dev'], 1],
    ['a region', () => inEurope, ['eu', 'dev'], 0],
    ['a cluster', () => [administrator({ clusterId: clusters.us })], ['us'], 0],
    [
      'two clusters',
      () => [administrator({ clusterId: clusters.us }), administrator({ clusterId: clusters.eu })],
      ['eu', 'us'],
      0,
    ],
    [
      'a cluster in another region',
      () => [administrator({ clusterId: clusters.us, regionId: 'cn-hangzhou' })],
      [],
      0,
    ],
    ['a label', () => onDev, ['us', 'dev'], 0],
    [
      'several values of a label',
      () => [administrator(selector([{ key: 'env', operator: 'In', values: ['prod', 'x'] }]))],
      ['eu'],
      0,
    ],
    [
      'other values of a label',
      () => [administrator(selector([{ key: 'env', operator: 'NotIn', values: ['prod'] }]))],
      ['us', 'dev'],
      0,
    ],
    [
      'a missing label',
      () => [administrator(selector([{ key: 'team', operator: 'DoesNotExist' }]))],
      ['eu', 'us', 'dev'],
      0,
    ],
    ['a label that none has', () => [administrator(selector([{ key: "te'am", operator: 'Exists' }]))], [], 0],
    [
      'the account except a label',
      () => [administrator({}), deny({ clusterSelector: { matchLabels: { env: 'dev' } } })],
      ['eu'],
      1,
    ],
    [
      'the account except a region',
      () => [administrator({}), deny({ regionId: 'cn-beijing' })],
      ['eu', 'dev'],
      0,
    ],
    ['a denied account', () => [administrator({}), deny({})], [], 0],
  ])('and its count contain what is in the scope of %s', async (_, grants, names, networks) => {
    const { data, errors } = await ask<Lists>(grants(), query);
    expect(errors).toBeUndefined();
    expect(data.clusters).toEqual({ totalCount: names.length, nodes: names.map((name) => ({ name })) });
    expect(data.operations.totalCount).toBe(names.length);
    expect(data.operations.nodes).toHaveLength(names.length);
    // A cluster without a network of its own has a default VPC in its region.
    expect(data.vpcs.totalCount > 0).toBe(networks > 0);
    expect(data.vpcs.nodes.length > 0).toBe(networks > 0);
  });

  test('of regions contains the clusters that the caller may read, in as many statements for all regions', async () => {
    const regions = `{ _entities(representations: [{ __typename: "Region", id: "cn-hangzhou" }, { __typename: "Region", id: "cn-beijing" }]) {
      ... on Region { clusters { totalCount nodes { name } } } } }`;
    const statements = await kit.kit.statements(async () => {
      const { data } = await ask<{
        _entities: { clusters: { totalCount: number; nodes: { name: string }[] } }[];
      }>(onDev, regions);
      expect(data._entities.map(({ clusters }) => clusters)).toEqual([
        { totalCount: 1, nodes: [{ name: 'dev' }] },
        { totalCount: 1, nodes: [{ name: 'us' }] },
      ]);
    });
    expect(statements).toHaveLength(2);
  });

  test('of VPCs counts the clusters that the caller may read, in one statement', async () => {
    const query = `{ vpcs(regionId: "cn-hangzhou") { nodes { clusterCount } } }`;
    const counted = async (grants: readonly Grant[]) => {
      const { data } = await ask<{ vpcs: { nodes: { clusterCount: number }[] } }>(grants, query);
      return data.vpcs.nodes.map(({ clusterCount }) => clusterCount).sort();
    };
    const all = await counted([administrator({})]);
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
    expect(total(all)).toBe(2);
    const withoutProduction = [
      administrator({ regionId: 'cn-hangzhou' }),
      deny({ clusterSelector: { matchLabels: { env: 'prod' } } }),
    ];
    const visible = await counted(withoutProduction);
    expect(visible).toHaveLength(all.length);
    expect(total(visible)).toBe(1);
    expect(await kit.kit.statements(() => ask(withoutProduction, query))).toHaveLength(2);
  });

  test('contains what permissions reach at the time of the platform', async () => {
    const clock = { now: () => new Date('2020-01-01T00:00:00Z') };
    await using past = await openClusters({ clock });
    await writeCluster(past.kit.database, 'acme', { name: 'old' });
    const names = async (expiresAt: string) => {
      const rights = new Rights(
        [{ ...grant('read-only', {}), expiresAt: new Date(expiresAt) }],
        accountScopes,
      );
      const subgraph = { ...past.subgraph, rights: { of: () => rights } };
      const executor = new SubgraphExecutor(subgraph, createLog('fatal'));
      const query = '{ clusters { nodes { name } } }';
      const { data } = await executor.execute({ query, variables: {} }, newContext());
      return JSON.parse(JSON.stringify(data)) as unknown;
    };
    expect(await names('2020-01-01T00:00:01Z')).toEqual({ clusters: { nodes: [{ name: 'old' }] } });
    expect(await names('2019-12-31T23:59:59Z')).toEqual({ clusters: { nodes: [] } });
  });

  test('has cursors that lead to nothing hidden', async () => {
    const page = `query($after: String) { clusters(first: 1, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
    type Page = {
      clusters: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    const all = await ask<Page>(readOnly, page);
    const next = await ask<Page>(onDev, page, { after: all.data.clusters.pageInfo.endCursor });
    const last = await ask<Page>(onDev, page, { after: next.data.clusters.pageInfo.endCursor });
    expect(next.data.clusters).toMatchObject({ nodes: [{ name: 'us' }], pageInfo: { hasNextPage: true } });
    expect(last.data.clusters).toMatchObject({ nodes: [{ name: 'dev' }], pageInfo: { hasNextPage: false } });
  });
});

describe('a refusal', () => {
  const rename = `mutation($c: ID!) { updateCluster(input: { id: $c, name: "x" }) {
    userErrors { code message ... on ForbiddenError { verb regionId clusterId namespace grantors } } } }`;
  interface Refused {
    readonly updateCluster: { readonly userErrors: readonly { readonly message: string }[] };
  }

  async function grantTo(names: readonly string[], scope: { regionId?: string }, effect = 'ALLOW') {
    const { prisma } = kit.kit.database;
    await prisma.$transaction(async (tx) => {
      await changeAccess(tx, 'acme', new Date());
      for (const name of names) {
        const key = { kind: 'USER', issuer: '', name } as const;
        const id = principalId('acme', key);
        await tx.principal.upsert({
          where: { id },
          update: {},
          create: { id, account: 'acme', ...key, createdAt: new Date() },
        });
        await tx.permission.create({
          data: {
            ...{ id: newId('permission'), account: 'acme', principalId: id, roleId: 'role_administrator' },
            ...{ effect, grantedAt: new Date(), ...scope },
          },
        });
      }
      await tx.permission.deleteMany({ where: { account: 'acme', id: 'permission_default' } });
    });
  }

  test('names the verb, where it is missing, and who can grant it there', async () => {
    await grantTo(['root', 'denied'], {});
    await grantTo(['denied'], { regionId: 'cn-beijing' }, 'DENY');
    await grantTo(['beijing'], { regionId: 'cn-beijing' });
    await grantTo(['hangzhou'], { regionId: 'cn-hangzhou' });
    const { data } = await ask<Refused>(readOnly, rename, { c: clusters.us });
    expect(data.updateCluster.userErrors).toMatchObject([
      {
        ...{ code: 'FORBIDDEN', verb: 'clusters.update', namespace: null },
        ...{ regionId: 'cn-beijing', clusterId: clusters.us, grantors: ['beijing', 'root'] },
      },
    ]);
    expect(data.updateCluster.userErrors[0]!.message).toContain('It can be granted by beijing, root.');
    const { errors } = await ask(readOnly, 'query($c: ID!) { cluster(id: $c) { kubeconfig { server } } }', {
      c: clusters.eu,
    });
    expect(errors).toMatchObject([
      {
        extensions: {
          ...{ code: 'FORBIDDEN', verb: 'kubeconfigs.issue', clusterId: clusters.eu },
          grantors: ['denied', 'hangzhou', 'root'],
        },
      },
    ]);
  });

  test('names at most five who can grant it', async () => {
    await grantTo(['a', 'b', 'c', 'd', 'e', 'f'], {});
    const { data } = await ask<Refused>(readOnly, rename, { c: clusters.us });
    expect(data.updateCluster.userErrors).toMatchObject([{ grantors: ['a', 'b', 'beijing', 'c', 'd'] }]);
    expect(data.updateCluster.userErrors[0]!.message).toContain('a, b, beijing, c, d and others.');
  });
});
