export type ClusterType = 'MANAGED_KUBERNETES' | 'KUBERNETES' | 'EXTERNAL_KUBERNETES';

/** What a managed cluster is made for. */
export type ClusterProfile = 'DEFAULT' | 'EDGE' | 'SERVERLESS';

/** Edition of a managed cluster (cluster_spec of the ACK API). */
export type ClusterSpec = 'STANDARD' | 'PRO';

/** State of a cluster, by the names of the ACK API. */
export type ClusterState =
  | 'INITIAL'
  | 'FAILED'
  | 'RUNNING'
  | 'UPDATING'
  | 'UPGRADING'
  | 'SCALING'
  | 'REMOVING'
  | 'DRAINING'
  | 'WAITING'
  | 'DISCONNECTED'
  | 'INACTIVE'
  | 'UNAVAILABLE'
  | 'DELETING'
  | 'DELETED'
  | 'DELETE_FAILED';
