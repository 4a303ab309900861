import { getNamedType, isEnumType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountScopes } from '../../access/scopes.js';
import { deploymentYaml } from '../kit/documents.js';
import { queryGraph, operationEnd, type GraphSession } from '../kit/cluster-lifecycle.js';
import { type GraphQLBody, graphqlRequest, startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { raiseQuotas } from '../kit/quotas.js';
import {
  everyFieldOf,
  type FieldArguments,
  fieldsWithRequiredArguments,
  queriesOfEveryField,
} from './field-walk.js';
import { clientSchema, rootFields } from './isolation/isolation-client.js';
import type { AccountResources } from './isolation/account-resources.js';
import { mutationAttempts } from './isolation/mutation-attempts.js';

const schema = await clientSchema();
/** The generated queries exceed the default limits. */
const UNLIMITED = { cost: Number.POSITIVE_INFINITY, aliases: 1_000, fields: 10_000 };

describe('fleet of every kind of cluster, some deleted', () => {
  const acme = 'acme';
  let platform: TestPlatform;
  let session: GraphSession;
  let fieldArguments: FieldArguments;
  beforeAll(async () => {
    platform = await startTestPlatform({ gateway: { limits: UNLIMITED } });
    session = { url: platform.url, account: acme };
    fieldArguments = await buildFleet(session);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  test('requests every field with required arguments', () => {
    const needing = fieldsWithRequiredArguments(schema, ['Mutation', 'Subscription']);
    expect(needing.filter((name) => !(name in fieldArguments))).toEqual([]);
  });

  test('returns every field of every type without an error', async () => {
    const failed: Record<string, unknown> = {};
    for (const [name, query] of queriesOfEveryField(schema, fieldArguments)) {
      // Includes the scope of platform operators, which some fields require.
      const scopes = [...accountScopes, 'fleet:admin'];
      const { errors } = await graphqlRequest(platform.url, { query, account: acme, scopes });
      if (errors) failed[name] = errors;
    }
    expect(failed).toEqual({});
  });

  test.each(
    // Requests with unknown ids: `theirs` contains only ids that do not exist.
    mutationAttempts.map((attempt, index) => [`${attempt.field} (attempt ${index + 1})`, attempt] as const),
  )(
    'the payload of %s has all required fields if its input names only unknown resources',
    async (_, attempt) => {
      const field = rootFields(schema, 'Mutation').find(({ name }) => name === attempt.field)!;
      const payload = getNamedType(field.type);
      const selection = `${everyFieldOf(schema, payload, fieldArguments)} ${withResults(payload.name)}`;
      const inputType = String(field.args.find(({ name }) => name === 'input')?.type);
      const query = `mutation Do($input: ${inputType}) { ${attempt.field}(input: $input) { ${selection} } }`;
      const { data, errors }: GraphQLBody = await platform.request(
        query,
        attempt.with(NOTHING, NOTHING),
        acme,
      );
      expect(errors).toBeUndefined();
      expect(data).toHaveProperty(attempt.field);
    },
  );

  function withResults(payload: string): string {
    const type = schema.getType(payload);
    const results = isObjectType(type) ? type.getFields()['results'] : undefined;
    return results ? `results { ${everyFieldOf(schema, getNamedType(results.type), fieldArguments)} }` : '';
  }
});

/** Valid ids that identify no object. */
const NOTHING = new Proxy({} as AccountResources, {
  get: (_, name) => `${String(name)}_00000000000000000000000000`,
});

const POOL = { name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 };
const KINDS: readonly Record<string, unknown>[] = [
  {
    name: 'pro',
    spec: 'PRO',
    nodePools: [
      { ...POOL, desiredSize: 2 },
      { name: 'virtual', instanceTypes: ['eci.virtual-node'], desiredSize: 1 },
    ],
  },
  { name: 'dedicated', type: 'KUBERNETES', masters: { count: 3 } },
  { name: 'edge', profile: 'EDGE', nodePools: [{ ...POOL, edgeAutonomy: true }] },
  { name: 'serverless', profile: 'SERVERLESS', spec: 'PRO' },
  { name: 'registered', type: 'EXTERNAL_KUBERNETES' },
  { name: 'gone', nodePools: [POOL] },
];

/** Creates a cluster of each kind, deletes one, and returns the arguments of fields that need them. */
async function buildFleet(session: GraphSession): Promise<FieldArguments> {
  await raiseQuotas(session, { 'payg-vcpu': 400 });
  const ids = new Map<string, string>();
  for (const kind of KINDS) {
    const input = { regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', ...kind };
    const { cluster } = await done<{ cluster: { id: string } }>(
      session,
      'createCluster',
      'cluster { id }',
      input,
    );
    ids.set(String(kind['name']), cluster.id);
  }
  const pro = ids.get('pro') ?? '';
  const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
    session,
    `mutation Apply($input: ApplyManifestInput!) { applyManifest(input: $input) { workload { id } } }`,
    { input: { clusterId: pro, yaml: deploymentYaml('web', 1) } },
  );
  const { check } = await done<{ check: { id: string } }>(
    session,
    'runClusterCheck',
    'check: clusterCheck { id }',
    {
      clusterId: ids.get('gone'),
      type: 'UPGRADE',
      version: '1.34.1',
    },
  );
  const { ticket } = await done<{ ticket: { id: string } }>(
    session,
    'openSupportTicket',
    'ticket: supportTicket { id }',
    {
      ...{ clusterId: ids.get('gone'), kind: 'QUESTION', title: 'why', text: 'why' },
    },
  );
  await done(session, 'deleteCluster', 'cluster { id }', { id: ids.get('gone') });
  return argumentsFor(session, {
    pro,
    workload: applyManifest.workload.id,
    check: check.id,
    ticket: ticket.id,
  });
}

async function argumentsFor(
  session: GraphSession,
  { pro, workload, check, ticket }: Readonly<Record<'pro' | 'workload' | 'check' | 'ticket', string>>,
): Promise<FieldArguments> {
  const { cluster, quotas, vpcs, quotaApplications, viewer } = await queryGraph<{
    viewer: { principal: { id: string } };
    cluster: {
      nodes: { nodes: { name: string }[] };
      nodePools: Nodes;
      components: Nodes;
      operations: Nodes;
    };
    quotas: { id: string }[];
    vpcs: Nodes;
    quotaApplications: Nodes;
  }>(
    session,
    `query Parts($id: ID!) { cluster(id: $id) { nodes { nodes { name } } nodePools { nodes { id } }
      components { nodes { id } } operations { nodes { id } } }
      quotas { id } vpcs { nodes { id } } quotaApplications { nodes { id } } viewer { principal { id } } }`,
    { id: pro },
  );
  const id = (value: string | undefined) => `id: ${JSON.stringify(value ?? '')}`;
  const time = `from: "${hoursFromNow(-12)}", to: "${hoursFromNow(12)}"`;
  const clusterState = schema.getType('ClusterState');
  const states = isEnumType(clusterState) ? clusterState.getValues().map(({ name }) => name) : [];
  return {
    'Query.clusters': `first: 100, filter: { states: [${states.join(' ')}] }`,
    'Query.cluster': id(pro),
    'Query.explainAccess': `principalId: "${viewer.principal.id}", verb: "clusters.read"`,
    'Query.whoCan': 'verb: "clusters.read"',
    'Viewer.can': 'verb: "clusters.read"',
    'Query.clusterCheck': id(check),
    'Query.component': id(cluster.components.nodes[0]?.id),
    'Query.node': id(pro),
    'Query.nodes': `ids: [${JSON.stringify(pro)}, ${JSON.stringify(ticket)}]`,
    'Query.nodePool': id(cluster.nodePools.nodes[0]?.id),
    'Query.operation': id(cluster.operations.nodes[0]?.id),
    'Query.quota': id(quotas[0]?.id),
    'Query.quotaApplication': id(quotaApplications.nodes[0]?.id),
    'Query.region': id('cn-hangzhou'),
    'Query.timeZone': id('Asia/Shanghai'),
    'Query.supportTicket': id(ticket),
    'Query.vpc': id(vpcs.nodes[0]?.id),
    'Query.workload': id(workload),
    'Query.billingReport': time,
    'Cluster.metrics': time,
    'Workload.metrics': time,
    'Cluster.node': `name: ${JSON.stringify(cluster.nodes.nodes[0]?.name ?? '')}`,
    'Region.availability': 'product: ACK_PRO',
    'Region.nearestRegion': 'product: ACK_PRO',
  };
}

interface Nodes {
  readonly nodes: readonly { readonly id: string }[];
}

function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

/** Runs a mutation, expects no user error, and waits for the end of its operation, if it has one. */
async function done<T>(
  session: GraphSession,
  mutation: string,
  selection: string,
  input: object,
): Promise<T> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
  const payload = schema.getType(`${type}Payload`);
  const operation = isObjectType(payload) && 'operation' in payload.getFields() ? 'operation { id }' : '';
  const response = await queryGraph<
    Record<string, T & { operation?: { id: string } | null; userErrors: unknown[] }>
  >(
    session,
    `mutation Do($input: ${type}Input!) { ${mutation}(input: $input) { ${selection} ${operation} userErrors { code message path } } }`,
    { input },
  );
  const result = response[mutation];
  expect(result?.userErrors, mutation).toEqual([]);
  if (result?.operation) await operationEnd(session, result.operation.id);
  return result as T;
}
