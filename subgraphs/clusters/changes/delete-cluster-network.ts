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

/** The deletion of a cluster's network, after its other resources. */
export interface ClusterNetworkDeletion {
  readonly clusterId: string;
  /** Ids of the resources to retain. */
  readonly retain: readonly string[];
}

/**
 * Deletes the resources that were created for a cluster and that nothing else uses. Retained resources become
 * resources of the account. Returns whether the load balancer of its API is retained.
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

/** Locks in the order of createCluster, which prevents deadlocks: the default VPC, then its quotas. */
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

/**
 * Deletes the default VPC with its last cluster, unless it contains resources that the account created or retains.
 */
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
    // The deletion of the next cluster would delete a VPC whose creator is the platform.
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
