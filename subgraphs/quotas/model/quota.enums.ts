/** Kinds of objects to each of which the limit of a quota applies. */
export const QUOTA_SCOPES = [
  'ACCOUNT',
  'CLUSTER',
  'NODE_POOL',
  'NODE',
  'INSTANCE',
  'LOAD_BALANCER',
  'VPC',
  'ROUTE_TABLE',
  'SECURITY_GROUP',
] as const;

export type QuotaScope = (typeof QUOTA_SCOPES)[number];

/** State of a request for a higher limit. */
export const QUOTA_APPLICATION_STATES = ['PENDING', 'APPROVED', 'REJECTED'] as const;

export type QuotaApplicationState = (typeof QUOTA_APPLICATION_STATES)[number];
