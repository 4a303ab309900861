import type { Product } from '../../../kernel/product.js';
import type { NetworkPlugin } from './cluster-kind.enums.js';
import type { Problem } from '../../../kernel/result.js';
import {
  type Cidr,
  contains,
  isPrivate,
  enclosingReservedRange,
  overlaps,
  parseCidr,
  freeCidr,
  LARGE_POD_RANGES,
  POD_RANGES,
} from './cidr.rules.js';
import { nodeCapacity } from './max-pods.rules.js';

/** The requested network of a cluster. */
export interface NetworkRequest {
  readonly vpcId?: string | null | undefined;
  readonly vSwitchIds?: readonly string[] | null | undefined;
  readonly securityGroupId?: string | null | undefined;
  readonly podCidr?: string | null | undefined;
  readonly serviceCidr?: string | null | undefined;
  readonly nodeCidrMask?: number | null | undefined;
  readonly publicEndpoint?: boolean | null | undefined;
}

export const DEFAULT_NODE_MASK = 24;
const SMALLEST_NODE_MASK = 28;
const MAX_VSWITCHES = 24;
const PATH = ['input', 'network'];

/** Bounds of the prefix length: first the largest range, then the smallest. */
const PREFIXES = {
  vpc: [8, 28],
  vSwitch: [16, 29],
  pods: [8, 24],
  services: [16, 24],
} as const;

/** Validates a network request on its own, before it is compared with existing networks. */
export function validateNetwork(
  request: NetworkRequest | null | undefined,
  { plugin, hasNetwork }: { readonly plugin: NetworkPlugin; readonly hasNetwork: boolean },
): Problem[] {
  if (!request) return [];
  if (!hasNetwork)
    return [invalid('A registered cluster has the network of where it was made; leave it out.', [])];
  return [
    ...partProblems(request),
    ...(plugin === 'TERWAY' ? terwayProblems(request) : flannelProblems(request)),
    ...(request.serviceCidr == null
      ? []
      : rangeProblems(request.serviceCidr, 'services', [...PATH, 'serviceCidr'])),
    ...apart(request),
  ];
}

function partProblems({ vpcId, vSwitchIds, securityGroupId }: NetworkRequest): Problem[] {
  const problems: Problem[] = [];
  if (vSwitchIds && (vSwitchIds.length < 1 || vSwitchIds.length > MAX_VSWITCHES)) {
    problems.push(invalid(`1 to ${MAX_VSWITCHES} vSwitches, not ${vSwitchIds.length}.`, ['vSwitchIds']));
  }
  if (vpcId == null && (vSwitchIds != null || securityGroupId != null)) {
    problems.push(invalid('vSwitches and security groups are those of a VPC; name it.', ['vpcId']));
  }
  return problems;
}

function terwayProblems({ podCidr, nodeCidrMask }: NetworkRequest): Problem[] {
  const why = 'With Terway pods have addresses of the vSwitches; leave it out.';
  return [
    ...(podCidr == null ? [] : [invalid(why, ['podCidr'])]),
    ...(nodeCidrMask == null ? [] : [invalid(why, ['nodeCidrMask'])]),
  ];
}

function flannelProblems({ podCidr, nodeCidrMask }: NetworkRequest): Problem[] {
  const mask = nodeCidrMask ?? DEFAULT_NODE_MASK;
  if (mask < DEFAULT_NODE_MASK || mask > SMALLEST_NODE_MASK) {
    return [
      invalid(`nodeCidrMask is from ${DEFAULT_NODE_MASK} to ${SMALLEST_NODE_MASK}, not ${mask}.`, [
        'nodeCidrMask',
      ]),
    ];
  }
  return podCidr == null ? [] : rangeProblems(podCidr, 'pods', [...PATH, 'podCidr']);
}

function apart({ podCidr, serviceCidr }: NetworkRequest): Problem[] {
  const [pods, services] = [podCidr, serviceCidr].map((text) => (text == null ? undefined : parseCidr(text)));
  if (!pods || !services || !overlaps(pods, services)) return [];
  const message = `Pods (${pods.text}) and Services (${services.text}) need ranges that do not overlap.`;
  return [{ code: 'CIDR_OVERLAP', message, path: [...PATH, 'serviceCidr'] }];
}

/** Validates the syntax and size of a CIDR block, and that it is private. */
export function rangeProblems(text: string, of: keyof typeof PREFIXES, path: readonly string[]): Problem[] {
  const [largest, smallest] = PREFIXES[of];
  const cidr = parseCidr(text);
  const form = `a private range whose prefix length is from ${largest} to ${smallest}, like 10.0.0.0/${Math.max(16, largest)}`;
  if (
    !cidr ||
    cidr.prefix < largest ||
    cidr.prefix > smallest ||
    !isPrivate(cidr) ||
    enclosingReservedRange(cidr)
  ) {
    return [{ code: 'INVALID_INPUT', message: `${JSON.stringify(text.slice(0, 50))} is not ${form}.`, path }];
  }
  return [];
}

function invalid(message: string, path: readonly string[]): Problem {
  return { code: 'INVALID_INPUT', message, path: [...PATH, ...path] };
}

/** A CIDR block that is in use. */
export interface UsedRange {
  readonly cidr: Cidr;
  /** The resource that uses it (human-readable). */
  readonly owner: string;
}

/** Rejects a CIDR block that overlaps with one in use. */
export function overlapProblems(cidr: Cidr, used: readonly UsedRange[], path: readonly string[]): Problem[] {
  const hit = used.find((range) => overlaps(range.cidr, cidr));
  if (!hit) return [];
  const message = `${cidr.text} overlaps with ${hit.cidr.text}, ${hit.owner}.`;
  return [{ code: 'CIDR_OVERLAP', message, path }];
}

/** Prefix length of a pod CIDR with blocks for twice the initial number of nodes, at least for 256. */
export function podPrefix(nodes: number, nodeCidrMask: number): number {
  const neededAddresses = Math.max(256, nodes * 2);
  let prefix = nodeCidrMask;
  while (prefix > PREFIXES.pods[0] && (nodeCapacity(prefix, nodeCidrMask) ?? 0) < neededAddresses)
    prefix -= 1;
  return prefix;
}

/**
 * Products whose clusters can have up to 1,000 nodes; their pod CIDR has room for these while address space is left.
 */
const LARGE: readonly Product[] = ['ACK_PRO', 'ACK_DEDICATED', 'EDGE_PRO'];
const LARGE_NODES = 1000;

/** A request for the pod CIDR of a cluster. */
export interface PodCidrRequest {
  readonly product: Product;
  /** Initial desired number of nodes. */
  readonly nodes: number;
  /** Prefix length of each node's block. */
  readonly mask: number;
}

/** Finds a free pod CIDR for a cluster that names none; undefined when none is left. */
export function freePodRange(
  { product, nodes, mask }: PodCidrRequest,
  used: readonly Cidr[],
): Cidr | undefined {
  const prefix = podPrefix(Math.max(nodes, LARGE_NODES / 2), mask);
  const large = LARGE.includes(product) ? freeCidr(LARGE_POD_RANGES, prefix, used) : undefined;
  return large ?? freeCidr(POD_RANGES, podPrefix(nodes, mask), used);
}

/** A rule of a security group that permits traffic. */
export interface GroupRule {
  readonly direction: string;
  readonly protocol: string;
  readonly fromPort: number | null;
  readonly toPort: number | null;
  readonly cidr: string;
}

const DNS_PORT = 53;

/** Whether the security group lets pods with these addresses reach the cluster's DNS (UDP 53). */
export function allowsDns(rules: readonly GroupRule[], podCidr: Cidr): boolean {
  return rules.some(({ direction, protocol, fromPort, toPort, cidr }) => {
    if (direction !== 'INGRESS' || (protocol !== 'ALL' && protocol !== 'UDP')) return false;
    if (fromPort !== null && (fromPort > DNS_PORT || (toPort ?? fromPort) < DNS_PORT)) return false;
    const range = parseCidr(cidr);
    return range !== undefined && contains(range, podCidr);
  });
}

const MAX_RULES = 200;
const MAX_PORT = 65_535;

interface PortRule {
  readonly protocol: string;
  readonly fromPort?: number | null | undefined;
  readonly toPort?: number | null | undefined;
  readonly cidr: string;
}

/** Validates the rules of a security group. */
export function ruleProblems(rules: readonly PortRule[]): Problem[] {
  const path = ['input', 'rules'];
  if (rules.length > MAX_RULES)
    return [{ code: 'INVALID_INPUT', message: `At most ${MAX_RULES} rules, not ${rules.length}.`, path }];
  return rules.flatMap((rule, index): Problem[] => {
    const message = ruleProblem(rule);
    return message ? [{ code: 'INVALID_INPUT', message, path: [...path, String(index)] }] : [];
  });
}

function ruleProblem(rule: PortRule): string | undefined {
  if (rule.cidr !== '0.0.0.0/0' && !parseCidr(rule.cidr)) return `${rule.cidr.slice(0, 50)} is no range.`;
  const withoutPorts = rule.protocol === 'ALL' || rule.protocol === 'ICMP';
  if (withoutPorts && rule.fromPort != null) return `${rule.protocol} has no ports.`;
  const [from, to] = portsOf(rule);
  const right = from >= 1 && to <= MAX_PORT && from <= to;
  return right ? undefined : `Ports are from 1 to ${MAX_PORT}, the first not after the last.`;
}

function portsOf({ fromPort, toPort }: PortRule): readonly [number, number] {
  return [fromPort ?? 1, toPort ?? fromPort ?? MAX_PORT];
}
