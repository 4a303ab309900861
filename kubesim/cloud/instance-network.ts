import type { InstanceType } from '../catalog.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { partOf, partsIn, type VSwitch } from '../ip-address-allocator.js';
import type { InstanceFailure, NetworkRecord } from './records.js';

/** What an instance has of its cluster's network. */
export interface NetworkAllocation {
  readonly vSwitchId?: string;
  readonly vSwitchCidr?: string;
  readonly address?: string;
  /** The node's part of the pod CIDR. */
  readonly podCidr?: string;
  /** Pods that its kubelet takes at the most. */
  readonly maxPods?: number;
}

/** Where an instance is to have its address; in the vSwitches of its cluster if omitted. */
export interface AddressInput {
  readonly vSwitches?: readonly VSwitch[] | undefined;
}

const MOST_PODS = 256;

function vSwitchesIn(zoneId: string, network: NetworkRecord, input: AddressInput): VSwitch[] {
  return (input.vSwitches ?? network.vSwitches).filter((vSwitch) => vSwitch.zoneId === zoneId);
}

/** The zones in which there is an address for a machine; all where its cluster has no network on record. */
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

/** Takes an address, and a part of the pod CIDR, for an instance; or says which of them there is no more of. */
export function allocateNetwork(
  cloud: Cloud,
  cluster: CloudCluster,
  input: AddressInput & { readonly zoneId: string; readonly type: InstanceType | undefined },
): { readonly network: NetworkAllocation } | { readonly failure: InstanceFailure } {
  const { network, id } = cluster.record;
  if (!network) return { network: {} };
  const podCidr = freePart(cluster, network);
  if (podCidr === null)
    return { failure: none(`the pod CIDR ${network.podCidr ?? ''} has no part left for a node`) };
  const vSwitch = vSwitchesIn(input.zoneId, network, input).find((one) => cloud.addresses.free(one) > 0);
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

/** The failure of an instance that gets no address in any of the zones. */
export function noAddress(
  network: NetworkRecord | undefined,
  input: AddressInput,
  zoneIds: readonly string[],
): InstanceFailure {
  const full = (input.vSwitches ?? network?.vSwitches ?? []).filter(({ zoneId }) => zoneIds.includes(zoneId));
  const zones = zoneIds.join(', ');
  if (full.length === 0) return none(`there is no vSwitch in ${zones}`);
  const names = full.map(({ id, cidr }) => `${id} (${cidr})`).join(', ');
  return none(`${names} in ${zones} has no free address`);
}

/**
 * A part of the pod CIDR that no node has; null: none is left, undefined: nodes have none. The search begins behind as
 * many parts as are taken, where the next is as long as nodes have only come.
 */
function freePart({ instances }: CloudCluster, { podCidr, nodeCidrMask }: NetworkRecord) {
  if (podCidr === undefined || nodeCidrMask === undefined) return undefined;
  const taken = new Set([...instances.values()].map((instance) => instance.podCidr));
  const parts = partsIn(podCidr, nodeCidrMask);
  for (let tried = 0; tried < parts; tried += 1) {
    const part = partOf(podCidr, nodeCidrMask, (taken.size + tried) % parts);
    if (part !== undefined && !taken.has(part)) return part;
  }
  return null;
}

/** What the kubelet is configured with: the network interfaces' addresses with Terway, those of its part with Flannel. */
function podsOf({ plugin, nodeCidrMask }: NetworkRecord, type: InstanceType | undefined): number {
  if (plugin === 'TERWAY') return Math.max(0, (type?.enis ?? 0) - 1) * (type?.ipsPerEni ?? 0);
  return nodeCidrMask === undefined ? MOST_PODS : Math.min(MOST_PODS, 2 ** (32 - nodeCidrMask));
}

function none(why: string): InstanceFailure {
  return { code: 'IP_NOT_AVAILABLE', message: `No address: ${why}.` };
}
