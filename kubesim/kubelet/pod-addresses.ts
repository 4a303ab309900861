import { addressesOf } from '../ip-address-allocator.js';

/** Addresses of pods in use, by the /24 network that they are of. */
export class PodAddresses {
  private readonly taken = new Map<string, Set<string>>();

  reserve(address: string): void {
    const prefix = prefixOf(address);
    const known = this.taken.get(prefix) ?? new Set();
    this.taken.set(prefix, known.add(address));
  }

  /** A free address of the network, e.g. `10.64.3.0/24`; undefined when all are taken. */
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
