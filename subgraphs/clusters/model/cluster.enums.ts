export const CLUSTER_TYPES = ['MANAGED_KUBERNETES', 'KUBERNETES', 'EXTERNAL_KUBERNETES'] as const;

export type ClusterType = (typeof CLUSTER_TYPES)[number];

/** Profiles of a managed cluster. */
export const CLUSTER_PROFILES = ['DEFAULT', 'EDGE', 'SERVERLESS'] as const;

export type ClusterProfile = (typeof CLUSTER_PROFILES)[number];

/** Edition of a managed cluster (cluster_spec of the ACK API). */
export const CLUSTER_SPECS = ['STANDARD', 'PRO'] as const;

export type ClusterSpec = (typeof CLUSTER_SPECS)[number];

/** States of a cluster, named as in the ACK API. */
export const CLUSTER_STATES = [
  'INITIAL',
  'FAILED',
  'RUNNING',
  'UPDATING',
  'UPGRADING',
  'SCALING',
  'REMOVING',
  'DRAINING',
  'WAITING',
  'DISCONNECTED',
  'INACTIVE',
  'UNAVAILABLE',
  'DELETING',
  'DELETED',
  'DELETE_FAILED',
] as const;

export type ClusterState = (typeof CLUSTER_STATES)[number];
