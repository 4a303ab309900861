import { expect } from 'vitest';
import * as documents from '../../kit/documents.js';
import { eventually } from '../../kit/eventually.js';
import { queryGraph, operationEnd, readyReplicas, type GraphSession } from '../../kit/cluster-lifecycle.js';
import { firstFrame } from './first-frame.js';
import { approveQuota } from '../../kit/quotas.js';

/** Ids of one resource of each type that an account can have. */
export interface AccountResources {
  /** A request of the account's own subject. */
  readonly accessRequest: string;
  readonly cluster: string;
  readonly clusterCheck: string;
  readonly clusterResource: string;
  readonly component: string;
  /** Cursor of its oldest event. */
  readonly eventCursor: string;
  /** The public address of the cluster. */
  readonly eip: string;
  /** The load balancer of the API server of the cluster. */
  readonly loadBalancer: string;
  /** An instance that does not belong to a cluster any more. */
  readonly instance: string;
  readonly node: string;
  readonly nodePool: string;
  readonly operation: string;
  /** Another instance of the account: an instance that has been attached cannot be released. */
  readonly otherInstance: string;
  readonly otherNode: string;
  readonly permission: string;
  /** The holder of the permission. */
  readonly principal: string;
  /** A custom role, which the permission has. */
  readonly role: string;
  /** A custom role that no permission has. */
  readonly otherRole: string;
  readonly serviceAccount: string;
  readonly serviceAccountKey: string;
  /** A service account without keys. */
  readonly otherServiceAccount: string;
  /** A quota of the cluster: ids of account quotas are the same for every account. */
  readonly quota: string;
  readonly quotaApplication: string;
  readonly supportTicket: string;
  readonly securityGroup: string;
  readonly vpc: string;
  readonly vSwitch: string;
  readonly watchCursor: string;
  readonly workload: string;
}

interface Payload {
  readonly operation?: { readonly id: string } | null;
  readonly userErrors: readonly unknown[];
}

/** Creates one resource of each type for an account, and waits until all operations have ended. */
export async function createAccountResources(session: GraphSession): Promise<AccountResources> {
  const network = await buildNetwork(session);
  const cluster = await buildCluster(session, network);
  const view = await viewOf(session, cluster);
  const [node = '', otherNode = '', ...removed] = view.nodes.nodes.map(({ id }) => id);
  const nodePool = firstOf(view.nodePools);
  await done(session, 'removeNodes', 'operation { id }', {
    nodePoolId: nodePool,
    nodeIds: removed,
    release: false,
  });
  const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
    session,
    documents.APPLY,
    { input: { clusterId: cluster, yaml: documents.deploymentYaml('secret', 1) } },
  );
  await readyReplicas(session, applyManifest.workload.id, 1);
  const { check } = await done<{ check: { id: string } }>(
    session,
    'runClusterCheck',
    'check: clusterCheck { id }',
    {
      clusterId: cluster,
      type: 'UPGRADE',
      version: '1.34.1',
    },
  );
  const { ticket } = await done<{ ticket: { id: string } }>(
    session,
    'openSupportTicket',
    'ticket: supportTicket { id }',
    {
      ...{ clusterId: cluster, kind: 'QUESTION', title: 'secret', text: 'secret' },
    },
  );
  const { quotaApplication, quota } = await raiseQuota(session, view);
  const access = { ...(await buildAccess(session, cluster)), ...(await buildServiceAccounts(session)) };
  const [instance = '', otherInstance = ''] = await instancesOf(session);
  const watched = await firstFrame(session, 'subscription { watchClusters { cursor } }');
  return {
    ...network,
    ...access,
    cluster,
    clusterCheck: check.id,
    clusterResource: firstOf(view.resources),
    loadBalancer: resourceOf(view, 'LOAD_BALANCER'),
    eip: resourceOf(view, 'EIP'),
    component: firstOf(view.components),
    eventCursor: await oldestCursor(session),
    instance,
    node,
    nodePool,
    operation: firstOf(view.operations),
    otherInstance,
    otherNode,
    quota,
    quotaApplication,
    supportTicket: ticket.id,
    watchCursor: (watched.data?.['watchClusters'] as { cursor: string }).cursor,
    workload: applyManifest.workload.id,
  };
}

async function buildNetwork(session: GraphSession) {
  const { vpc } = await done<{ vpc: { id: string } }>(session, 'createVpc', 'vpc { id }', {
    regionId: 'cn-hangzhou',
    name: 'own',
    cidr: '192.168.0.0/16',
  });
  const { vSwitch } = await done<{ vSwitch: { id: string } }>(session, 'createVSwitch', 'vSwitch { id }', {
    vpcId: vpc.id,
    zoneId: 'cn-hangzhou-b',
    name: 'own',
    cidr: '192.168.1.0/24',
  });
  const { securityGroup } = await done<{ securityGroup: { id: string } }>(
    session,
    'createSecurityGroup',
    'securityGroup { id }',
    { vpcId: vpc.id, name: 'own' },
  );
  return { vpc: vpc.id, vSwitch: vSwitch.id, securityGroup: securityGroup.id };
}

async function buildCluster(session: GraphSession, network: Pick<AccountResources, 'vpc' | 'vSwitch'>) {
  const { cluster } = await done<{ cluster: { id: string } }>(
    session,
    'createCluster',
    'cluster { id } operation { id }',
    {
      name: 'secret',
      regionId: 'cn-hangzhou',
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      zoneIds: ['cn-hangzhou-b'],
      network: { vpcId: network.vpc, vSwitchIds: [network.vSwitch], publicEndpoint: true },
      nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 4 }],
    },
  );
  return cluster.id;
}

async function buildAccess(session: GraphSession, clusterId: string) {
  const roles: string[] = [];
  for (const name of ['secret', 'unused']) {
    const { role } = await done<{ role: { id: string } }>(session, 'createRole', 'role { id }', {
      name,
      verbs: ['clusters.read'],
    });
    roles.push(role.id);
  }
  const [role = '', otherRole = ''] = roles;
  const { accessRequest } = await done<{ accessRequest: { id: string } }>(
    session,
    'requestAccess',
    'accessRequest { id }',
    { roleId: role, reason: 'secret', minutes: 5 },
  );
  const holder = { kind: 'USER', name: 'secret' };
  const {
    permissions: [permission],
  } = await done<{ permissions: { id: string; principal: { id: string } }[] }>(
    session,
    'grantPermissions',
    'permissions { id principal { id } }',
    { permissions: [{ principal: holder, roleId: role, scope: { clusterId } }] },
  );
  return {
    accessRequest: accessRequest.id,
    role,
    otherRole,
    permission: permission?.id ?? '',
    principal: permission?.principal.id ?? '',
  };
}

async function buildServiceAccounts(session: GraphSession) {
  const ids: string[] = [];
  for (const name of ['secret', 'unused']) {
    const { serviceAccount } = await done<{ serviceAccount: { id: string } }>(
      session,
      'createServiceAccount',
      'serviceAccount { id }',
      { name },
    );
    ids.push(serviceAccount.id);
  }
  const [serviceAccount = '', otherServiceAccount = ''] = ids;
  const { key } = await done<{ key: { id: string } }>(session, 'createServiceAccountKey', 'key { id }', {
    serviceAccountId: serviceAccount,
    expiresAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
  });
  return { serviceAccount, otherServiceAccount, serviceAccountKey: key.id };
}

type Ids = { readonly nodes: readonly { readonly id: string }[] };
interface View {
  readonly nodePools: Ids;
  readonly nodes: Ids;
  readonly components: Ids;
  readonly resources: { readonly nodes: readonly { readonly id: string; readonly type: string }[] };
  readonly operations: Ids;
  readonly quotas: readonly { readonly id: string; readonly limit: number; readonly adjustable: boolean }[];
}

/** The id of the first node; empty when there is none. */
function firstOf({ nodes }: Ids): string {
  return nodes[0]?.id ?? '';
}

async function viewOf(session: GraphSession, id: string): Promise<View> {
  const query = `query View($id: ID!) { cluster(id: $id) {
    nodePools { nodes { id } } nodes { nodes { id } } components { nodes { id } } resources(first: 500) { nodes { id type } }
    operations { nodes { id } } quotas { id limit adjustable } } }`;
  return (await queryGraph<{ cluster: View }>(session, query, { id })).cluster;
}

async function raiseQuota(session: GraphSession, { quotas }: View) {
  const quota = quotas.find(({ adjustable, limit }) => adjustable && limit !== null);
  expect(quota).toBeDefined();
  const { id = '', limit = 0 } = quota ?? {};
  const { application } = await done<{ application: { id: string } }>(
    session,
    'requestQuotaIncrease',
    'application: quotaApplication { id }',
    { quotaId: id, limit: limit + 1 },
  );
  await approveQuota(session, application.id);
  const query = 'query Application($id: ID!) { quotaApplication(id: $id) { state } }';
  await eventually(
    async () =>
      (await queryGraph<{ quotaApplication: { state: string } }>(session, query, { id: application.id }))
        .quotaApplication.state !== 'PENDING',
    { what: 'a decision on the quota' },
  );
  return { quota: id, quotaApplication: application.id };
}

async function oldestCursor(session: GraphSession): Promise<string> {
  const { events } = await queryGraph<{ events: { nodes: { cursor: string }[] } }>(
    session,
    '{ events(first: 500) { nodes { cursor } } }',
  );
  return events.nodes.at(-1)?.cursor ?? '';
}

async function instancesOf(session: GraphSession): Promise<string[]> {
  const { instances } = await queryGraph<{ instances: Ids }>(session, '{ instances { nodes { id } } }');
  return instances.nodes.map(({ id }) => id);
}

/** Runs a mutation, expects no user error, and waits for the end of its operation. */
async function done<T>(
  session: GraphSession,
  mutation: string,
  selection: string,
  input: object,
): Promise<T> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
  const document = `mutation Do($input: ${type}) { ${mutation}(input: $input) { ${selection} userErrors { code message path } } }`;
  const payload = (await queryGraph<Record<string, T & Payload>>(session, document, { input }))[mutation];
  expect(payload?.userErrors, mutation).toEqual([]);
  if (payload?.operation)
    expect(await operationEnd(session, payload.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
  return payload as T;
}

/** The first resource of the cluster with this type. */
function resourceOf({ resources }: View, type: string): string {
  return resources.nodes.find((resource) => resource.type === type)?.id ?? '';
}
