import { deleteScope, release } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { releaseVpc, releaseVSwitches } from './network-quotas.js';
import { usersOfSecurityGroup } from '../store/network-users.store.js';
import * as store from '../store/network.store.js';
import { releaseAllNodes } from './node-network.js';

/** A cluster that is gone but for what it was connected to. */
export interface ClusterNetworkDeletion {
  readonly clusterId: string;
  /** Ids of resources that shall outlive it. */
  readonly retain: readonly string[];
}

/**
 * Takes away what was made for a cluster and nobody else uses, but for what is to be retained; that belongs to the
 * account from then on. Answers whether the load balancer of its API stays.
 */
export async function deleteClusterNetwork(
  tx: Transaction,
  { clusterId, retain }: ClusterNetworkDeletion,
): Promise<{ readonly keepsLoadBalancer: boolean }> {
  const network = await tx.clusterNetwork.findUnique({ where: { clusterId } });
  if (!network) return { keepsLoadBalancer: false };
  const kept = new Set(retain);
  await lockPlace(tx, network);
  await releaseAllNodes(tx, network);
  await tx.clusterNetwork.delete({ where: { clusterId } });
  const keepsLoadBalancer = await removeResources(tx, network, kept);
  await removeGroup(tx, network, kept);
  await removeDefaultVpc(tx, network, kept);
  return { keepsLoadBalancer };
}

/** In the order in which createCluster takes them: the default VPC, then what is counted in it. */
async function lockPlace(tx: Transaction, { account, vpcId }: store.ClusterNetworkRow): Promise<void> {
  const vpc = await tx.vpc.findFirst({ where: { id: vpcId, account } });
  if (vpc?.creator === 'PLATFORM') await store.lockDefaultVpc(tx, account, vpc.regionId);
  await store.lockVpc(tx, account, vpcId);
}

async function removeResources(
  tx: Transaction,
  { clusterId, account }: store.ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<boolean> {
  const resources = await tx.cloudResource.findMany({ where: { clusterId, retained: false } });
  const stays = resources.filter(({ id }) => kept.has(id));
  const goes = resources.filter(({ id }) => !kept.has(id));
  await tx.cloudResource.updateMany({
    where: { id: { in: stays.map(({ id }) => id) } },
    data: { retained: true },
  });
  await tx.cloudResource.deleteMany({ where: { id: { in: goes.map(({ id }) => id) } } });
  const eips = goes.filter(({ type }) => type === 'EIP').length;
  await release(tx, { account, resource: 'eips', scope: '', amount: eips });
  return stays.some(({ type }) => type === 'LOAD_BALANCER');
}

async function removeGroup(
  tx: Transaction,
  { account, securityGroupId: id }: store.ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<void> {
  const group = await tx.securityGroup.findFirst({ where: { id, creator: 'PLATFORM' } });
  if (!group) return;
  if (kept.has(id)) {
    await tx.securityGroup.update({ where: { id }, data: { creator: 'USER' } });
    return;
  }
  if ((await usersOfSecurityGroup(tx, id)).length > 0) return;
  await tx.securityGroup.delete({ where: { id } });
  await deleteScope(tx, account, id);
}

/** The default VPC goes with its last cluster, unless something of the account's own is in it or to be retained. */
async function removeDefaultVpc(
  tx: Transaction,
  { account, vpcId }: store.ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<void> {
  const vpc = await tx.vpc.findFirst({ where: { id: vpcId, creator: 'PLATFORM' } });
  if (!vpc) return;
  await store.lockDefaultVpc(tx, account, vpc.regionId);
  await tx.vSwitch.updateMany({ where: { vpcId, id: { in: [...kept] } }, data: { creator: 'USER' } });
  if (await isUsed(tx, vpcId, kept)) return;
  const { count } = await tx.vSwitch.deleteMany({ where: { vpcId, creator: 'PLATFORM' } });
  await releaseVSwitches(tx, { account, vpcId, amount: count });
  if (await belongsToAccount(tx, vpcId, kept)) {
    // A VPC without an owner of its own would vanish with the next cluster.
    await tx.vpc.update({ where: { id: vpcId }, data: { creator: 'USER' } });
    return;
  }
  await tx.vpc.delete({ where: { id: vpcId } });
  await deleteScope(tx, account, vpcId);
  await releaseVpc(tx, vpc);
}

async function isUsed(tx: Transaction, vpcId: string, kept: ReadonlySet<string>): Promise<boolean> {
  if ((await tx.clusterNetwork.count({ where: { vpcId } })) === 0) return false;
  if (kept.has(vpcId)) await tx.vpc.update({ where: { id: vpcId }, data: { creator: 'USER' } });
  return true;
}

async function belongsToAccount(tx: Transaction, vpcId: string, kept: ReadonlySet<string>): Promise<boolean> {
  if (kept.has(vpcId)) return true;
  const own = { vpcId, creator: 'USER' };
  const groups = await tx.securityGroup.count({ where: own });
  return groups + (await tx.vSwitch.count({ where: own })) > 0;
}
