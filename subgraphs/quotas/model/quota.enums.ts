/** What the limit of a quota applies to, each by itself. */
export type QuotaScope =
  | 'ACCOUNT'
  | 'CLUSTER'
  | 'NODE_POOL'
  | 'NODE'
  | 'INSTANCE'
  | 'LOAD_BALANCER'
  | 'VPC'
  | 'ROUTE_TABLE'
  | 'SECURITY_GROUP';

/** State of a request for a higher limit. */
export type QuotaApplicationState = 'PENDING' | 'APPROVED' | 'REJECTED';
