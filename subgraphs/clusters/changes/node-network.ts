import {
  adjustUsage,
  lockQuotaUsage,
  release,
  reserveUpTo,
  remainingMultiples,
} from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import { isVirtual } from '../model/instance-category.js';
import type { ClusterNetworkRow } from '../store/network.store.js';
import { parseCidr } from '../model/cidr.rules.js';
import {
  inGroup,
  type NetworkUsage,
  nodeCapacity,
  type NodesNetworkUsage,
  NO_NETWORK_USAGE,
  addUsage,
  multiplyUsage,
  nodeNetworkUsage,
} from '../model/max-pods.rules.js';
import { ENIS, GROUP_IPS, PRIVATE_IPS, ROUTES } from './network-quotas.js';
import { sameJson } from '../../../kernel/same-json.js';
import { findInstanceTypes } from '../store/instance-type.store.js';
import { countGroupNodes, lockClusterNetwork, saveNetworkUsage } from '../store/cluster-network.store.js';

const NOTHING: NodesNetworkUsage = { ...NO_NETWORK_USAGE, groups: {} };

/** Nodes that need network resources. */
export interface NodeNetworkRequest {
  readonly account: string;
  readonly clusterId: string;
  /** Acceptable types; the largest usage among them is reserved. */
  readonly instanceTypes: readonly string[];
  readonly count: number;
  /** The security group of their instances; null: that of the cluster. */
  readonly securityGroupId: string | null;
}

export interface NodeNetworkReservation {
  /** The number of nodes for which the network resources were reserved. */
  readonly granted: number;
  /** Why the others were not granted. */
  readonly shortage: Problem | null;
}

/**
 * Reserves routes, addresses and interfaces for as many of the nodes as the quotas permit. Clusters without a network
 * of this platform have no such quotas.
 */
export async function reserveNodeNetwork(
  tx: Transaction,
  request: NodeNetworkRequest,
): Promise<NodeNetworkReservation> {
  // A virtual node has no instance and no route, and its pods reserve their addresses one at a time.
  if (request.count === 0 || request.instanceTypes.every(isVirtual))
    return { granted: request.count, shortage: null };
  const network = await lockClusterNetwork(tx, request.clusterId);
  if (!network) return { granted: request.count, shortage: null };
  const group = request.securityGroupId ?? network.securityGroupId;
  const each = await largestNetworkUsage(tx, network, request.instanceTypes);
  const counted = quotaUsages(network, inGroup(each, group)).filter(({ amount }) => amount > 0);
  const balances = await lockQuotaUsage(tx, request.account, counted);
  const grant = counted.reduce(
    (so, { resource, scope, amount }, index) => {
      const fitting = remainingMultiples(balances[index] ?? { limit: null, used: 0 }, amount);
      return fitting < so.granted ? { granted: fitting, shortage: quotaProblem(resource, scope) } : so;
    },
    roomInPodCidr(network, request.count),
  );
  if (grant.granted === 0) return grant;
  await adjustUsage(
    tx,
    request.account,
    counted.map((quota) => ({ ...quota, amount: quota.amount * grant.granted })),
  );
  await saveNetworkUsage(
    tx,
    network.clusterId,
    addUsage(usageOf(network), inGroup(multiplyUsage(each, grant.granted), group)),
  );
  return grant;
}

/** Recounts the nodes and releases the usage that they no longer need. */
export async function releaseNodeNetwork(tx: Transaction, clusterId: string): Promise<void> {
  const network = await lockClusterNetwork(tx, clusterId);
  if (!network) return;
  const now = await recount(tx, network);
  const before = usageOf(network);
  const usage = await addNodeRoutes(tx, network, { before, now });
  if (!sameJson(usage, before)) await saveNetworkUsage(tx, network.clusterId, usage);
}

/** Releases everything that the cluster's nodes use. */
export async function releaseAllNodes(tx: Transaction, network: ClusterNetworkRow): Promise<void> {
  await addNodeRoutes(tx, network, { before: usageOf(network), now: NOTHING });
}

/** Reserves or releases the difference; returns the new usage. */
async function addNodeRoutes(
  tx: Transaction,
  network: ClusterNetworkRow,
  { before, now }: { readonly before: NodesNetworkUsage; readonly now: NodesNetworkUsage },
): Promise<NodesNetworkUsage> {
  const { account } = network;
  const had = quotaUsages(network, before);
  const groupIds = new Set([...Object.keys(before.groups), ...Object.keys(now.groups)]);
  const groups = Object.fromEntries([...groupIds].map((id) => [id, now.groups[id] ?? 0]));
  const usage: Counted[] = [];
  for (const { resource, scope, amount } of quotaUsages(network, { ...now, groups })) {
    const difference = amount - amountOf(had, resource, scope);
    await release(tx, { account, resource, scope, amount: -difference });
    const got =
      difference > 0 ? await reserveUpTo(tx, { account, resource, scope, amount: difference }) : difference;
    usage.push({ resource, scope, amount: amount - difference + got });
  }
  return instanceQuotaUsage(network, usage);
}

/** An amount of a quota resource. */
interface Counted {
  readonly resource: string;
  readonly scope: string;
  readonly amount: number;
}

/** Splits network usage by quota resource. */
function quotaUsages({ vpcId }: ClusterNetworkRow, use: NodesNetworkUsage): Counted[] {
  return [
    { resource: ROUTES, scope: vpcId, amount: use.routes },
    { resource: PRIVATE_IPS, scope: vpcId, amount: use.addresses },
    ...Object.entries(use.groups).map(([scope, amount]) => ({ resource: GROUP_IPS, scope, amount })),
    { resource: ENIS, scope: '', amount: use.enis },
  ];
}

/** Combines amounts by quota resource into network usage: the inverse of `countedIn`. */
function instanceQuotaUsage({ vpcId }: ClusterNetworkRow, counted: readonly Counted[]): NodesNetworkUsage {
  const groups = counted.filter(({ resource, amount }) => resource === GROUP_IPS && amount > 0);
  return {
    routes: amountOf(counted, ROUTES, vpcId),
    addresses: amountOf(counted, PRIVATE_IPS, vpcId),
    enis: amountOf(counted, ENIS, ''),
    groups: Object.fromEntries(groups.map(({ scope, amount }) => [scope, amount])),
  };
}

function amountOf(counted: readonly Counted[], resource: string, scope: string): number {
  return counted.find((quota) => quota.resource === resource && quota.scope === scope)?.amount ?? 0;
}

/** Exhausted addresses and interfaces have an error code of their own: IP_NOT_AVAILABLE. */
function quotaProblem(resource: string, scope: string): Problem {
  if (resource === PRIVATE_IPS)
    return {
      code: 'IP_NOT_AVAILABLE',
      message: `The VPC ${scope} has no more private addresses (${resource}).`,
    };
  if (resource === GROUP_IPS) {
    const message = `The security group ${scope} has no room for more addresses (${resource}).`;
    return { code: 'IP_NOT_AVAILABLE', message };
  }
  if (resource === ENIS) {
    const message = `The account has no more network interfaces, and so no addresses for pods (${resource}).`;
    return { code: 'IP_NOT_AVAILABLE', message };
  }
  const where = resource === ROUTES ? ` in the route table of ${scope}` : '';
  const message = `The ${resource} quota has no room for another node${where}. Ask for more with requestQuotaIncrease.`;
  return { code: 'QUOTA_EXCEEDED', message };
}

function roomInPodCidr(network: ClusterNetworkRow, count: number): NodeNetworkReservation {
  const prefix = network.podCidr === null ? null : (parseCidr(network.podCidr)?.prefix ?? null);
  const capacity = nodeCapacity(prefix, network.nodeCidrMask);
  const room = capacity === null ? count : Math.max(0, capacity - usageOf(network).routes);
  if (room >= count) return { granted: count, shortage: null };
  const message = `The pod CIDR ${network.podCidr} has parts for ${capacity} nodes of /${network.nodeCidrMask}.`;
  return { granted: room, shortage: { code: 'IP_NOT_AVAILABLE', message } };
}

/** The maximum of each resource over the instance types. */
async function largestNetworkUsage(
  tx: Transaction,
  network: ClusterNetworkRow,
  types: readonly string[],
): Promise<NetworkUsage> {
  if (network.plugin !== 'TERWAY') return nodeNetworkUsage(network, { enis: 0, ipsPerEni: 0 });
  const rows = await findInstanceTypes(tx, types);
  const uses = rows.map((row) => nodeNetworkUsage(network, row));
  const most = (of: keyof NetworkUsage) => Math.max(0, ...uses.map((use) => use[of]));
  return { routes: most('routes'), addresses: most('addresses'), enis: most('enis') };
}

/**
 * Network usage of the existing nodes, by security group. A node without a chosen instance type counts as the largest
 * type of its pool.
 */
async function recount(tx: Transaction, network: ClusterNetworkRow): Promise<NodesNetworkUsage> {
  const rows = await countGroupNodes(tx, network);
  const terway = network.plugin === 'TERWAY';
  return rows
    .map(({ group, nodes, enis, addresses }) =>
      inGroup(
        terway
          ? { routes: 0, addresses: nodes + addresses, enis }
          : { routes: nodes, addresses: nodes, enis: 0 },
        group,
      ),
    )
    .reduce(addUsage, NOTHING);
}

/** The recorded usage; an older release recorded it without groups, all in the security group of the cluster. */
function usageOf({ quotaUsage, securityGroupId }: ClusterNetworkRow): NodesNetworkUsage {
  const stored = { ...NO_NETWORK_USAGE, ...(quotaUsage as unknown as Partial<NodesNetworkUsage>) };
  return { ...inGroup(stored, securityGroupId), ...(stored.groups && { groups: stored.groups }) };
}
