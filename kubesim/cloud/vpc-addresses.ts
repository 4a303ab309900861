import type { VpcAddresses } from '../cluster-port.js';
import type { IpAddressAllocator } from '../ip-address-allocator.js';
import type { ClusterRecord, InstanceRecord } from './records.js';

/** A cluster with a network. */
export interface NetworkedCluster {
  readonly record: ClusterRecord;
  readonly instances: ReadonlyMap<string, InstanceRecord>;
}

/** Pod addresses of a Terway cluster: from the vSwitch of the pod's node. */
export function vpcAddresses(
  addresses: IpAddressAllocator,
  clusterId: string,
  cluster: () => NetworkedCluster | undefined,
): VpcAddresses {
  const network = () => cluster()?.record.network;
  const instanceOf = (name: string): InstanceRecord | undefined =>
    [...(cluster()?.instances.values() ?? [])].find((instance) => instance.name === name);
  const vSwitchOf = (name: string) => {
    const { vSwitchId, vSwitchCidr, zoneId } = instanceOf(name) ?? {};
    const found = network()?.vSwitches.find((vSwitch) => vSwitch.id === vSwitchId);
    if (found || vSwitchId === undefined || vSwitchCidr === undefined) return found;
    return { id: vSwitchId, zoneId: zoneId ?? '', cidr: vSwitchCidr };
  };
  return {
    take(nodeName) {
      const vSwitch = vSwitchOf(nodeName);
      return vSwitch && addresses.take(vSwitch, clusterId);
    },
    keep(nodeName, address) {
      const vSwitch = vSwitchOf(nodeName);
      if (vSwitch) addresses.keep(vSwitch.id, address, clusterId);
    },
    release(address) {
      addresses.releaseOf(clusterId, address);
    },
  };
}
