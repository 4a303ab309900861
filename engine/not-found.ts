import { type Problem, throwProblem } from '../kernel/result.js';

/** Kinds of objects with an id: their name in messages, and the field that lists those of the account. */
const KINDS = {
  ACCESS_REQUEST: ['request for access', 'Query.accessRequests'],
  CLUSTER: ['cluster', 'Query.clusters'],
  COMPONENT: ['component', 'Cluster.components'],
  EIP: ['public address (EIP)', 'Query.retainedResources'],
  INSTANCE: ['unattached instance', 'Query.instances'],
  LOAD_BALANCER: ['load balancer', 'Query.retainedResources'],
  NODE: ['node', 'Cluster.nodes'],
  NODE_POOL: ['node pool', 'Cluster.nodePools'],
  OPERATION: ['operation', 'Query.operations'],
  PERMISSION: ['permission', 'Query.permissions'],
  QUOTA: ['quota', 'Query.quotas'],
  ROLE: ['role', 'Query.roles'],
  SECURITY_GROUP: ['security group', 'Vpc.securityGroups'],
  SERVICE_ACCOUNT: ['service account', 'Query.serviceAccounts'],
  SERVICE_ACCOUNT_KEY: ['key of a service account', 'Query.serviceAccounts'],
  SUPPORT_TICKET: ['support ticket', 'Cluster.supportTickets'],
  VPC: ['VPC', 'Query.vpcs'],
  VSWITCH: ['vSwitch', 'Vpc.vSwitches'],
  WORKLOAD: ['workload', 'Query.workloads'],
} as const;

/** Characters of an unknown id that a message repeats; ids of quotas and workloads, the longest, are about 100. */
const MAX_SHOWN = 120;

export type ResourceKind = keyof typeof KINDS;

/**
 * `NOT_FOUND`: the account has no object of this kind and id. An object of another account gives the same problem, so
 * that an error does not disclose which ids exist.
 */
export function notFound(kind: ResourceKind, id: string, path?: readonly string[]): Problem {
  const [name, list] = KINDS[kind];
  const message = `The account has no ${name} ${truncated(id)}. ${list} lists them.`;
  return { code: 'NOT_FOUND', message, ...(path && { path }) };
}

/** Throws `NOT_FOUND`: the account has no object of this kind and id. */
export function throwNotFound(kind: ResourceKind, id: string, path: readonly string[]): never {
  const { code, message } = notFound(kind, id);
  return throwProblem(code, message, { path });
}

/** The kind as messages name it, e.g. `security group`. */
export function nameOfKind(kind: ResourceKind): string {
  return KINDS[kind][0];
}

/** The fields that messages refer to, as coordinates of the schema. */
export const listsOfKinds: readonly string[] = Object.values(KINDS).map(([, list]) => list);

function truncated(id: string): string {
  return id.length > MAX_SHOWN ? `${id.slice(0, MAX_SHOWN)}…` : id;
}
