import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from './loopback.js';
import { throwProblem } from '../../../kernel/result.js';

/** The Host header without port and brackets, in lower case. */
function hostName({ headers: { host } }: IncomingMessage): string | undefined {
  return host
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/**
 * Whether the Host header is a loopback name, an IP address or one of `names` (undefined allows any). With DNS
 * rebinding an attacker's page has the same origin as the gateway, but its requests carry the attacker's host
 * name. IP addresses cannot be rebound, and browsers always send the header.
 */
export function isAllowedHost(request: IncomingMessage, names: readonly string[] | undefined): boolean {
  if (!names) return true;
  const name = hostName(request);
  if (name === undefined) return true;
  return isLoopback(name) || isIP(name) !== 0 || names.includes(name);
}

/** Throws FORBIDDEN when the Host header is not allowed. */
export function rejectUnknownHost(request: IncomingMessage, names: readonly string[] | undefined): void {
  if (isAllowedHost(request, names)) return;
  throwProblem(
    'FORBIDDEN',
    'The Host header is not allowed. Use an IP address, or add the name to ALLOWED_HOSTS.',
  );
}
