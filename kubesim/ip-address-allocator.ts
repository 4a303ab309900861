import ipaddr from 'ipaddr.js';

/** A part of a VPC in a zone. */
export interface VSwitch {
  readonly id: string;
  readonly zoneId: string;
  readonly cidr: string;
}

/** Addresses that the cloud keeps of each vSwitch: the first one and the last three. */
const KEPT_FIRST = 1;
const KEPT_LAST = 3;

interface Taken {
  /** Who has which address. */
  readonly owners: Map<string, string>;
  /** Where the search for a free one begins. */
  next: number;
}

/** Which addresses of vSwitches are in use, by machines and by pods, of whatever cluster. */
export class IpAddressAllocator {
  private readonly parts = new Map<string, Taken>();

  /** How many addresses the vSwitch has left. */
  free(vSwitch: VSwitch): number {
    return freeIn(bounds(vSwitch), this.taken(vSwitch.id));
  }

  /** A free address; undefined when there is none. */
  take(vSwitch: VSwitch, owner: string): string | undefined {
    const taken = this.taken(vSwitch.id);
    const [first, last] = bounds(vSwitch);
    if (freeIn([first, last], taken) === 0) return undefined;
    for (let tried = first; tried <= last; tried += 1) {
      const at = taken.next >= first && taken.next <= last ? taken.next : first;
      taken.next = at + 1;
      const address = textOf(at);
      if (taken.owners.has(address)) continue;
      taken.owners.set(address, owner);
      return address;
    }
    return undefined;
  }

  /** Notes an address that was given out before. */
  keep(vSwitchId: string, address: string, owner: string): void {
    this.taken(vSwitchId).owners.set(address, owner);
  }

  release(vSwitchId: string, address: string): void {
    this.parts.get(vSwitchId)?.owners.delete(address);
  }

  /** Releases an address of the owner, in any vSwitch. */
  releaseOf(owner: string, address: string): void {
    for (const { owners } of this.parts.values()) if (owners.get(address) === owner) owners.delete(address);
  }

  /** Releases all addresses of the owner. */
  releaseAll(owner: string): void {
    for (const { owners } of this.parts.values()) {
      for (const [address, who] of owners) if (who === owner) owners.delete(address);
    }
  }

  private taken(vSwitchId: string): Taken {
    const known = this.parts.get(vSwitchId) ?? { owners: new Map<string, string>(), next: 0 };
    this.parts.set(vSwitchId, known);
    return known;
  }
}

function freeIn([first, last]: readonly [number, number], { owners }: Taken): number {
  return Math.max(0, last - first + 1 - owners.size);
}

function bounds({ cidr }: VSwitch): readonly [number, number] {
  const [first, last] = rangeOf(cidr);
  return [first + KEPT_FIRST, last - KEPT_LAST];
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The first and the last address of a range, as numbers. */
function rangeOf(cidr: string): readonly [number, number] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  const first = number - (number % size);
  return [first, first + size - 1];
}

/** The n-th part, of a prefix length, of a range; undefined when the range has no such part. */
export function partOf(cidr: string, prefix: number, number: number): string | undefined {
  const [start, last] = rangeOf(cidr);
  const first = start + number * 2 ** (32 - prefix);
  return first > last ? undefined : `${textOf(first)}/${prefix}`;
}

/** How many parts of a prefix length a range has. */
export function partsIn(cidr: string, prefix: number): number {
  return Math.floor(sizeOf(cidr) / 2 ** (32 - prefix));
}

/** The n-th address of a range. */
export function addressAt(cidr: string, number: number): string {
  return textOf(rangeOf(cidr)[0] + number);
}

/** How many addresses a range has. */
export function sizeOf(cidr: string): number {
  const [first, last] = rangeOf(cidr);
  return last - first + 1;
}

/** The addresses of a range: the first one last, because it is the one that is missed least. */
export function* addressesOf(cidr: string): Generator<string> {
  const [first, last] = rangeOf(cidr);
  for (let at = first + 1; at <= last; at += 1) yield textOf(at);
  yield textOf(first);
}
