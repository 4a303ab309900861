import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../../kit/eventually.js';
import { apply, deployment, startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
let clusterId: string;

beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme');
  const names = ['alpha', 'beta', 'gamma', 'delta'];
  const yaml = [
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
    ...names.map((name) => deployment(name, 1, { namespace: name === 'delta' ? 'shop' : 'default' })),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { a: "1" }\n',
  ].join('---\n');
  expect((await apply(world, 'acme', { clusterId, yaml })).userErrors).toEqual([]);
});
afterAll(() => world?.[Symbol.asyncDispose]());

interface Listed {
  readonly nodes: { id: string; namespace: string; name: string; kind: string }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  readonly totalCount: number;
  readonly problems: { code: string }[];
}

const CONNECTION =
  'nodes { id namespace name kind } pageInfo { hasNextPage endCursor } totalCount problems { code }';
const WORKLOADS = `query W($first: Int, $after: String, $filter: WorkloadFilter) { workloads(first: $first, after: $after, filter: $filter) { ${CONNECTION} } }`;
const OF_CLUSTERS = `query C($representations: [_Any!]!, $first: Int, $after: String, $filter: WorkloadFilter) {
  _entities(representations: $representations) { ... on Cluster { workloads(first: $first, after: $after, filter: $filter) { ${CONNECTION} } } } }`;

async function list(account: string, variables: Record<string, unknown> = {}): Promise<Listed> {
  const { data, errors } = await world.workloads<{ workloads: Listed }>(account, WORKLOADS, variables);
  expect(errors).toEqual([]);
  return data.workloads;
}

async function ofCluster(
  account: string,
  id: string,
  variables: Record<string, unknown> = {},
): Promise<Listed> {
  const representations = [{ __typename: 'Cluster', id }];
  const { data, errors } = await world.workloads<{ _entities: { workloads: Listed }[] }>(
    account,
    OF_CLUSTERS,
    { ...variables, representations },
  );
  expect(errors).toEqual([]);
  return data._entities[0]!.workloads;
}

const names = ({ nodes }: Listed) => nodes.map(({ name }) => name);

describe('Cluster.workloads', () => {
  test('lists by namespace and name, without replica sets of deployments', async () => {
    const all = await ofCluster('acme', clusterId);
    expect(names(all).filter((name) => ['alpha', 'beta', 'gamma', 'delta'].includes(name))).toEqual([
      'alpha',
      'beta',
      'gamma',
      'delta',
    ]);
    expect(
      all.nodes.filter(({ kind, namespace }) => kind === 'REPLICA_SET' && namespace === 'default'),
    ).toEqual([]);
    expect(all.totalCount).toBe(all.nodes.length);
    expect(all.problems).toEqual([]);
  });

  test('pages contain each workload once', async () => {
    const all = names(await ofCluster('acme', clusterId));
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Listed = await ofCluster('acme', clusterId, { first: 2, after });
      expect(page.nodes.length).toBeLessThanOrEqual(2);
      ids.push(...names(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(ids).toEqual(all);
  });

  test('filters by namespace, kind, name and labels', async () => {
    const find = async (filter: object) => names(await ofCluster('acme', clusterId, { filter }));
    expect(await find({ namespace: 'shop' })).toEqual(['delta']);
    expect(await find({ namespace: 'default', kind: 'DEPLOYMENT', nameContains: 'a' })).toEqual([
      'alpha',
      'beta',
      'gamma',
    ]);
    expect(await find({ labelSelector: 'app in (beta, delta)', kind: 'DEPLOYMENT' })).toEqual([
      'beta',
      'delta',
    ]);
    expect(await find({ namespace: 'shop', kind: 'STATEFUL_SET' })).toEqual([]);
    expect(await find({ clusterId: 'cluster_other' })).toEqual([]);
    // The Deployment and, as soon as Kubernetes has created it, its ReplicaSet.
    await eventually(async () => (await find({ namespace: 'shop', includeOwned: true })).length === 2);
  });

  test('rejects an invalid label selector', async () => {
    const { errors } = await world.workloads('acme', WORKLOADS, {
      filter: { clusterId, labelSelector: 'a in (' },
    });
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', path: ['filter', 'labelSelector'] } },
    ]);
  });

  test('is empty for a cluster without an API and for the cluster of another account', async () => {
    const nothing = {
      nodes: [],
      pageInfo: { hasNextPage: false, endCursor: null },
      totalCount: 0,
      problems: [],
    };
    expect(await ofCluster('acme', 'cluster_unknown')).toEqual(nothing);
    expect(await ofCluster('globex', clusterId)).toEqual(nothing);
  });

  test('reports an unreachable cluster by id', async () => {
    const silent = await world.unreachableCluster('broken');
    const { nodes, problems } = await ofCluster('broken', silent);
    expect({ nodes, problems }).toEqual({ nodes: [], problems: [{ code: 'KUBERNETES_UNAVAILABLE' }] });
    const good = await world.cluster('broken', 0);
    expect(
      (await apply(world, 'broken', { clusterId: good, yaml: deployment('works', 0) })).userErrors,
    ).toEqual([]);
    const whole = await list('broken', { filter: { namespace: 'default' } });
    expect({ found: names(whole), problems: whole.problems }).toEqual({
      found: ['works'],
      problems: [{ code: 'KUBERNETES_UNAVAILABLE' }],
    });
  });

  test.each([
    ['a page over 500', { first: 501 }, 'PAGE_SIZE_EXCEEDED'],
    ['a cursor that is none', { after: 'nonsense' }, 'INVALID_CURSOR'],
  ])('rejects %s', async (_what, variables, code) => {
    const { errors } = await world.workloads('acme', WORKLOADS, variables);
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual([code]);
  });
});

describe('Query.workloads', () => {
  test('returns the workloads of all clusters of the account, page by page', async () => {
    const ids = [await world.cluster('fleet', 0), await world.cluster('fleet', 0)].sort();
    for (const id of ids)
      await apply(world, 'fleet', {
        clusterId: id,
        yaml: `${deployment('one', 0)}---\n${deployment('two', 0)}`,
      });
    const query = `query($after: String) { workloads(first: 3, after: $after, filter: { namespace: "default" }) {
      nodes { name cluster { id } } pageInfo { endCursor hasNextPage } } }`;
    type Page = { workloads: { nodes: unknown[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
    const first = (await world.workloads<Page>('fleet', query)).data.workloads;
    const second = (await world.workloads<Page>('fleet', query, { after: first.pageInfo.endCursor })).data
      .workloads;
    expect([...first.nodes, ...second.nodes]).toEqual(
      ids.flatMap((id) => ['one', 'two'].map((name) => ({ name, cluster: { id } }))),
    );
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  test('looks up any number of clusters in one statement', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `cluster_${index}`);
    const cost = async (count: number) =>
      (
        await world.kit.statements(() =>
          world.workloads('acme', OF_CLUSTERS, {
            representations: [clusterId, ...ids].slice(0, count).map((id) => ({ __typename: 'Cluster', id })),
          }),
        )
      ).length;
    expect(await cost(50)).toBe(await cost(1));
  });
});

describe('workload', () => {
  const WORKLOAD = `query W($id: ID!) { workload(id: $id) { id name namespace kind replicas readyReplicas images labels yaml cluster { id }
    pods { nodes { id namespace name phase ready ip nodeName restarts containers { name image ready state } } totalCount problems { code } } } }`;

  async function idOf(name: string): Promise<string> {
    const { nodes } = await ofCluster('acme', clusterId, { filter: { nameContains: name } });
    return nodes[0]!.id;
  }

  interface Shown {
    readonly id: string;
    readonly readyReplicas: number;
    readonly yaml: string;
    readonly pods: {
      readonly nodes: {
        readonly phase: string;
        readonly ip: string;
        readonly nodeName: string;
        readonly ready: boolean;
      }[];
      readonly totalCount: number;
    };
  }

  test('has its Kubernetes object and the pods of its replica set', async () => {
    const id = await idOf('alpha');
    const shown = await eventually(async () => {
      const { data, errors } = await world.workloads<{ workload: Shown }>('acme', WORKLOAD, { id });
      expect(errors).toEqual([]);
      return data.workload.readyReplicas === 1 && data.workload;
    });
    expect(shown).toMatchObject({
      id,
      name: 'alpha',
      namespace: 'default',
      kind: 'DEPLOYMENT',
      replicas: 1,
      images: ['nginx:1.29'],
      labels: { app: 'alpha' },
      cluster: { id: clusterId },
    });
    expect(shown.pods).toMatchObject({
      nodes: [
        {
          phase: 'Running',
          ready: true,
          restarts: 0,
          containers: [{ name: 'main', image: 'nginx:1.29', ready: true, state: 'running' }],
        },
      ],
      totalCount: 1,
    });
    expect(shown.pods.nodes[0]?.nodeName).toMatch(/^worker-/);
    expect(parse(shown.yaml)).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'alpha' },
      spec: { replicas: 1 },
    });
  });

  test('separates the pods of several workloads by their owners', async () => {
    const query = `query P($filter: WorkloadFilter) { workloads(filter: $filter) { nodes { name pods { nodes { name } } } } }`;
    type Page = { workloads: { nodes: { name: string; pods: { nodes: { name: string }[] } }[] } };
    const nodes = await eventually(async () => {
      const { data } = await world.workloads<Page>('acme', query, {
        filter: { clusterId, kind: 'DEPLOYMENT', labelSelector: 'app' },
      });
      return data.workloads.nodes.every(({ pods }) => pods.nodes.length === 1) && data.workloads.nodes;
    });
    expect(nodes.map(({ name }) => name)).toEqual(['alpha', 'beta', 'gamma', 'delta']);
    for (const { name, pods } of nodes) expect(pods.nodes[0]?.name).toMatch(new RegExp(`^${name}-`));
  });

  test('is null for another account, for a deleted one and for an invalid id', async () => {
    const id = await idOf('alpha');
    const missingId = `workload_${Buffer.from(`${clusterId}/DEPLOYMENT/default/nothing`).toString('base64url')}`;
    for (const [account, requestedId] of [
      ['globex', id],
      ['acme', missingId],
      ['acme', 'nonsense'],
    ]) {
      const { data, errors } = await world.workloads(account!, WORKLOAD, { id: requestedId });
      expect({ data, errors }).toEqual({ data: { workload: null }, errors: [] });
    }
    const { data } = await world.workloads(
      'globex',
      '{ _entities(representations: [{ __typename: "Workload", id: "x" }]) { __typename } }'.replace(
        '"x"',
        JSON.stringify(id),
      ),
    );
    expect(data).toEqual({ _entities: [null] });
  });

  test('is an error instead of null if its cluster is unreachable', async () => {
    const silent = await world.unreachableCluster('silent');
    const id = `workload_${Buffer.from(`${silent}/DEPLOYMENT/default/web`).toString('base64url')}`;
    const { data, errors } = await world.workloads('silent', WORKLOAD, { id });
    expect(data).toEqual({ workload: null });
    expect(errors).toMatchObject([{ extensions: { code: 'KUBERNETES_UNAVAILABLE', clusterId: silent } }]);
  });
});

describe('Cluster.namespaces', () => {
  const NAMESPACES = `query N($representations: [_Any!]!, $first: Int, $after: String) { _entities(representations: $representations) {
    ... on Cluster { namespaces(first: $first, after: $after) { nodes { name phase labels } pageInfo { hasNextPage endCursor } totalCount } } } }`;
  type Page = {
    _entities: {
      namespaces: {
        nodes: { name: string; phase: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
        totalCount: number;
      };
    }[];
  };

  async function page(account: string, variables: object = {}) {
    const { data } = await world.workloads<Page>(account, NAMESPACES, {
      ...variables,
      representations: [{ __typename: 'Cluster', id: clusterId }],
    });
    return data._entities[0]!.namespaces;
  }

  test('is sorted by name, in pages', async () => {
    const all = await page('acme');
    expect(all.nodes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['default', 'kube-public', 'kube-system', 'shop']),
    );
    expect(all.nodes.every(({ phase }) => phase === 'Active')).toBe(true);
    const first = await page('acme', { first: 1 });
    const second = await page('acme', { first: 500, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes]).toEqual(all.nodes);
    expect(first.totalCount).toBe(all.nodes.length);
  });

  test('is empty for the cluster of another account', async () => {
    expect((await page('globex')).nodes).toEqual([]);
  });
});
