import type { ResourceCreator } from './network.enums.js';
import type { ChargeType } from './node-pool.enums.js';
import type { NodeOrigin } from './node.enums.js';

/** A part of a network, as far as its deletion depends on it. */
interface NetworkPart {
  readonly id: string;
  readonly name: string;
  readonly creator: ResourceCreator;
}

/** A cloud resource of a cluster, as the graph shows it. */
export interface ResourceView {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly creator: ResourceCreator;
  readonly deleteBehavior: 'DELETE' | 'RETAIN';
  /** Whether deleteCluster can retain it. */
  readonly retainable: boolean;
}

/** What a cluster consists of and depends on. */
export interface ClusterParts {
  readonly network: { readonly securityGroupId: string | null } | undefined;
  readonly vpc: NetworkPart | undefined;
  /** Its own and those of its pools. */
  readonly vSwitches: readonly NetworkPart[];
  readonly securityGroups: readonly NetworkPart[];
  readonly resources: readonly { readonly id: string; readonly type: string; readonly name: string }[];
  readonly pools: readonly {
    readonly name: string;
    /** The cloud's id of its scaling group; null while it has none. */
    readonly scalingGroupId: string | null;
  }[];
  readonly nodes: readonly {
    readonly name: string;
    /** The cloud's id of its instance; null while it has none. */
    readonly instanceId: string | null;
    /** 0 of a virtual node, which is no instance. */
    readonly vcpus: number;
    readonly chargeType: ChargeType;
    readonly origin: NodeOrigin;
  }[];
  /** What objects inside the cluster have of the cloud. */
  readonly claims: readonly {
    readonly id: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  }[];
  /** How many clusters are in the VPC. */
  readonly clustersInVpc: number;
}

/**
 * Every resource of a cluster with what becomes of it when the cluster is deleted: what the platform made for it goes,
 * what the account made stays. A default VPC stays while another cluster is in it; instances of the account's own and
 * subscriptions, which cannot be released, stay, too. Load balancers and disks of objects inside the cluster go with those
 * objects; a load balancer that a Service only reuses was there before.
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
