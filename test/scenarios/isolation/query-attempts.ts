import type { Attempt } from './attempt.js';
import type { AccountResources } from './account-resources.js';

/** A day around now, which includes the usage of the account. */
const day = () => ({
  from: new Date(Date.now() - 43_200_000).toISOString(),
  to: new Date(Date.now() + 43_200_000).toISOString(),
});

/** A resource of each type that Query.node finds. */
export const RESOURCES = [
  'cluster',
  'clusterCheck',
  'component',
  'node',
  'nodePool',
  'operation',
  'permission',
  'principal',
  'quota',
  'quotaApplication',
  'role',
  'securityGroup',
  'supportTicket',
  'vSwitch',
  'vpc',
  'workload',
] as const satisfies readonly (keyof AccountResources)[];

export const queryAttempts: readonly Attempt[] = [
  {
    field: 'billingReport',
    with: (_, { cluster }) => ({ clusterId: cluster, ...day() }),
    selection: 'lines { item }',
  },
  { field: 'cluster', with: (_, { cluster }) => ({ id: cluster }) },
  { field: 'clusterCheck', with: (_, { clusterCheck }) => ({ id: clusterCheck }) },
  { field: 'clusters', with: (_, { cluster }) => ({ filter: { ids: [cluster] } }) },
  { field: 'component', with: (_, { component }) => ({ id: component }) },
  { field: 'events', with: (_, { cluster }) => ({ filter: { clusterId: cluster } }) },
  { field: 'events', with: (_, { operation }) => ({ filter: { operationId: operation } }) },
  { field: 'instances', with: (_, { instance }) => ({ filter: { ids: [instance] } }) },
  ...RESOURCES.map((name): Attempt => ({
    field: 'node',
    with: (_, theirs) => ({ id: theirs[name] }),
    selection: 'id',
  })),
  { field: 'nodePool', with: (_, { nodePool }) => ({ id: nodePool }) },
  { field: 'nodes', with: (_, { node }) => ({ ids: [node] }), selection: 'id' },
  { field: 'operation', with: (_, { operation }) => ({ id: operation }) },
  { field: 'operations', with: (_, { cluster }) => ({ filter: { clusterId: cluster } }) },
  { field: 'operations', with: (_, { cluster }) => ({ filter: { targetId: cluster } }) },
  { field: 'permissions', with: (_, { cluster }) => ({ filter: { clusterId: cluster } }) },
  { field: 'permissions', with: (_, { principal }) => ({ filter: { principalId: principal } }) },
  { field: 'permissions', with: (_, { role }) => ({ filter: { roleId: role } }) },
  { field: 'whoCan', with: (_, { cluster }) => ({ verb: 'clusters.read', on: cluster }) },
  {
    field: 'explainAccess',
    with: (my, { principal }) => ({ principalId: principal, verb: 'clusters.read', on: my.cluster }),
  },
  {
    field: 'explainAccess',
    with: (my, { cluster }) => ({ principalId: my.principal, verb: 'clusters.read', on: cluster }),
  },
  { field: 'quota', with: (_, { quota }) => ({ id: quota }) },
  { field: 'quotaApplication', with: (_, { quotaApplication }) => ({ id: quotaApplication }) },
  { field: 'quotaApplications', with: (_, { quota }) => ({ filter: { quotaId: quota } }) },
  { field: 'quotas', with: (_, { cluster }) => ({ filter: { clusterId: cluster } }) },
  { field: 'supportTicket', with: (_, { supportTicket }) => ({ id: supportTicket }) },
  { field: 'vpc', with: (_, { vpc }) => ({ id: vpc }) },
  { field: 'workload', with: (_, { workload }) => ({ id: workload }) },
  { field: 'workloads', with: (_, { cluster }) => ({ filter: { clusterId: cluster } }) },
];
