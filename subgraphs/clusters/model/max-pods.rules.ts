import type { NetworkPlugin } from './cluster-kind.enums.js';

/** Maximum number of pods per node with Flannel; cannot be raised. */
export const MOST_FLANNEL_PODS = 256;
const BITS = 32;

export interface PodNetwork {
  readonly plugin: NetworkPlugin;
  /** Prefix length of a node's block of the pod CIDR. */
  readonly nodeCidrMask: number | null;
}

export interface Interfaces {
  /** Elastic network interfaces, the primary one included. */
  readonly enis: number;
  /** Private IPv4 addresses per interface. */
  readonly ipsPerEni: number;
}

/**
 * The maximum number of pods per node. Flannel: the number of addresses in the node's block of the pod CIDR, at most
 * 256. Terway: the number of addresses of the instance's secondary network interfaces.
 */
export function maxPods({ plugin, nodeCidrMask }: PodNetwork, { enis, ipsPerEni }: Interfaces): number {
  if (plugin === 'TERWAY') return Math.max(0, enis - 1) * ipsPerEni;
  return nodeCidrMask === null ? MOST_FLANNEL_PODS : Math.min(MOST_FLANNEL_PODS, 2 ** (BITS - nodeCidrMask));
}

/** Usage of the network quotas. */
export interface NetworkUsage {
  /** Routes of the VPC's route table. */
  readonly routes: number;
  /** Private addresses of the VPC. */
  readonly addresses: number;
  /** Secondary network interfaces. */
  readonly enis: number;
}

export const NO_NETWORK_USAGE: NetworkUsage = { routes: 0, addresses: 0, enis: 0 };

/** Usage of the network quotas by nodes, with the addresses by security group. */
export interface NodesNetworkUsage extends NetworkUsage {
  readonly groups: Readonly<Record<string, number>>;
}

/** Assigns the usage to the nodes' security group. */
export function inGroup(use: NetworkUsage, securityGroupId: string): NodesNetworkUsage {
  return { ...use, groups: { [securityGroupId]: use.addresses } };
}

/**
 * Network usage of a node. Flannel: one route to its pods and one address. Terway: its own address, the secondary
 * interfaces, and the addresses that they can allocate to pods.
 */
export function nodeNetworkUsage(network: PodNetwork, type: Interfaces): NetworkUsage {
  if (network.plugin !== 'TERWAY') return { routes: 1, addresses: 1, enis: 0 };
  return { routes: 0, addresses: 1 + maxPods(network, type), enis: Math.max(0, type.enis - 1) };
}

export function multiplyUsage(use: NetworkUsage, count: number): NetworkUsage {
  return { routes: use.routes * count, addresses: use.addresses * count, enis: use.enis * count };
}

export function addUsage(a: NodesNetworkUsage, b: NodesNetworkUsage): NodesNetworkUsage {
  const groups = { ...a.groups };
  for (const [id, addresses] of Object.entries(b.groups)) groups[id] = (groups[id] ?? 0) + addresses;
  return { routes: a.routes + b.routes, addresses: a.addresses + b.addresses, enis: a.enis + b.enis, groups };
}

/** The number of node blocks in a pod CIDR; null: no limit. */
export function nodeCapacity(podCidrPrefix: number | null, nodeCidrMask: number | null): number | null {
  return podCidrPrefix === null || nodeCidrMask === null ? null : 2 ** (nodeCidrMask - podCidrPrefix);
}
