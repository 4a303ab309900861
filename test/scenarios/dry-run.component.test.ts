import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../kit/database.js';
import { deploymentYaml } from '../kit/documents.js';
import { queryGraph, operationEnd, type GraphSession } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { clientSchema, rootFields } from './isolation/isolation-client.js';
import { createAccountResources, type AccountResources } from './isolation/account-resources.js';
import { mutationAttempts } from './isolation/mutation-attempts.js';
import { askedFor, stateOf } from './isolation/state.js';

const schema: GraphQLSchema = await clientSchema();
const mutations = rootFields(schema, 'Mutation').filter(({ args }) =>
  args.some(({ name }) => name === 'dryRun'),
);

/** Further objects, so that each mutation has an object to change. */
interface Occasions extends AccountResources {
  /** A Standard cluster of the second newest minor version. */
  readonly older: string;
  /** A node pool of an edge cluster. */
  readonly edgePool: string;
  /** A component that can be uninstalled. */
  readonly optionalComponent: string;
}

/** Mutations that are always rejected here, with the reason. */
const REJECTED: Readonly<Record<string, string>> = {
  approveAccessRequest: 'another principal than the requester decides',
  cancelOperation: 'nothing is under way',
  decideQuotaApplication: 'needs the token of an operator',
  deleteEip: 'the cluster uses its public address',
  deleteLoadBalancer: 'the cluster uses its load balancer',
  deleteVSwitch: 'the cluster uses the vSwitch',
  deleteVpc: 'the cluster is in the VPC',
  pauseOperation: 'nothing is under way',
  publishKubernetesVersion: 'needs the token of an operator',
  refuseAccessRequest: 'another principal than the requester decides',
  resumeOperation: 'nothing is paused',
  upgradeComponent: 'every component was installed in its newest version',
};

/** Valid inputs of the mutations for which no attempt of the isolation test succeeds. */
const INPUTS: Readonly<Record<string, (estate: Occasions) => object>> = {
  verifyAccount: () => ({ kind: 'PERSON', name: 'A', documentNumber: '11010519491231002X' }),
  createVpc: () => ({ regionId: 'cn-hangzhou', name: 'tried', cidr: '10.0.0.0/8' }),
  createCluster: () => ({
    name: 'tried',
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    nodePools: [{ name: 'tried', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
  }),
  breakGlass: () => ({ reason: 'tried', minutes: 5 }),
  createServiceAccount: () => ({ name: 'tried' }),
  createRole: () => ({ name: 'tried', verbs: ['clusters.read'] }),
  createNodePool: ({ cluster }) => ({
    clusterId: cluster,
    name: 'tried',
    instanceTypes: ['ecs.g7.xlarge'],
    desiredSize: 1,
  }),
  applyManifest: ({ cluster }) => ({ clusterId: cluster, yaml: deploymentYaml('tried', 1) }),
  installComponent: ({ older }) => ({ clusterId: older, name: 'nginx-ingress-controller' }),
  uninstallComponent: ({ optionalComponent }) => ({ id: optionalComponent }),
  upgradeCluster: ({ older }) => ({ id: older, version: '1.34' }),
  migrateCluster: ({ older }) => ({ id: older }),
  setEdgeAutonomy: ({ edgePool }) => ({ nodePoolId: edgePool, enabled: true }),
  scaleClusterVertically: ({ cluster }) => ({ id: cluster, instanceTypes: ['ecs.g7.2xlarge'] }),
};

/** Tables that change without requests: metrics, heartbeats and scheduled jobs. */
const BY_THE_CLOCK = /^(observability|graphile_worker|kubesim)\./;

/** Excluded: reading it issues credentials, which appends an event. */
const ISSUED = 'kubeconfig';

/** Depth of the selected objects. */
const DEPTH = 3;

/** Selects every id in the payload and in its objects. */
function selectionOf(type: GraphQLNamedType, depth: number): string {
  if (!isObjectType(type)) return '__typename';
  const parts = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (field.args.some(isRequiredArgument) || field.name === ISSUED) return [];
    if (named.name === 'ID') return [field.name];
    if (field.name === 'userErrors') return ['userErrors { code message path }'];
    return isCompositeType(named) && depth > 0 ? [`${field.name} { ${selectionOf(named, depth - 1)} }`] : [];
  });
  return ['__typename', ...parts].join(' ');
}

interface Payload {
  readonly userErrors: readonly { readonly code: string }[];
}

/** Generated ids: TypeIDs. */
const TYPE_ID = /^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return TYPE_ID.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsIn);
}

interface Table {
  readonly name: string;
  readonly hasId: boolean;
}

async function tablesOf({ database }: TestDatabase): Promise<Table[]> {
  return database.prisma.$queryRaw<Table[]>`
    SELECT table_schema || '.' || table_name AS name, EXISTS (
      SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema
        AND c.table_name = t.table_name AND c.column_name = 'id' AND c.data_type = 'text') AS "hasId"
    FROM information_schema.tables t
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1`;
}

/** The audit log records dry runs. */
const AUDIT = /^audit\./;

/** Number of rows of each table. */
async function rowCounts(kit: TestDatabase): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of await tablesOf(kit)) {
    if (BY_THE_CLOCK.test(name) || AUDIT.test(name)) continue;
    const [row] = await kit.database.prisma.$queryRawUnsafe<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM ${name} WHERE ${askedFor(name)}`,
    );
    counts[name] = row?.count ?? 0;
  }
  return counts;
}

/** The ids that no row has. */
async function unknownIds(kit: TestDatabase, ids: readonly string[]): Promise<string[]> {
  const knownIds = new Set<string>();
  for (const { name } of (await tablesOf(kit)).filter(({ hasId }) => hasId)) {
    const rows = await kit.database.prisma.$queryRawUnsafe<{ id: string }[]>(
      `SELECT id FROM ${name} WHERE id = ANY($1)`,
      [...ids],
    );
    for (const { id } of rows) knownIds.add(id);
  }
  return ids.filter((id) => !knownIds.has(id));
}

/** Creates a cluster with one node, waits until it runs, and returns the selection. */
async function clusterOf<T>(
  session: GraphSession,
  input: object,
  selection: string,
): Promise<{ id: string } & T> {
  const create = `mutation Create($input: CreateClusterInput!) { createCluster(input: $input) {
    cluster { id } operation { id } userErrors { code message path } } }`;
  const nodePools = [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }];
  const cluster = { regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', nodePools, ...input };
  const { createCluster } = await queryGraph<{
    createCluster: {
      cluster: { id: string } | null;
      operation: { id: string } | null;
      userErrors: unknown[];
    };
  }>(session, create, { input: cluster });
  expect(createCluster.userErrors).toEqual([]);
  expect(await operationEnd(session, createCluster.operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
  const query = `query ($id: ID!) { cluster(id: $id) { id ${selection} } }`;
  return (
    await queryGraph<{ cluster: { id: string } & T }>(session, query, { id: createCluster.cluster!.id })
  ).cluster;
}

async function buildOccasions(session: GraphSession): Promise<Occasions> {
  const estate = await createAccountResources(session);
  const older = await clusterOf<{ components: { nodes: { id: string; name: string }[] } }>(
    session,
    { name: 'older', spec: 'STANDARD', version: '1.32' },
    'components { nodes { id name } }',
  );
  const edge = await clusterOf<{ nodePools: { nodes: { id: string }[] } }>(
    session,
    { name: 'edge', profile: 'EDGE', spec: 'STANDARD' },
    'nodePools { nodes { id } }',
  );
  const optional = older.components.nodes.find(({ name }) => name === 'ack-node-problem-detector');
  return {
    ...estate,
    older: older.id,
    edgePool: edge.nodePools.nodes[0]!.id,
    optionalComponent: optional!.id,
  };
}

describe('dry run', () => {
  let platform: TestPlatform;
  let session: GraphSession;
  let estate: Occasions;
  let before: { state: Record<string, unknown>; counts: Record<string, number> };
  const accepted = new Set<string>();

  beforeAll(async () => {
    platform = await startTestPlatform();
    session = { url: platform.url, account: 'acme' };
    estate = await buildOccasions(session);
    before = { state: await stateOf(platform.kit, 'acme'), counts: await rowCounts(platform.kit) };
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  test.each(mutations.map((field) => [field.name, field] as const))(
    'of %s returns ids of existing resources only',
    async (name, { args, type }) => {
      const inputType = args.find((arg) => arg.name === 'input')?.type;
      const query = `mutation Try($input: ${String(inputType)}) {
        ${name}(input: $input, dryRun: true) { ${selectionOf(getNamedType(type), DEPTH)} } }`;
      const tried = mutationAttempts
        .filter(({ field }) => field === name)
        .map((attempt) => attempt.with(estate, estate)['input']);
      for (const input of [...tried, INPUTS[name]?.(estate)].filter((candidate) => candidate !== undefined)) {
        const payload = (await queryGraph<Record<string, Payload>>(session, query, { input }))[name];
        if (payload?.userErrors.length === 0) accepted.add(name);
        expect(await unknownIds(platform.kit, idsIn(payload)), JSON.stringify(payload)).toEqual([]);
      }
    },
  );

  test('of a manifest returns no workload that does not exist', async () => {
    const input = { clusterId: estate.cluster, yaml: deploymentYaml('tried', 1) };
    const query = `mutation Try($input: ApplyManifestInput!) { applyManifest(input: $input, dryRun: true) {
      objects { name result } workload { id } userErrors { code } } }`;
    expect(await queryGraph(session, query, { input })).toEqual({
      applyManifest: { objects: [{ name: 'tried', result: 'CREATED' }], workload: null, userErrors: [] },
    });
  });

  test('is accepted by every mutation with dryRun that applies to the test data', () => {
    const rejected = mutations.map(({ name }) => name).filter((name) => !accepted.has(name));
    expect(rejected.sort()).toEqual(Object.keys(REJECTED).sort());
  });

  test('changes no row of any table but the audit log', async () => {
    expect(await rowCounts(platform.kit)).toEqual(before.counts);
    const after = await stateOf(platform.kit, 'acme');
    const unaudited = Object.entries(after).filter(([part]) => !AUDIT.test(part));
    for (const [part, rows] of unaudited) expect(rows, part).toEqual(before.state[part]);
  });
});
