import type { InstanceType } from '../catalog.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { type VSwitch } from '../ip-address-allocator.js';
import { subnetAt, subnetCount } from '../cidr.js';
import type { InstanceFailure, NetworkRecord } from './records.js';

/** Address and pod CIDR of an instance. */
export interface NetworkAllocation {
  readonly vSwitchId?: string;
  readonly vSwitchCidr?: string;
  readonly address?: string;
  /** Pod CIDR of the node. */
  readonly podCidr?: string;
  /** Maximum number of pods of the kubelet. */
  readonly maxPods?: number;
}

/** VSwitches of an instance; default those of its cluster. */
export interface AddressInput {
  readonly vSwitches?: readonly VSwitch[] | undefined;
}

const MAX_PODS = 256;

function vSwitchesIn(zoneId: string, network: NetworkRecord, input: AddressInput): VSwitch[] {
  return (input.vSwitches ?? network.vSwitches).filter((vSwitch) => vSwitch.zoneId === zoneId);
}

/** The zones with a free address for an instance; all if the cluster has no stored network. */
export function zonesWithAddress(
  cloud: Cloud,
  { record: { network } }: CloudCluster,
  input: AddressInput & { readonly zoneIds: readonly string[] },
): string[] {
  if (!network) return [...input.zoneIds];
  return input.zoneIds.filter((zone) =>
    vSwitchesIn(zone, network, input).some((vSwitch) => cloud.addresses.free(vSwitch) > 0),
  );
}

/** Allocates an address and a pod CIDR for an instance, or returns the failure. */
export function allocateNetwork(
  cloud: Cloud,
  cluster: CloudCluster,
  input: AddressInput & { readonly zoneId: string; readonly type: InstanceType | undefined },
): { readonly network: NetworkAllocation } | { readonly failure: InstanceFailure } {
  const { network, id } = cluster.record;
  if (!network) return { network: {} };
  const podCidr = freeNodeCidr(cluster, network);
  if (podCidr === null)
    return {
      failure: noAddressFailure(`the pod CIDR ${network.podCidr ?? ''} has no free range for a node`),
    };
  const vSwitch = vSwitchesIn(input.zoneId, network, input).find(
    (candidate) => cloud.addresses.free(candidate) > 0,
  );
  const address = vSwitch && cloud.addresses.take(vSwitch, id);
  if (!vSwitch || address === undefined) return { failure: noAddress(network, input, [input.zoneId]) };
  return {
    network: {
      maxPods: podsOf(network, input.type),
      ...(podCidr !== undefined && { podCidr }),
      vSwitchId: vSwitch.id,
      ...(input.vSwitches && { vSwitchCidr: vSwitch.cidr }),
      address,
    },
  };
}

/** The failure of an instance without a free address in any of the zones. */
export function noAddress(
  network: NetworkRecord | undefined,
  input: AddressInput,
  zoneIds: readonly string[],
): InstanceFailure {
  const full = (input.vSwitches ?? network?.vSwitches ?? []).filter(({ zoneId }) => zoneIds.includes(zoneId));
  const zones = zoneIds.join(', ');
  if (full.length === 0) return noAddressFailure(`no vSwitch in ${zones}`);
  const names = full.map(({ id, cidr }) => `${id} (${cidr})`).join(', ');
  return noAddressFailure(`${names} in ${zones} has no free address`);
}

/**
 * A free node range of the pod CIDR; null if none is left, undefined if nodes have none. The search starts at the number
 * of allocated ranges, where the next one is free as long as no node was removed.
 */
function freeNodeCidr({ instances }: CloudCluster, { podCidr, nodeCidrMask }: NetworkRecord) {
  if (podCidr === undefined || nodeCidrMask === undefined) return undefined;
  const usedCidrs = new Set([...instances.values()].map((instance) => instance.podCidr));
  const parts = subnetCount(podCidr, nodeCidrMask);
  for (let tried = 0; tried < parts; tried += 1) {
    const part = subnetAt(podCidr, nodeCidrMask, (usedCidrs.size + tried) % parts);
    if (part !== undefined && !usedCidrs.has(part)) return part;
  }
  return null;
}

/** Pod limit of the kubelet: addresses of the network interfaces with Terway, of the node's range with Flannel. */
function podsOf({ plugin, nodeCidrMask }: NetworkRecord, type: InstanceType | undefined): number {
  if (plugin === 'TERWAY') return Math.max(0, (type?.enis ?? 0) - 1) * (type?.ipsPerEni ?? 0);
  return nodeCidrMask === undefined ? MAX_PODS : Math.min(MAX_PODS, 2 ** (32 - nodeCidrMask));
}

function noAddressFailure(why: string): InstanceFailure {
  return { code: 'IP_NOT_AVAILABLE', message: `No address: ${why}.` };
}
