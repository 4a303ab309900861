import { isIP } from 'node:net';
import { formatCauses, invalidValue, required } from '../schema/causes.js';
import { dnsSubdomain } from './formats.js';
import type { Cause } from './resource.js';

/** How the containers of a pod resolve names. */
export interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name?: string }[];
}

/** Limits of the file that the C library reads. */
const MOST = { nameservers: 3, searches: 32, characters: 2048 };

/** Validates how the containers of a pod resolve names, at `path`. */
export function dnsConfigCauses(config: DnsConfig | undefined, dnsPolicy: string, path: string): Cause[] {
  const isAlone = dnsPolicy === 'None';
  if (!config) return isAlone ? [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
  const { nameservers = [], options = [] } = config;
  const field = `${path}.nameservers`;
  if (isAlone && nameservers.length === 0)
    return [required(field, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  return [
    ...(nameservers.length > MOST.nameservers
      ? [invalidValue(field, nameservers, `must not have more than ${MOST.nameservers} nameservers`)]
      : []),
    ...nameservers.flatMap((server, index) =>
      isIP(server) ? [] : [invalidValue(`${field}[${index}]`, server, 'must be a valid IP address')],
    ),
    ...searchCauses(config.searches ?? [], `${path}.searches`),
    ...options.flatMap(({ name }, index) =>
      name ? [] : [required(`${path}.options[${index}]`, 'must not be empty')],
    ),
  ];
}

function searchCauses(searches: readonly string[], path: string): Cause[] {
  const tooLong = `must not have more than ${MOST.characters} characters (including spaces) in the search list`;
  return [
    ...(searches.length > MOST.searches
      ? [invalidValue(path, searches, `must not have more than ${MOST.searches} search paths`)]
      : []),
    ...(searches.join(' ').length > MOST.characters ? [invalidValue(path, searches, tooLong)] : []),
    ...searches.flatMap((search, index) =>
      // Names below the root and with underscores are searched too.
      search === '.'
        ? []
        : formatCauses(`${path}[${index}]`, search.replace(/\.$/, '').replaceAll('_', '-'), dnsSubdomain),
    ),
  ];
}
