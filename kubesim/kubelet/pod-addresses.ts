import { addressesOf } from '../cidr.js';

/** Pod addresses in use, by /24 network. */
export class PodAddresses {
  private readonly usedAddresses = new Map<string, Set<string>>();

  reserve(address: string): void {
    const prefix = prefixOf(address);
    const used = this.usedAddresses.get(prefix) ?? new Set();
    this.usedAddresses.set(prefix, used.add(address));
  }

  /** Allocates an address of the network, e.g. `10.64.3.0/24`; undefined if all are in use. */
  take(network: string): string | undefined {
    for (const address of addressesOf(network)) {
      if (this.usedAddresses.get(prefixOf(address))?.has(address)) continue;
      this.reserve(address);
      return address;
    }
    return undefined;
  }

  release(address: string): void {
    const prefix = prefixOf(address);
    const used = this.usedAddresses.get(prefix);
    used?.delete(address);
    if (used?.size === 0) this.usedAddresses.delete(prefix);
  }
}

function prefixOf(address: string): string {
  return address.slice(0, address.lastIndexOf('.'));
}
