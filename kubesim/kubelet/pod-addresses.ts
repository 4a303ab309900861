import { addressesOf } from '../cidr.js';

/** Pod addresses in use, by /24 network. */
export class PodAddresses {
  private readonly taken = new Map<string, Set<string>>();

  reserve(address: string): void {
    const prefix = prefixOf(address);
    const known = this.taken.get(prefix) ?? new Set();
    this.taken.set(prefix, known.add(address));
  }

  /** Allocates an address of the network, e.g. `10.64.3.0/24`; undefined if all are in use. */
  take(network: string): string | undefined {
    for (const address of addressesOf(network)) {
      if (this.taken.get(prefixOf(address))?.has(address)) continue;
      this.reserve(address);
      return address;
    }
    return undefined;
  }

  release(address: string): void {
    const prefix = prefixOf(address);
    const known = this.taken.get(prefix);
    known?.delete(address);
    if (known?.size === 0) this.taken.delete(prefix);
  }
}

function prefixOf(address: string): string {
  return address.slice(0, address.lastIndexOf('.'));
}
