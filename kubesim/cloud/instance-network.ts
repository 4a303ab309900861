import type { InstanceType } from '../catalog.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { partOf, type VSwitch } from './address-book.js';
import type { InstanceFailure, InstanceRecord } from './records.js';

/** How a cluster is connected. */
export interface NetworkRecord {
  readonly plugin: 'FLANNEL' | 'TERWAY';
  /** Addresses of pods, and the prefix length of a node's part; only with Flannel. */
  readonly podCidr?: string | undefined;
  readonly nodeCidrMask?: number | undefined;
  readonly serviceCidr: string;
  readonly vSwitches: readonly VSwitch[];
}

/** What an instance has of its cluster's network. */
export interface Seat {
  readonly vSwitchId?: string;
  readonly address?: string;
  /** The node's part of the pod CIDR. */
  readonly podCidr?: string;
  /** Pods that its kubelet takes at the most. */
  readonly maxPods?: number;
}

const MOST_PODS = 256;

/** The zones in which the cluster still has an address for a machine; all where it has no vSwitches on record. */
export function zonesWithAddress(
  cloud: Cloud,
  { record }: CloudCluster,
  zoneIds: readonly string[],
): string[] {
  const { network } = record;
  if (!network) return [...zoneIds];
  return zoneIds.filter((zone) => {
    const mine = network.vSwitches.filter(({ zoneId }) => zoneId === zone);
    return mine.length === 0 || mine.some((vSwitch) => cloud.addresses.free(vSwitch) > 0);
  });
}

/** Takes an address, and a part of the pod CIDR, for an instance; or says which of them there is no more of. */
export function takeSeat(
  cloud: Cloud,
  cluster: CloudCluster,
  { zoneId, type }: { readonly zoneId: string; readonly type: InstanceType | undefined },
): { readonly seat: Seat } | { readonly failure: InstanceFailure } {
  const { network, id } = cluster.record;
  if (!network) return { seat: {} };
  const podCidr = freePart(cluster, network);
  if (podCidr === null)
    return { failure: none(`the pod CIDR ${network.podCidr ?? ''} has no part left for a node`) };
  const mine = network.vSwitches.filter((vSwitch) => vSwitch.zoneId === zoneId);
  const vSwitch = mine.find((one) => cloud.addresses.free(one) > 0);
  const address = vSwitch && cloud.addresses.take(vSwitch, id);
  if (mine.length > 0 && address === undefined)
    return { failure: none(`the vSwitches in ${zoneId} have no free address`) };
  const maxPods = podsOf(network, type);
  return {
    seat: {
      maxPods,
      ...(podCidr !== undefined && { podCidr }),
      ...(vSwitch && address !== undefined && { vSwitchId: vSwitch.id, address }),
    },
  };
}

/** The failure of an instance that gets no address in any zone. */
export function noAddress(): InstanceFailure {
  return none('the vSwitches of the cluster have no free address');
}

/** The first part of the pod CIDR that no node has; null: none is left, undefined: nodes have none. */
function freePart({ instances }: CloudCluster, { podCidr, nodeCidrMask }: NetworkRecord) {
  if (podCidr === undefined || nodeCidrMask === undefined) return undefined;
  const taken = new Set([...instances.values()].map((instance) => instance.podCidr));
  for (let number = 0; ; number += 1) {
    const part = partOf(podCidr, nodeCidrMask, number);
    if (part === undefined) return null;
    if (!taken.has(part)) return part;
  }
}

/** What the kubelet is configured with: the network interfaces' addresses with Terway, those of its part with Flannel. */
function podsOf({ plugin, nodeCidrMask }: NetworkRecord, type: InstanceType | undefined): number {
  if (plugin === 'TERWAY') return Math.max(0, (type?.enis ?? 0) - 1) * (type?.ipsPerEni ?? 0);
  return nodeCidrMask === undefined ? MOST_PODS : Math.min(MOST_PODS, 2 ** (32 - nodeCidrMask));
}

function none(why: string): InstanceFailure {
  return { code: 'IP_NOT_AVAILABLE', message: `No address: ${why}.` };
}

/** Where the pods of a cluster get their addresses from its vSwitches. */
export interface VpcAddresses {
  /** A free address for a pod on the node; undefined when its vSwitch has none. */
  take(nodeName: string): string | undefined;
  /** Notes an address that a pod has from before. */
  keep(nodeName: string, address: string): void;
  release(address: string): void;
}

/** The addresses of a Terway cluster's pods; undefined with Flannel, whose pods have a range of their own. */
export function vpcAddresses(cloud: Cloud, clusterId: string): VpcAddresses | undefined {
  const cluster = () => cloud.clusters.get(clusterId);
  const network = () => cluster()?.record.network;
  const instanceOf = (name: string): InstanceRecord | undefined =>
    [...(cluster()?.instances.values() ?? [])].find((instance) => instance.name === name);
  const vSwitchOf = (name: string) => {
    const id = instanceOf(name)?.vSwitchId;
    return network()?.vSwitches.find((vSwitch) => vSwitch.id === id);
  };
  return {
    take(nodeName) {
      const vSwitch = vSwitchOf(nodeName);
      return vSwitch && cloud.addresses.take(vSwitch, clusterId);
    },
    keep(nodeName, address) {
      const vSwitch = vSwitchOf(nodeName);
      if (vSwitch) cloud.addresses.keep(vSwitch.id, address, clusterId);
    },
    release(address) {
      for (const { id } of network()?.vSwitches ?? []) cloud.addresses.release(id, address);
    },
  };
}
