import { BlockList, isIP } from 'node:net';
import { forbiddenValue, invalidValue, required, unsupported } from '../schema/causes.js';
import { portName, portNumber } from './formats.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import type { KubeObject, LabelSelector } from './object.js';
import type { Cause } from './resource.js';

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}

interface Port {
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A NetworkPolicy. It is stored and has no effect: simulated pods have no traffic. */
export interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

const TYPES = ['Egress', 'Ingress'];

/** Validates a NetworkPolicy. */
export function networkPolicyCauses({ spec }: NetworkPolicy): Cause[] {
  const { podSelector, policyTypes = [], ingress = [], egress = [] } = spec;
  return [
    ...labelSelectorCauses('spec.podSelector', podSelector),
    ...ingress.flatMap(({ from = [], ports = [] }, index) => [
      ...ports.flatMap((port, at) => portCauses(port, `spec.ingress[${index}].ports[${at}]`)),
      ...from.flatMap((peer, at) => peerCauses(peer, `spec.ingress[${index}].from[${at}]`)),
    ]),
    ...egress.flatMap(({ to = [], ports = [] }, index) => [
      ...ports.flatMap((port, at) => portCauses(port, `spec.egress[${index}].ports[${at}]`)),
      ...to.flatMap((peer, at) => peerCauses(peer, `spec.egress[${index}].to[${at}]`)),
    ]),
    ...(policyTypes.length > 2
      ? [invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')]
      : []),
    ...policyTypes.flatMap((type, index) =>
      TYPES.includes(type) ? [] : [unsupported(`spec.policyTypes[${index}]`, type, TYPES)],
    ),
  ];
}

function portCauses({ port, endPort }: Port, path: string): Cause[] {
  const end = `${path}.endPort`;
  if (typeof port === 'number')
    return [
      ...portNumber(port).map((why) => invalidValue(`${path}.port`, port, why)),
      ...(endPort === undefined ? [] : endCauses(port, endPort, end)),
    ];
  const why = `may not be specified when \`port\` is ${port === undefined ? 'not specified' : 'non-numeric'}`;
  return [
    ...(endPort === undefined ? [] : [invalidValue(end, endPort, why)]),
    ...(port === undefined
      ? []
      : portName(port).map((problem) => invalidValue(`${path}.port`, port, problem))),
  ];
}

function endCauses(port: number, endPort: number, field: string): Cause[] {
  return [
    ...(endPort < port ? [invalidValue(field, port, 'must be greater than or equal to `port`')] : []),
    ...portNumber(endPort).map((why) => invalidValue(field, endPort, why)),
  ];
}

function peerCauses({ podSelector, namespaceSelector, ipBlock }: Peer, path: string): Cause[] {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  return [
    ...labelSelectorCauses(`${path}.podSelector`, podSelector),
    ...labelSelectorCauses(`${path}.namespaceSelector`, namespaceSelector),
    ...(ipBlock ? blockCauses(ipBlock, `${path}.ipBlock`) : []),
    ...(selects || ipBlock ? [] : [required(path, 'must specify a peer')]),
    ...(selects && ipBlock ? [forbiddenValue(path, 'may not specify both ipBlock and another peer')] : []),
  ];
}

function blockCauses({ cidr = '', except = [] }: NonNullable<Peer['ipBlock']>, path: string): Cause[] {
  if (cidr === '') return [required(`${path}.cidr`)];
  if (!isRange(cidr)) return rangeCauses(`${path}.cidr`, cidr);
  return except.flatMap((range, index) => {
    const field = `${path}.except[${index}]`;
    if (!isRange(range)) return rangeCauses(field, range);
    const isInside = contains(cidr, range);
    return isInside ? [] : [invalidValue(field, range, 'must be a strict subset of `cidr`')];
  });
}

/** Causes of a text that is no range of addresses. */
export function rangeCauses(field: string, text: string): Cause[] {
  const why = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  return isRange(text) ? [] : [invalidValue(field, text, why)];
}

function isRange(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return most !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** Whether a range of addresses has all of another one, and more. */
function contains(outer: string, inner: string): boolean {
  const [address = '', bits = ''] = outer.split('/');
  const [innerAddress = '', innerBits = ''] = inner.split('/');
  if (isIP(address) !== isIP(innerAddress) || Number(innerBits) <= Number(bits)) return false;
  const list = new BlockList();
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), family);
  return list.check(innerAddress, family);
}
