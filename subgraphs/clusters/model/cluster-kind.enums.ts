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

/** What the instances of a cluster can do. */
export const CLUSTER_CAPABILITIES = ['GPU', 'SANDBOX', 'CONFIDENTIAL'] as const;

export type ClusterCapability = (typeof CLUSTER_CAPABILITIES)[number];

/** What runs the containers of a node pool (runtime of the ACK API). */
export const CONTAINER_RUNTIMES = ['CONTAINERD', 'DOCKER', 'SANDBOXED_CONTAINER_RUNV'] as const;

export type ContainerRuntime = (typeof CONTAINER_RUNTIMES)[number];

/** What connects the pods of a cluster. */
export const NETWORK_PLUGINS = ['FLANNEL', 'TERWAY'] as const;

export type NetworkPlugin = (typeof NETWORK_PLUGINS)[number];

/** What gives the pods of a cluster their volumes. */
export const STORAGE_PLUGINS = ['CSI', 'FLEXVOLUME'] as const;

export type StoragePlugin = (typeof STORAGE_PLUGINS)[number];

/** Who runs the control plane of a cluster. */
export type ControlPlaneOwner = 'PLATFORM' | 'ACCOUNT' | 'EXTERNAL';
