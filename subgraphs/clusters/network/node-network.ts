import { release, reserveUpTo } from '../../../engine/ledger.js';
import type { Transaction } from '../../../kernel/database.js';
import type { Problem } from '../../../kernel/result.js';
import type { ClusterNetworkRow } from './network.store.js';
import { parseCidr } from './cidr.rules.js';
import { type NetworkUse, nodeCapacity, NO_USE, plus, times, useOfNode } from './max-pods.rules.js';
import { ENIS, GROUP_IPS, PRIVATE_IPS, ROUTES } from './network-quotas.js';

/** Nodes that are to be connected. */
export interface NodesWish {
  readonly account: string;
  readonly clusterId: string;
  /** Acceptable types; what the greediest of them needs is taken. */
  readonly instanceTypes: readonly string[];
  readonly count: number;
}

export interface NodesGrant {
  /** How many of them the network has room for. */
  readonly granted: number;
  /** Why the others have none. */
  readonly shortage: Problem | null;
}

/**
 * Takes routes, addresses and interfaces for as many of the nodes as the network has room for. Clusters without a
 * network of ours have room for all.
 */
export async function reserveNodes(tx: Transaction, wish: NodesWish): Promise<NodesGrant> {
  if (wish.count === 0) return { granted: 0, shortage: null };
  const network = await lockNetwork(tx, wish.clusterId);
  if (!network) return { granted: wish.count, shortage: null };
  const each = await greediest(tx, network, wish.instanceTypes);
  let grant = roomInPodCidr(network, wish.count);
  const taken: { resource: string; scope: string; each: number; amount: number }[] = [];
  for (const { resource, scope, each: amount } of countedIn(network, each)) {
    if (amount === 0 || grant.granted === 0) continue;
    const got = await reserveUpTo(tx, {
      account: wish.account,
      resource,
      scope,
      amount: grant.granted * amount,
      step: amount,
    });
    taken.push({ resource, scope, each: amount, amount: got });
    if (got < grant.granted * amount)
      grant = { granted: got / amount, shortage: shortageOf(resource, network) };
  }
  for (const { resource, scope, each: amount, amount: got } of taken) {
    const surplus = got - grant.granted * amount;
    await release(tx, { account: wish.account, resource, scope, amount: surplus });
  }
  if (grant.granted > 0) await setHeld(tx, network, plus(heldOf(network), times(each, grant.granted)));
  return grant;
}

/** Gives back what nodes no longer need: what is held is brought to what a recount of the nodes gives. */
export async function releaseNodes(tx: Transaction, clusterId: string): Promise<void> {
  const network = await lockNetwork(tx, clusterId);
  if (!network) return;
  const now = await recount(tx, network);
  const before = heldOf(network);
  const held = await bring(tx, network, { before, now });
  if (JSON.stringify(held) !== JSON.stringify(before)) await setHeld(tx, network, held);
}

/** Gives back everything that the cluster's nodes hold. */
export async function releaseAllNodes(tx: Transaction, network: ClusterNetworkRow): Promise<void> {
  await bring(tx, network, { before: heldOf(network), now: NO_USE });
}

/** Takes or gives back the difference; answers what is held then. */
async function bring(
  tx: Transaction,
  network: ClusterNetworkRow,
  { before, now }: { readonly before: NetworkUse; readonly now: NetworkUse },
): Promise<NetworkUse> {
  const { account } = network;
  const old = countedIn(network, before);
  const short = { routes: 0, addresses: 0, enis: 0 };
  for (const [index, { resource, scope, of, each: wanted }] of countedIn(network, now).entries()) {
    const difference = wanted - (old[index]?.each ?? 0);
    await release(tx, { account, resource, scope, amount: -difference });
    if (difference <= 0) continue;
    const got = await reserveUpTo(tx, { account, resource, scope, amount: difference });
    short[of] = Math.max(short[of], difference - got);
  }
  return plus(now, times(short, -1));
}

/** The counted resources of a network, with how much of each a use is. */
function countedIn({ vpcId, securityGroupId }: ClusterNetworkRow, use: NetworkUse) {
  return [
    { resource: ROUTES, scope: vpcId, of: 'routes', each: use.routes },
    { resource: PRIVATE_IPS, scope: vpcId, of: 'addresses', each: use.addresses },
    { resource: GROUP_IPS, scope: securityGroupId, of: 'addresses', each: use.addresses },
    { resource: ENIS, scope: '', of: 'enis', each: use.enis },
  ] as const;
}

/** Addresses that run out are another matter than quotas that can be raised. */
function shortageOf(resource: string, { vpcId, securityGroupId }: ClusterNetworkRow): Problem {
  if (resource === PRIVATE_IPS)
    return {
      code: 'IP_NOT_AVAILABLE',
      message: `The VPC ${vpcId} has no more private addresses (${resource}).`,
    };
  if (resource === GROUP_IPS) {
    const message = `The security group ${securityGroupId} has no room for more addresses (${resource}).`;
    return { code: 'IP_NOT_AVAILABLE', message };
  }
  const where = resource === ROUTES ? ` in the route table of ${vpcId}` : '';
  return { code: 'QUOTA_EXCEEDED', message: `The ${resource} quota has no room for another node${where}.` };
}

function roomInPodCidr(network: ClusterNetworkRow, count: number): NodesGrant {
  const prefix = network.podCidr === null ? null : (parseCidr(network.podCidr)?.prefix ?? null);
  const capacity = nodeCapacity(prefix, network.nodeCidrMask);
  const room = capacity === null ? count : Math.max(0, capacity - heldOf(network).routes);
  if (room >= count) return { granted: count, shortage: null };
  const message = `The pod CIDR ${network.podCidr} has parts for ${capacity} nodes of /${network.nodeCidrMask}.`;
  return { granted: room, shortage: { code: 'IP_NOT_AVAILABLE', message } };
}

async function lockNetwork(tx: Transaction, clusterId: string): Promise<ClusterNetworkRow | null> {
  const rows = await tx.$queryRaw<ClusterNetworkRow[]>`
    SELECT cluster_id AS "clusterId", account, vpc_id AS "vpcId", vswitch_ids AS "vSwitchIds",
           security_group_id AS "securityGroupId", plugin, pod_cidr AS "podCidr", service_cidr AS "serviceCidr",
           node_cidr_mask AS "nodeCidrMask", held
    FROM clusters.cluster_network WHERE cluster_id = ${clusterId} FOR UPDATE`;
  return rows[0] ?? null;
}

/** The most that a node of one of the types takes, resource by resource. */
async function greediest(
  tx: Transaction,
  network: ClusterNetworkRow,
  types: readonly string[],
): Promise<NetworkUse> {
  if (network.plugin !== 'TERWAY') return useOfNode(network, { enis: 0, ipsPerEni: 0 });
  const rows = await tx.instanceType.findMany({ where: { id: { in: [...types] } } });
  const uses = rows.map((row) => useOfNode(network, row));
  const most = (of: keyof NetworkUse) => Math.max(0, ...uses.map((use) => use[of]));
  return { routes: most('routes'), addresses: most('addresses'), enis: most('enis') };
}

/** What the nodes that are there take. A node whose machine is not chosen yet counts as the greediest of its pool. */
async function recount(tx: Transaction, network: ClusterNetworkRow): Promise<NetworkUse> {
  const [row] = await tx.$queryRaw<{ nodes: number; enis: number; addresses: number }[]>`
    SELECT count(*)::int AS nodes, coalesce(sum(size.enis), 0)::int AS enis,
           coalesce(sum(size.addresses), 0)::int AS addresses
    FROM clusters.node AS node
    LEFT JOIN clusters.node_pool AS pool ON pool.id = node.node_pool_id
    CROSS JOIN LATERAL (
      SELECT coalesce(max(greatest(type.enis - 1, 0)), 0) AS enis,
             coalesce(max(greatest(type.enis - 1, 0) * type.ips_per_eni), 0) AS addresses
      FROM clusters.instance_type AS type
      WHERE type.id = node.instance_type
         OR (node.state = 'pending' AND type.id = ANY(pool.instance_types))) AS size
    WHERE node.cluster_id = ${network.clusterId} AND node.state <> 'failed' AND node.vcpus > 0`;
  const { nodes, enis, addresses } = row ?? { nodes: 0, enis: 0, addresses: 0 };
  if (network.plugin !== 'TERWAY') return { routes: nodes, addresses: nodes, enis: 0 };
  return { routes: 0, addresses: nodes + addresses, enis };
}

export function heldOf({ held }: Pick<ClusterNetworkRow, 'held'>): NetworkUse {
  return { ...NO_USE, ...(held as unknown as Partial<NetworkUse>) };
}

async function setHeld(tx: Transaction, { clusterId }: ClusterNetworkRow, use: NetworkUse): Promise<void> {
  await tx.clusterNetwork.update({ where: { clusterId }, data: { held: { ...use } } });
}
