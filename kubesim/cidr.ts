import ipaddr from 'ipaddr.js';

/** Formats an address in dotted decimal notation. */
export function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The first and the last address of a CIDR, as numbers. */
export function boundsOf(cidr: string): readonly [number, number] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  const first = number - (number % size);
  return [first, first + size - 1];
}

/** The subnet with the number and prefix length; undefined if the CIDR has no such subnet. */
export function subnetAt(cidr: string, prefix: number, number: number): string | undefined {
  const [start, last] = boundsOf(cidr);
  const first = start + number * 2 ** (32 - prefix);
  return first > last ? undefined : `${addressText(first)}/${prefix}`;
}

/** Number of subnets of a prefix length. */
export function subnetCount(cidr: string, prefix: number): number {
  return Math.floor(addressCount(cidr) / 2 ** (32 - prefix));
}

/** The address with the number. */
export function addressAt(cidr: string, number: number): string {
  return addressText(boundsOf(cidr)[0] + number);
}

/** Number of addresses of a CIDR. */
export function addressCount(cidr: string): number {
  const [first, last] = boundsOf(cidr);
  return last - first + 1;
}

/** Yields the addresses of a CIDR; the network address last. */
export function* addressesOf(cidr: string): Generator<string> {
  const [first, last] = boundsOf(cidr);
  for (let at = first + 1; at <= last; at += 1) yield addressText(at);
  yield addressText(first);
}
