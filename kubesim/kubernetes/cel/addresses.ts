import { isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';

/** An IP address. */
class Ip {
  constructor(
    readonly value: bigint,
    readonly family: 4 | 6,
  ) {}

  get bits(): number {
    return this.family === 4 ? 32 : 128;
  }

  /** The first bits of the address, as a number. */
  prefix(length: number): bigint {
    return this.value >> BigInt(this.bits - length);
  }

  isIn(base: bigint, length: number, family: 4 | 6): boolean {
    return this.family === family && this.prefix(length) === base;
  }

  toString(): string {
    return this.family === 4 ? dotted(this.value) : colons(this.value);
  }
}

/** A range of addresses. */
class Cidr {
  constructor(
    readonly ip: Ip,
    readonly length: number,
  ) {}

  contains({ value, family }: Ip): boolean {
    return new Ip(value, family).isIn(this.ip.prefix(this.length), this.length, this.ip.family);
  }

  masked(): Cidr {
    const { value, bits, family } = this.ip;
    const host = BigInt(bits - this.length);
    return new Cidr(new Ip((value >> host) << host, family), this.length);
  }
}

function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

/** The canonical text of an IPv6 address: the longest run of zeros is `::`. */
function colons(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce(
    (best, run) => (run.replace(/^:/, '').length > best.replace(/^:/, '').length ? run : best),
    '',
  );
  if (!longest) return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

function parseIp(text: string): Ip | undefined {
  if (isIP(text) === 4)
    return new Ip(
      text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n),
      4,
    );
  if (isIP(text) !== 6 || text.includes('%') || text.includes('.')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  const value = [...before, ...zeros, ...after].reduce(
    (sum, group) => (sum << 16n) + BigInt(`0x${group}`),
    0n,
  );
  return new Ip(value, 6);
}

function ipOf(text: string): Ip {
  const ip = parseIp(text);
  if (ip) return ip;
  throw new Error(
    `IP Address '${text}' parse error during conversion from string: ParseAddr("${text}"): unable to parse IP`,
  );
}

function parseCidr(text: string): Cidr | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const ip = parseIp(address);
  return ip && Number(length) <= ip.bits ? new Cidr(ip, Number(length)) : undefined;
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr) return cidr;
  throw new Error(`network address parse error during conversion from string: netip.ParsePrefix("${text}")`);
}

/** Kubernetes' functions of addresses: `ip('10.0.0.1')`, `cidr('10.0.0.0/8').containsIP('10.0.0.1')`. */
export function registerAddresses(environment: Environment): void {
  registerIps(environment);
  environment
    .registerType('net.CIDR', Cidr)
    .registerFunction('cidr(string): net.CIDR', cidrOf)
    .registerFunction('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined)
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (cidr: Cidr, ip: Ip) => cidr.contains(ip))
    .registerFunction('net.CIDR.containsIP(string): bool', (cidr: Cidr, text: string) =>
      cidr.contains(ipOf(text)),
    )
    .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', containsCidr)
    .registerFunction('net.CIDR.containsCIDR(string): bool', (cidr: Cidr, text: string) =>
      containsCidr(cidr, cidrOf(text)),
    )
    .registerFunction('net.CIDR.ip(): net.IP', ({ ip }: Cidr) => ip)
    .registerFunction('net.CIDR.masked(): net.CIDR', (cidr: Cidr) => cidr.masked())
    .registerFunction('net.CIDR.prefixLength(): int', ({ length }: Cidr) => BigInt(length))
    .registerFunction('string(net.CIDR): string', ({ ip, length }: Cidr) => `${String(ip)}/${length}`)
    .registerOperator(
      'net.CIDR == net.CIDR',
      (a: Cidr, b: Cidr) => a.length === b.length && a.ip.value === b.ip.value && a.ip.family === b.ip.family,
    );
}

function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.length <= inner.length && outer.contains(inner.ip);
}

class IpNamespace {}

function registerIps(environment: Environment): void {
  const is = (v4: readonly [bigint, number], v6: readonly [bigint, number]) => (ip: Ip) =>
    ip.isIn(...v4, 4) || ip.isIn(...v6, 6);
  const isLoopback = is([127n, 8], [1n, 128]);
  const isUnspecified = is([0n, 32], [0n, 128]);
  const isMulticast = is([0b1110n, 4], [0xffn, 8]);
  const isLinkLocalUnicast = is([(169n << 8n) + 254n, 16], [0xfe80n >> 6n, 10]);
  const isLinkLocalMulticast = (ip: Ip) =>
    ip.isIn((224n << 16n) + 0n, 24, 4) || (ip.family === 6 && (ip.prefix(16) & 0xff0fn) === 0xff02n);
  const isGlobalUnicast = (ip: Ip) =>
    !isLoopback(ip) &&
    !isUnspecified(ip) &&
    !isMulticast(ip) &&
    !isLinkLocalUnicast(ip) &&
    !ip.isIn(0xffffffffn, 32, 4);
  environment
    .registerType('net.IP', Ip)
    .registerType('IpNamespace', IpNamespace)
    .registerConstant('ip', 'IpNamespace', new IpNamespace())
    .registerFunction('ip(string): net.IP', ipOf)
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
    .registerFunction(
      'IpNamespace.isCanonical(string): bool',
      (_: IpNamespace, text: string) => String(ipOf(text)) === text,
    )
    .registerFunction('net.IP.family(): int', ({ family }: Ip) => BigInt(family))
    .registerFunction('net.IP.isLoopback(): bool', isLoopback)
    .registerFunction('net.IP.isUnspecified(): bool', isUnspecified)
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', isLinkLocalUnicast)
    .registerFunction('net.IP.isLinkLocalMulticast(): bool', isLinkLocalMulticast)
    .registerFunction('net.IP.isGlobalUnicast(): bool', isGlobalUnicast)
    .registerFunction('string(net.IP): string', String)
    .registerOperator('net.IP == net.IP', (a: Ip, b: Ip) => a.value === b.value && a.family === b.family);
}
