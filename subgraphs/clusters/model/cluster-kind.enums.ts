export type ClusterKindName =
  | 'PRO'
  | 'STANDARD'
  | 'DEDICATED'
  | 'HETEROGENEOUS'
  | 'SANDBOX'
  | 'CONFIDENTIAL'
  | 'EDGE'
  | 'SERVERLESS'
  | 'REGISTERED';

/** Special capabilities of a cluster's instances. */
export const CLUSTER_CAPABILITIES = ['GPU', 'SANDBOX', 'CONFIDENTIAL'] as const;

export type ClusterCapability = (typeof CLUSTER_CAPABILITIES)[number];

/** Container runtimes of a node pool (runtime of the ACK API). */
export const CONTAINER_RUNTIMES = ['CONTAINERD', 'DOCKER', 'SANDBOXED_CONTAINER_RUNV'] as const;

export type ContainerRuntime = (typeof CONTAINER_RUNTIMES)[number];

/** Network plugins (CNI) of a cluster. */
export const NETWORK_PLUGINS = ['FLANNEL', 'TERWAY'] as const;

export type NetworkPlugin = (typeof NETWORK_PLUGINS)[number];

/** Storage plugins of a cluster. */
export const STORAGE_PLUGINS = ['CSI', 'FLEXVOLUME'] as const;

export type StoragePlugin = (typeof STORAGE_PLUGINS)[number];

/** Whose users the API server of a cluster authenticates: also those of the platform, or only those of Kubernetes. */
export const AUTHENTICATION_MODES = ['PLATFORM', 'KUBERNETES'] as const;

export type AuthenticationMode = (typeof AUTHENTICATION_MODES)[number];

/** The party that runs the control plane of a cluster. */
export type ControlPlaneOwner = 'PLATFORM' | 'ACCOUNT' | 'EXTERNAL';
