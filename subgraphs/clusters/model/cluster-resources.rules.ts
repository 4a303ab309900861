import type { ResourceCreator } from './network.enums.js';
import type { ChargeType } from './node-pool.enums.js';
import type { NodeOrigin } from './node.enums.js';

/** The fields of a network resource that decide whether it is deleted with the cluster. */
interface NetworkPart {
  readonly id: string;
  readonly name: string;
  readonly creator: ResourceCreator;
}

/** A cloud resource of a cluster, as the graph returns it. */
export interface ResourceView {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly creator: ResourceCreator;
  readonly deleteBehavior: 'DELETE' | 'RETAIN';
  /** Whether deleteCluster can retain it. */
  readonly retainable: boolean;
}

/** The resources that a cluster consists of and depends on. */
export interface ClusterParts {
  readonly network: { readonly securityGroupId: string | null } | undefined;
  readonly vpc: NetworkPart | undefined;
  /** vSwitches of the cluster and of its pools. */
  readonly vSwitches: readonly NetworkPart[];
  readonly securityGroups: readonly NetworkPart[];
  readonly resources: readonly { readonly id: string; readonly type: string; readonly name: string }[];
  readonly pools: readonly {
    readonly name: string;
    /** Id of the scaling group at the cloud provider; null while it has none. */
    readonly scalingGroupId: string | null;
  }[];
  readonly nodes: readonly {
    readonly name: string;
    /** Id of the instance at the cloud provider; null while it has none. */
    readonly instanceId: string | null;
    /** 0 for a virtual node, which has no instance. */
    readonly vcpus: number;
    readonly chargeType: ChargeType;
    readonly origin: NodeOrigin;
  }[];
  /** Cloud resources that belong to Kubernetes objects of the cluster. */
  readonly claims: readonly {
    readonly id: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  }[];
  /** Number of clusters in the VPC. */
  readonly clustersInVpc: number;
}

/**
 * Lists every resource of a cluster with its delete behavior. Resources that the platform created for the cluster are
 * deleted; resources that the account created are retained. Also retained: the default VPC while another cluster uses
 * it, instances that the account attached, and subscription instances, which cannot be released. Load balancers and
 * disks of Kubernetes objects are deleted with these objects, except a load balancer that a Service only reuses.
 */
export function resourcesOf(parts: ClusterParts): ResourceView[] {
  const shared = parts.clustersInVpc > 1;
  return [
    ...(parts.vpc ? [networkResource(parts.vpc, 'VPC', shared)] : []),
    ...parts.vSwitches.map((vSwitch) => networkResource(vSwitch, 'VSWITCH', shared)),
    ...parts.securityGroups.map((group) =>
      networkResource(group, 'SECURITY_GROUP', group.id !== parts.network?.securityGroupId),
    ),
    ...parts.resources.map(({ id, type, name }) => ({ ...ours(id, type, name), retainable: true })),
    ...parts.pools.flatMap(({ scalingGroupId, name }) =>
      scalingGroupId === null ? [] : [ours(scalingGroupId, 'SCALING_GROUP', name)],
    ),
    ...parts.nodes.flatMap(instance),
    ...parts.claims.map(claimed),
  ];
}

function ours(id: string, type: string, name: string): ResourceView {
  return { id, type, name, creator: 'PLATFORM', deleteBehavior: 'DELETE', retainable: false };
}

function claimed({ id, kind, namespace, name }: ClusterParts['claims'][number]): ResourceView {
  const resource = ours(id, kind === 'DISK' ? 'DISK' : 'LOAD_BALANCER', `${namespace}/${name}`);
  return kind === 'REUSED_LOAD_BALANCER'
    ? { ...resource, creator: 'USER', deleteBehavior: 'RETAIN' }
    : resource;
}

function networkResource({ id, name, creator }: NetworkPart, type: string, shared: boolean): ResourceView {
  const platform = creator === 'PLATFORM';
  return {
    id,
    type,
    name,
    creator: platform ? 'PLATFORM' : 'USER',
    deleteBehavior: platform && !shared ? 'DELETE' : 'RETAIN',
    retainable: true,
  };
}

function instance({
  instanceId,
  vcpus,
  name,
  chargeType,
  origin,
}: ClusterParts['nodes'][number]): ResourceView[] {
  if (instanceId === null || vcpus === 0) return [];
  const attached = origin === 'ATTACHED';
  return [
    {
      id: instanceId,
      type: 'INSTANCE',
      name,
      creator: attached ? 'USER' : 'PLATFORM',
      deleteBehavior: attached || chargeType === 'PREPAID' ? 'RETAIN' : 'DELETE',
      retainable: false,
    },
  ];
}
