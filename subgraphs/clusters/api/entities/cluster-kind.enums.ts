import type * as model from '../../model/cluster-kind.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ClusterKindName = graphEnum<model.ClusterKindName>(
  'ClusterKindName',
  'The nine kinds of cluster. The kind is derived from type, profile, spec and capability.',
  {
    PRO: 'Managed, Pro edition.',
    STANDARD: 'Managed, standard edition.',
    DEDICATED: 'Three masters and the workers are instances of the account.',
    HETEROGENEOUS: 'Instances with GPUs or NPUs, besides instances without.',
    SANDBOX: 'Pods run in lightweight virtual machines with their own kernel, on bare-metal instances.',
    CONFIDENTIAL: 'Instances with Intel SGX, whose encrypted memory even their administrator cannot read.',
    EDGE: 'Instances outside the region, which can lose the connection to it.',
    SERVERLESS: 'No instances: pods run on container instances.',
    REGISTERED: 'A cluster that was created outside the platform and registered here.',
  },
);

export type ClusterKindName = model.ClusterKindName;

export const ClusterCapability = graphEnum<model.ClusterCapability>(
  'ClusterCapability',
  'Capability of the instances of a cluster.',
  {
    GPU: 'GPUs or NPUs: a heterogeneous cluster.',
    SANDBOX: 'Pods in lightweight virtual machines: a sandbox cluster.',
    CONFIDENTIAL: 'Encrypted memory with Intel SGX: a confidential cluster.',
  },
);

export type ClusterCapability = model.ClusterCapability;

export const ContainerRuntime = graphEnum<model.ContainerRuntime>(
  'ContainerRuntime',
  'Container runtime of a node pool (runtime of the ACK API).',
  {
    CONTAINERD: 'containerd.',
    DOCKER: 'Docker; Kubernetes 1.24 and later does not work with it.',
    SANDBOXED_CONTAINER_RUNV:
      'Sandboxed-Container.runv: pods that choose the runtime class `runv` get a light virtual machine each.',
  },
);

export type ContainerRuntime = model.ContainerRuntime;

export const NetworkPlugin = graphEnum<model.NetworkPlugin>('NetworkPlugin', 'Network plugin of a cluster.', {
  FLANNEL: 'Flannel: each node has a network of its own for its pods.',
  TERWAY: 'Terway: pods have addresses of the VPC.',
});

export type NetworkPlugin = model.NetworkPlugin;

export const StoragePlugin = graphEnum<model.StoragePlugin>(
  'StoragePlugin',
  'Plugin that provides the volumes of the pods of a cluster.',
  {
    CSI: 'Container Storage Interface.',
    FLEXVOLUME: 'FlexVolume, the older one.',
  },
);

export type StoragePlugin = model.StoragePlugin;

export const AuthenticationMode = graphEnum<model.AuthenticationMode>(
  'AuthenticationMode',
  'Whose users the API server of a cluster authenticates.',
  {
    PLATFORM: 'Principals of the account, by kubeconfigs of the platform, and users of Kubernetes.',
    KUBERNETES:
      'Users of Kubernetes only, such as its service accounts: the API server rejects the kubeconfigs of the platform.',
  },
);

export type AuthenticationMode = model.AuthenticationMode;

export const ControlPlaneOwner = graphEnum<model.ControlPlaneOwner>(
  'ControlPlaneOwner',
  'Owner of the control plane of a cluster.',
  {
    PLATFORM: 'The platform.',
    ACCOUNT: 'The account, on its own masters.',
    EXTERNAL: 'The owner outside the platform that created the cluster.',
  },
);

export type ControlPlaneOwner = model.ControlPlaneOwner;
