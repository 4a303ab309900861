import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from './loopback.js';
import { throwProblem } from '../../../kernel/result.js';

/** The name or address under which something was asked for, without its port and brackets, in lower case. */
function hostName({ headers: { host } }: IncomingMessage): string | undefined {
  return host
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether something was asked for under a name of this machine itself. */
export function isLoopbackHost(request: IncomingMessage): boolean {
  const name = hostName(request);
  return name !== undefined && isLoopback(name);
}

/**
 * Whether a request may be meant for us, whose other names are `names` (undefined: any). A page of a stranger, whose name
 * has been made to lead here (DNS rebinding), is of the same origin to its browser, but its requests say that name. An
 * address is nobody's name to lead elsewhere; no browser leaves the header out.
 */
export function isAllowedHost(request: IncomingMessage, names: readonly string[] | undefined): boolean {
  if (!names) return true;
  const name = hostName(request);
  if (name === undefined) return true;
  return isLoopback(name) || isIP(name) !== 0 || names.includes(name);
}

/** Refuses FORBIDDEN what may be meant for somebody else. */
export function rejectUnknownHost(request: IncomingMessage, names: readonly string[] | undefined): void {
  if (isAllowedHost(request, names)) return;
  throwProblem(
    'FORBIDDEN',
    'The Host header is not allowed. Ask under an address of it, or have ALLOWED_HOSTS list the name.',
  );
}
