import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * Reads the network addresses of clients. `X-Forwarded-For` counts only as far as trusted proxies wrote it: each proxy appends
 * the address that connected to it, and a client can send the header, too.
 */
export class ClientAddresses {
  private readonly trusted = new BlockList();

  /** Addresses and networks (CIDR) of trusted proxies. Throws if one of them is neither. */
  constructor(private readonly proxies: readonly string[] = []) {
    for (const proxy of proxies) {
      const [address = '', prefix] = proxy.split('/');
      if (prefix === undefined) this.trusted.addAddress(address, familyOf(address));
      else this.trusted.addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  /** The address of the client; undefined when it has disconnected, or is connected by a socket of the file system. */
  of({ socket, headers }: IncomingMessage): string | undefined {
    let address = plainAddress(socket.remoteAddress);
    if (this.proxies.length === 0) return address;
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    while (address !== undefined && this.trusted.check(address, familyOf(address))) {
      const before = plainAddress(forwarded.pop());
      if (before === undefined) break;
      address = before;
    }
    return address;
  }
}

/** An address without brackets and port, IPv4 in its own form; undefined for another text. */
function plainAddress(text = ''): string | undefined {
  const trimmed = text.trim();
  const [, host = trimmed] = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed) ?? /^([\d.]+):\d+$/.exec(trimmed) ?? [];
  const mapped = /^::ffff:([\d.]+)$/i.exec(host)?.[1] ?? host;
  return isIP(mapped) === 0 ? undefined : mapped;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
