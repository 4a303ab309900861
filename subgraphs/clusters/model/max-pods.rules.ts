import type { NetworkPlugin } from './cluster-kind.enums.js';

/** Maximum number of pods of a node with Flannel; cannot be raised. */
export const MOST_FLANNEL_PODS = 256;
const BITS = 32;

export interface PodNetwork {
  readonly plugin: NetworkPlugin;
  /** Prefix length of a node's part of the pod CIDR. */
  readonly nodeCidrMask: number | null;
}

export interface Interfaces {
  /** Elastic network interfaces, the primary one included. */
  readonly enis: number;
  /** Private IPv4 addresses of each. */
  readonly ipsPerEni: number;
}

/**
 * The maximum number of pods of a node. With Flannel as many as its part of the pod CIDR has addresses, and never
 * more than 256. With Terway as many as the instance's secondary network interfaces have addresses.
 */
export function maxPods({ plugin, nodeCidrMask }: PodNetwork, { enis, ipsPerEni }: Interfaces): number {
  if (plugin === 'TERWAY') return Math.max(0, enis - 1) * ipsPerEni;
  return nodeCidrMask === null ? MOST_FLANNEL_PODS : Math.min(MOST_FLANNEL_PODS, 2 ** (BITS - nodeCidrMask));
}

/** Amounts of a network's quotas. */
export interface NetworkUsage {
  /** Routes of the VPC's route table. */
  readonly routes: number;
  /** Private addresses of the VPC. */
  readonly addresses: number;
  /** Secondary network interfaces. */
  readonly enis: number;
}

export const NO_NETWORK_USAGE: NetworkUsage = { routes: 0, addresses: 0, enis: 0 };

/** What the nodes of a cluster hold: of its network, and addresses by the security group that they are in. */
export interface NodesNetworkUsage extends NetworkUsage {
  readonly groups: Readonly<Record<string, number>>;
}

/** What nodes of one security group take. */
export function inGroup(use: NetworkUsage, securityGroupId: string): NodesNetworkUsage {
  return { ...use, groups: { [securityGroupId]: use.addresses } };
}

/**
 * What a node takes of the network: with Flannel a route to its pods and one address; with Terway its address, the
 * secondary interfaces, and the addresses that it can allocate to pods.
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

/** Nodes that a pod CIDR has parts for; null: no limit. */
export function nodeCapacity(podCidrPrefix: number | null, nodeCidrMask: number | null): number | null {
  return podCidrPrefix === null || nodeCidrMask === null ? null : 2 ** (nodeCidrMask - podCidrPrefix);
}
