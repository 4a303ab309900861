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
export type ClusterCapability = 'GPU' | 'SANDBOX' | 'CONFIDENTIAL';

/** What runs the containers of a node pool (runtime of the ACK API). */
export type ContainerRuntime = 'CONTAINERD' | 'DOCKER' | 'SANDBOXED_CONTAINER_RUNV';

/** What connects the pods of a cluster. */
export type NetworkPlugin = 'FLANNEL' | 'TERWAY';

/** What gives the pods of a cluster their volumes. */
export type StoragePlugin = 'CSI' | 'FLEXVOLUME';

/** Who runs the control plane of a cluster. */
export type ControlPlaneOwner = 'PLATFORM' | 'ACCOUNT' | 'EXTERNAL';
