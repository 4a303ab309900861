import { isRead, type Verb, verbs } from './verb.js';

/** A role: a name for verbs. */
export interface Role {
  readonly name: string;
  readonly description: string;
  readonly verbs: readonly Verb[];
}

/** Kinds that say who may do what, and who did. */
const ACCESS_KINDS = [
  'accessRequests',
  'auditEvents',
  'permissions',
  'roles',
  'serviceAccountKeys',
  'serviceAccounts',
];
/** Verbs of the platform's operator, for all accounts. */
const OPERATOR: readonly Verb[] = ['kubernetesVersions.publish', 'quotas.approve'];
const kindOf = (verb: Verb) => verb.slice(0, verb.indexOf('.'));
const isAccess = (verb: Verb) => ACCESS_KINDS.includes(kindOf(verb));

/** Reads that show no secret, no cost and no permission. */
const reads = verbs.filter(
  (verb) => isRead(verb) && !isAccess(verb) && verb !== 'secrets.read' && verb !== 'billingReports.read',
);

/** What a developer reads: everything about clusters, and no network of the account. */
const developerReads: readonly Verb[] = [
  'clusterChecks.read',
  'clusters.read',
  'components.read',
  'events.read',
  'metrics.read',
  'nodePools.read',
  'nodes.read',
  'operations.read',
  'pods.read',
  'podLogs.read',
  'workloads.read',
];

/** The roles that every account has. */
export const predefinedRoles: readonly Role[] = [
  {
    name: 'administrator',
    description: 'Everything in its scope, permissions included.',
    verbs,
  },
  {
    name: 'operations',
    description:
      'Everything about clusters, networks and workloads in its scope; no permissions, service accounts and audit.',
    verbs: verbs.filter(
      (verb) => (!isAccess(verb) || verb === 'accessRequests.create') && !OPERATOR.includes(verb),
    ),
  },
  {
    name: 'developer',
    description: 'Reads clusters; changes workloads, reads their secrets and runs commands in their pods.',
    verbs: [
      ...developerReads,
      'accessRequests.create',
      'kubeconfigs.issue',
      'manifests.apply',
      'pods.exec',
      'pods.portForward',
      'secrets.read',
      'secrets.update',
      'workloads.scale',
    ],
  },
  {
    name: 'restricted',
    description: 'Reads clusters and workloads and scales workloads; no secrets, no commands in pods.',
    verbs: ['accessRequests.create', 'clusters.read', 'pods.read', 'workloads.read', 'workloads.scale'],
  },
  {
    name: 'read-only',
    description: 'Reads everything in its scope but secrets, costs, permissions and audit.',
    verbs: [...reads, 'accessRequests.create'],
  },
  {
    name: 'quota-approver',
    description: 'Reads quotas and decides applications for more.',
    verbs: ['quotas.approve', 'quotas.read', 'quotas.request'],
  },
  {
    name: 'cost-reader',
    description: 'Reads what clusters cost.',
    verbs: ['billingReports.read', 'clusters.read'],
  },
  {
    name: 'auditor',
    description: 'Reads the audit log, permissions, roles, service accounts and events.',
    verbs: [
      'accessRequests.read',
      'auditEvents.export',
      'auditEvents.read',
      'events.read',
      'permissions.read',
      'roles.read',
      'serviceAccounts.read',
    ],
  },
];
