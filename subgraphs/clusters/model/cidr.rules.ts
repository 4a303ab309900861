import ipaddr from 'ipaddr.js';

/** An IPv4 CIDR block in canonical form. */
export interface Cidr {
  /** `10.0.0.0/16` */
  readonly text: string;
  /** First address as a number, and the number of addresses. */
  readonly first: number;
  readonly size: number;
  readonly prefix: number;
}

const BITS = 32;

/** Parses a CIDR block; undefined when the text is not one, or has host bits set. */
export function parseCidr(text: string): Cidr | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [, prefix] = ipaddr.IPv4.parseCIDR(text);
  const first = numberOf(ipaddr.IPv4.networkAddressFromCIDR(text));
  const cidr = cidrAt(first, prefix);
  return cidr.text === text ? cidr : undefined;
}

/** The CIDR block with this first address and prefix length. */
export function cidrAt(first: number, prefix: number): Cidr {
  return { text: `${addressText(first)}/${prefix}`, first, size: 2 ** (BITS - prefix), prefix };
}

/** Whether two ranges have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a);
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  const [range, length] = ipaddr.IPv4.parseCIDR(outer.text);
  return inner.prefix >= length && ipaddr.IPv4.parse(inner.text.split('/')[0] ?? '').match(range, length);
}

function numberOf(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}

function addressText(number: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
  return ipaddr.fromByteArray(bytes).toString();
}

/** The first free block of the prefix length within `within`; undefined when every block overlaps one of `used`. */
export function freeCidr(within: readonly Cidr[], prefix: number, used: readonly Cidr[]): Cidr | undefined {
  for (const range of within) {
    for (let first = range.first; first < range.first + range.size;) {
      const candidate = cidrAt(first, prefix);
      if (!contains(range, candidate)) break;
      const hit = used.find((range) => overlaps(range, candidate));
      if (!hit) return candidate;
      // The used block can be larger than the candidate.
      first = Math.max(first + candidate.size, hit.first + hit.size);
    }
  }
  return undefined;
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(parseCidrOrThrow);
/** Ranges that the cloud reserves, or that cannot be routed. */
const KEPT = ['100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '0.0.0.0/8'].map(
  parseCidrOrThrow,
);

/** Whether the block is within a private range of RFC 1918. */
export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => contains(range, cidr));
}

/** The reserved range that overlaps with this block. */
export function enclosingReservedRange(cidr: Cidr): Cidr | undefined {
  return KEPT.find((range) => overlaps(range, cidr));
}

function parseCidrOrThrow(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`${text} is no range of addresses`);
  return cidr;
}

/** Default ranges for pods: of products with many nodes, and of all others. */
export const LARGE_POD_RANGES: readonly Cidr[] = [parseCidrOrThrow('10.0.0.0/9')];
export const POD_RANGES: readonly Cidr[] = [parseCidrOrThrow('10.128.0.0/9'), parseCidrOrThrow('10.0.0.0/9')];
/** Default range for Services. */
export const SERVICE_RANGES: readonly Cidr[] = [parseCidrOrThrow('172.16.0.0/12')];
/** CIDR block of the default VPC, which is created when the request names none. */
export const DEFAULT_VPC: Cidr = parseCidrOrThrow('192.168.0.0/16');
