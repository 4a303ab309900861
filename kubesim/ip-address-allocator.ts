import { addressText, boundsOf } from './cidr.js';

/** A vSwitch: a subnet of a VPC in a zone. */
export interface VSwitch {
  readonly id: string;
  readonly zoneId: string;
  readonly cidr: string;
}

/** Addresses that the cloud reserves in each vSwitch: the first one and the last three. */
const RESERVED_FIRST = 1;
const RESERVED_LAST = 3;

interface Allocations {
  /** Owner of each allocated address. */
  readonly owners: Map<string, string>;
  /** Start of the next search. */
  next: number;
}

/** Allocates addresses of vSwitches to instances and pods of all clusters. */
export class IpAddressAllocator {
  private readonly allocations = new Map<string, Allocations>();

  /** Number of free addresses of the vSwitch. */
  free(vSwitch: VSwitch): number {
    return freeIn(bounds(vSwitch), this.allocationsOf(vSwitch.id));
  }

  /** Allocates a free address; undefined if there is none. */
  take(vSwitch: VSwitch, owner: string): string | undefined {
    const allocated = this.allocationsOf(vSwitch.id);
    const [first, last] = bounds(vSwitch);
    if (freeIn([first, last], allocated) === 0) return undefined;
    for (let tried = first; tried <= last; tried += 1) {
      const at = allocated.next >= first && allocated.next <= last ? allocated.next : first;
      allocated.next = at + 1;
      const address = addressText(at);
      if (allocated.owners.has(address)) continue;
      allocated.owners.set(address, owner);
      return address;
    }
    return undefined;
  }

  /** Records an existing allocation. */
  keep(vSwitchId: string, address: string, owner: string): void {
    this.allocationsOf(vSwitchId).owners.set(address, owner);
  }

  release(vSwitchId: string, address: string): void {
    this.allocations.get(vSwitchId)?.owners.delete(address);
  }

  /** Releases an address of the owner, in any vSwitch. */
  releaseOf(owner: string, address: string): void {
    for (const { owners } of this.allocations.values())
      if (owners.get(address) === owner) owners.delete(address);
  }

  /** Releases all addresses of the owner. */
  releaseAll(owner: string): void {
    for (const { owners } of this.allocations.values()) {
      for (const [address, holder] of owners) if (holder === owner) owners.delete(address);
    }
  }

  private allocationsOf(vSwitchId: string): Allocations {
    const allocated = this.allocations.get(vSwitchId) ?? { owners: new Map<string, string>(), next: 0 };
    this.allocations.set(vSwitchId, allocated);
    return allocated;
  }
}

function freeIn([first, last]: readonly [number, number], { owners }: Allocations): number {
  return Math.max(0, last - first + 1 - owners.size);
}

function bounds({ cidr }: VSwitch): readonly [number, number] {
  const [first, last] = boundsOf(cidr);
  return [first + RESERVED_FIRST, last - RESERVED_LAST];
}
