import { isIP, isIPv4, isIPv6 } from 'node:net';
import { sameJson } from '../../../kernel/same-json.js';
import { changeCauses, duplicate, formatCauses, invalidValue, required, tooMany } from '../schema/causes.js';
import type { EndpointAddress, Endpoints, EndpointSlice } from './core.js';
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from './formats.js';
import type { Cause } from './resource.js';

type Subset = NonNullable<Endpoints['subsets']>[number];

/** Validates new Endpoints, or ones that replace `old`. Unchanged subsets stay valid. */
export function endpointsCauses({ subsets = [] }: Endpoints, old?: Endpoints): Cause[] {
  if (old && sameJson(old.subsets ?? [], subsets)) return [];
  return subsets.flatMap((subset, index) => subsetCauses(subset, `subsets[${index}]`));
}

function subsetCauses({ addresses = [], notReadyAddresses = [], ports = [] }: Subset, path: string): Cause[] {
  return [
    ...(addresses.length + notReadyAddresses.length === 0
      ? [required(path, 'must specify `addresses` or `notReadyAddresses`')]
      : []),
    ...addresses.flatMap((address, index) => addressCauses(address, `${path}.addresses[${index}]`)),
    ...notReadyAddresses.flatMap((address, index) =>
      addressCauses(address, `${path}.notReadyAddresses[${index}]`),
    ),
    ...ports.flatMap((port, index) => {
      const at = `${path}.ports[${index}]`;
      const { name = '' } = port;
      return [
        ...(name === '' && ports.length > 1 ? [required(`${at}.name`)] : []),
        ...(name === '' ? [] : formatCauses(`${at}.name`, name, dnsLabel)),
        ...portNumber(port.port).map((why) => invalidValue(`${at}.port`, port.port, why)),
        ...protocolNameCauses(port, at),
      ];
    }),
  ];
}

function protocolNameCauses({ appProtocol }: { readonly appProtocol?: string }, path: string): Cause[] {
  return appProtocol === undefined ? [] : formatCauses(`${path}.appProtocol`, appProtocol, qualifiedName);
}

function addressCauses({ ip, hostname, nodeName }: EndpointAddress, path: string): Cause[] {
  const field = `${path}.ip`;
  return [
    ...(isIP(ip) ? [] : [notAnAddress(field, ip)]),
    ...(hostname ? formatCauses(`${path}.hostname`, hostname, dnsLabel) : []),
    ...(nodeName === undefined ? [] : formatCauses(`${path}.nodeName`, nodeName, dnsSubdomain)),
    ...reachableCauses(field, ip),
  ];
}

function notAnAddress(field: string, ip: string): Cause {
  return invalidValue(field, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
}

/** Addresses that only the node itself, or none, can reach. */
const UNREACHABLE = [
  [/^(127\.|::1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/i, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^(224\.0\.0\.|ff[0-9a-f]2:)/i, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
] as const;

/** Causes of an address that others than the node itself cannot reach. */
export function reachableCauses(field: string, ip: string): Cause[] {
  if (!isIP(ip)) return [invalidValue(field, ip, 'must be a valid IP address')];
  const unspecified = ip === '0.0.0.0' || ip === '::';
  return [
    ...(unspecified ? [invalidValue(field, ip, `may not be unspecified (${ip})`)] : []),
    ...UNREACHABLE.filter(([range]) => range.test(ip)).map(([, why]) => invalidValue(field, ip, why)),
  ];
}

const MAX = { endpoints: 1000, addresses: 100, ports: 20_000 };

/** Validates a new EndpointSlice, or one that replaces `old`. Unchanged endpoints stay valid. */
export function endpointSliceCauses(slice: EndpointSlice, old?: EndpointSlice): Cause[] {
  const { endpoints = [], addressType } = slice;
  const isSame = old && sameJson(old.endpoints, endpoints);
  return [
    ...slicePortCauses(slice.ports ?? []),
    ...(isSame ? [] : sliceEndpointCauses(endpoints, addressType)),
    ...(old ? changeCauses('addressType', addressType, old.addressType) : []),
  ];
}

function slicePortCauses(ports: NonNullable<EndpointSlice['ports']>): Cause[] {
  if (ports.length > MAX.ports) return [tooMany('ports', ports.length, MAX.ports)];
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const { name = '' } = port;
    const path = `ports[${index}]`;
    const isTwice = seen.has(name);
    seen.add(name);
    return [
      ...(name === '' ? [] : formatCauses(`${path}.name`, name, dnsLabel)),
      ...(isTwice ? [duplicate(`${path}.name`, name)] : []),
      ...protocolNameCauses(port, path),
    ];
  });
}

function sliceEndpointCauses(endpoints: NonNullable<EndpointSlice['endpoints']>, type: string): Cause[] {
  if (endpoints.length > MAX.endpoints) return [tooMany('endpoints', endpoints.length, MAX.endpoints)];
  return endpoints.flatMap(({ addresses = [], nodeName, hostname }, index) => {
    const path = `endpoints[${index}]`;
    const field = `${path}.addresses`;
    return [
      ...(addresses.length === 0 ? [required(field, 'must contain at least 1 address')] : []),
      ...(addresses.length > MAX.addresses ? [tooMany(field, addresses.length, MAX.addresses)] : []),
      ...addresses.flatMap((address, at) => familyCauses(address, `${field}[${at}]`, { field, type })),
      ...(nodeName === undefined ? [] : formatCauses(`${path}.nodeName`, nodeName, dnsSubdomain)),
      ...(hostname === undefined ? [] : formatCauses(`${path}.hostname`, hostname, dnsLabel)),
    ];
  });
}

interface Family {
  readonly field: string;
  readonly type: string;
}

function familyCauses(address: string, path: string, { field, type }: Family): Cause[] {
  if (type === 'FQDN') return domainCauses(address, path);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  if (!isIP(address)) return [notAnAddress(path, address)];
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [
    ...(fits ? [] : [invalidValue(field, address, `must be an ${type} address`)]),
    ...reachableCauses(path, address),
  ];
}

function domainCauses(address: string, path: string): Cause[] {
  if (address === '') return [required(path)];
  const name = address.replace(/\.$/, '');
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return [invalidValue(path, name, problems.join(','))];
  const why = 'should be a domain with at least two segments separated by dots';
  return name.includes('.') ? [] : [invalidValue(path, name, why)];
}
