import { deleteScope, release } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { releaseVpc, releaseVSwitches } from './network-quotas.js';
import { usersOfSecurityGroup } from '../store/network-users.store.js';
import type { ClusterNetworkRow } from '../store/network.store.js';
import { releaseAllNodes } from './node-network.js';
import {
  countNetworksIn,
  deleteClusterNetworkRow,
  findClusterNetwork,
} from '../store/cluster-network.store.js';
import {
  deleteVpc,
  findPlatformVpc,
  findVpc,
  lockDefaultVpc,
  lockVpc,
  transferVpc,
} from '../store/vpc.store.js';
import {
  cloudResourcesOf,
  deleteCloudResources,
  retainCloudResources,
} from '../store/cloud-resource.store.js';
import {
  countSecurityGroups,
  deleteSecurityGroup,
  findPlatformSecurityGroup,
  transferSecurityGroup,
} from '../store/security-group.store.js';
import { countVSwitches, deletePlatformVSwitches, transferVSwitches } from '../store/vswitch.store.js';

/** A cluster that is gone but for what it was connected to. */
export interface ClusterNetworkDeletion {
  readonly clusterId: string;
  /** Ids of resources that shall outlive it. */
  readonly retain: readonly string[];
}

/**
 * Deletes what was created for a cluster and is not used otherwise, except what is retained; that belongs to the
 * account from then on. Answers whether the load balancer of its API stays.
 */
export async function deleteClusterNetwork(
  tx: Transaction,
  { clusterId, retain }: ClusterNetworkDeletion,
): Promise<{ readonly keepsLoadBalancer: boolean }> {
  const network = await findClusterNetwork(tx, clusterId);
  if (!network) return { keepsLoadBalancer: false };
  const kept = new Set(retain);
  await lockPlace(tx, network);
  await releaseAllNodes(tx, network);
  await deleteClusterNetworkRow(tx, clusterId);
  const keepsLoadBalancer = await removeResources(tx, network, kept);
  await removeGroup(tx, network, kept);
  await removeDefaultVpc(tx, network, kept);
  return { keepsLoadBalancer };
}

/** In the order in which createCluster takes them: the default VPC, then what is counted in it. */
async function lockPlace(tx: Transaction, { account, vpcId }: ClusterNetworkRow): Promise<void> {
  const vpc = await findVpc(tx, account, vpcId);
  if (vpc?.creator === 'PLATFORM') await lockDefaultVpc(tx, account, vpc.regionId);
  await lockVpc(tx, account, vpcId);
}

async function removeResources(
  tx: Transaction,
  { clusterId, account }: ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<boolean> {
  const resources = await cloudResourcesOf(tx, clusterId);
  const stays = resources.filter(({ id }) => kept.has(id));
  const goes = resources.filter(({ id }) => !kept.has(id));
  await retainCloudResources(
    tx,
    stays.map(({ id }) => id),
  );
  await deleteCloudResources(
    tx,
    goes.map(({ id }) => id),
  );
  const eips = goes.filter(({ type }) => type === 'EIP').length;
  await release(tx, { account, resource: 'eips', scope: '', amount: eips });
  return stays.some(({ type }) => type === 'LOAD_BALANCER');
}

async function removeGroup(
  tx: Transaction,
  { account, securityGroupId: id }: ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<void> {
  const group = await findPlatformSecurityGroup(tx, id);
  if (!group) return;
  if (kept.has(id)) {
    await transferSecurityGroup(tx, id);
    return;
  }
  if ((await usersOfSecurityGroup(tx, id)).length > 0) return;
  await deleteSecurityGroup(tx, id);
  await deleteScope(tx, account, id);
}

/** The default VPC goes with its last cluster, unless something of the account's own is in it or to be retained. */
async function removeDefaultVpc(
  tx: Transaction,
  { account, vpcId }: ClusterNetworkRow,
  kept: ReadonlySet<string>,
): Promise<void> {
  const vpc = await findPlatformVpc(tx, vpcId);
  if (!vpc) return;
  await lockDefaultVpc(tx, account, vpc.regionId);
  await transferVSwitches(tx, vpcId, [...kept]);
  if (await isUsed(tx, vpcId, kept)) return;
  const amount = await deletePlatformVSwitches(tx, vpcId);
  await releaseVSwitches(tx, { account, vpcId, amount });
  if (await belongsToAccount(tx, vpcId, kept)) {
    // A VPC without an owner of its own would vanish with the next cluster.
    await transferVpc(tx, vpcId);
    return;
  }
  await deleteVpc(tx, vpcId);
  await deleteScope(tx, account, vpcId);
  await releaseVpc(tx, vpc);
}

async function isUsed(tx: Transaction, vpcId: string, kept: ReadonlySet<string>): Promise<boolean> {
  if ((await countNetworksIn(tx, vpcId)) === 0) return false;
  if (kept.has(vpcId)) await transferVpc(tx, vpcId);
  return true;
}

async function belongsToAccount(tx: Transaction, vpcId: string, kept: ReadonlySet<string>): Promise<boolean> {
  if (kept.has(vpcId)) return true;
  const own = { vpcId, creator: 'USER' } as const;
  return (await countSecurityGroups(tx, own)) + (await countVSwitches(tx, own)) > 0;
}
