import { throwNotFound } from '../../../engine/not-found.js';
import type { VSwitchPlace } from '../../../engine/providers/instance.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { throwProblem } from '../../../kernel/result.js';
import { rejectGroupWithoutDns } from './dns-access.js';
import type { ClusterNetworkRow } from '../store/network.store.js';
import type { NodePool } from '../store/reconcile.store.js';
import { configOf, type PoolConfig } from '../model/pool-config.js';
import { findClusterNetwork } from '../store/cluster-network.store.js';
import { findVSwitches, vSwitchPlaces } from '../store/vswitch.store.js';
import { findSecurityGroup } from '../store/security-group.store.js';
import { lockVpc } from '../store/vpc.store.js';

/** Applies `placedConfig` to the pools of a new cluster. */
export async function placedPools<P extends { readonly config: PoolConfig }>(
  tx: Transaction,
  pools: readonly P[],
  { account, clusterId }: { readonly account: string; readonly clusterId: string },
): Promise<P[]> {
  const placed: P[] = [];
  for (const [index, pool] of pools.entries()) {
    const place = { account, clusterId, path: ['input', 'nodePools', String(index)] };
    placed.push({ ...pool, config: await placedConfig(tx, pool.config, place) });
  }
  return placed;
}

interface PoolLocation {
  readonly account: string;
  readonly clusterId: string;
  /** Path of the pool in the input. */
  readonly path: readonly string[];
  /** The pool's current security group; null and undefined: that of its cluster. */
  readonly presentGroupId?: string | null;
}

/**
 * Returns the configuration with the zones of its vSwitches. Rejects with `NOT_FOUND` vSwitches and security groups
 * that the account does not have, with `NETWORK_MISMATCH` those of another VPC than the cluster's and zones without a
 * vSwitch of the cluster, and with `SECURITY_GROUP_RULE_MISSING` a new security group that blocks pods from the DNS.
 */
export async function placedConfig(
  tx: Transaction,
  config: PoolConfig,
  place: PoolLocation,
): Promise<PoolConfig> {
  const { account, clusterId } = place;
  const network = await findClusterNetwork(tx, clusterId);
  const here: PoolLocation = { ...place, path: [...place.path, 'instanceConfig'] };
  const { vSwitchIds, securityGroupId, zoneIds } = config.instanceConfig;
  // The lock on the VPC prevents the concurrent deletion of its resources.
  if (network && (vSwitchIds.length > 0 || securityGroupId !== null))
    await lockVpc(tx, account, network.vpcId);
  if (securityGroupId !== null) await checkGroup(tx, securityGroupId, { ...here, network });
  if (vSwitchIds.length === 0) {
    if (network && zoneIds.length > 0) await rejectBareZones(tx, network, { ...here, zoneIds });
    return config;
  }
  const found = await findVSwitches(tx, account, vSwitchIds);
  vSwitchIds.forEach((id, index) => {
    const one = found.find((vSwitch) => vSwitch.id === id);
    inVpc(one, {
      kind: 'VSWITCH',
      id,
      vpcId: network?.vpcId,
      path: [...here.path, 'vSwitchIds', String(index)],
    });
  });
  const zones = [...new Set(found.map(({ zoneId }) => zoneId))];
  return { ...config, instanceConfig: { ...config.instanceConfig, zoneIds: zones } };
}

/** The pool's current security group is accepted even when its rules have changed since. */
async function checkGroup(
  tx: Transaction,
  id: string,
  {
    account,
    network,
    presentGroupId,
    ...place
  }: PoolLocation & { readonly network: ClusterNetworkRow | null },
): Promise<void> {
  const path = [...place.path, 'securityGroupId'];
  const group = await findSecurityGroup(tx, account, id);
  inVpc(group, { kind: 'SECURITY_GROUP', id, vpcId: network?.vpcId, path });
  if (group && network && id !== presentGroupId) rejectGroupWithoutDns(group, network.podCidr, path);
}

/** Instances need an address of a vSwitch in their zone. */
async function rejectBareZones(
  tx: Transaction,
  { vSwitchIds }: { readonly vSwitchIds: readonly string[] },
  { account, path, zoneIds }: PoolLocation & { readonly zoneIds: readonly string[] },
): Promise<void> {
  const rows = await findVSwitches(tx, account, vSwitchIds);
  const zones = new Set(rows.map(({ zoneId }) => zoneId));
  const bare = zoneIds.findIndex((id) => !zones.has(id));
  if (bare < 0) return;
  const message =
    `The cluster has no vSwitch in ${zoneIds[bare]}, only in ${[...zones].sort().join(', ')}; ` +
    'name one of that zone in vSwitchIds.';
  throwProblem('NETWORK_MISMATCH', message, { path: [...path, 'zoneIds', String(bare)] });
}

/** The VPC and zones in which a pool's instances get addresses; undefined without a recorded network. */
export async function addressesOf(
  tx: Transaction,
  { account, clusterId, config }: Pick<NodePool, 'account' | 'clusterId' | 'config'>,
): Promise<{ readonly vpcId: string; readonly zoneIds: readonly string[] } | undefined> {
  const network = await findClusterNetwork(tx, clusterId);
  if (!network) return undefined;
  const { vSwitchIds } = configOf({ config }).instanceConfig;
  const ids = vSwitchIds.length > 0 ? vSwitchIds : network.vSwitchIds;
  const vSwitches = await findVSwitches(tx, account, ids);
  return { vpcId: network.vpcId, zoneIds: [...new Set(vSwitches.map(({ zoneId }) => zoneId))].sort() };
}

/** The vSwitches in which a pool's instances get addresses; undefined: those of its cluster. */
export async function vSwitchesOf(
  database: Database,
  pool: Pick<NodePool, 'account' | 'config'>,
): Promise<readonly VSwitchPlace[] | undefined> {
  const { vSwitchIds } = configOf(pool).instanceConfig;
  if (vSwitchIds.length === 0) return undefined;
  return vSwitchPlaces(database, vSwitchIds);
}

interface PlacedResource {
  readonly kind: 'SECURITY_GROUP' | 'VSWITCH';
  readonly id: string;
  readonly vpcId: string | undefined;
  readonly path: readonly string[];
}

function inVpc(
  found: { readonly vpcId: string } | null | undefined,
  { kind, id, vpcId, path }: PlacedResource,
): void {
  if (!found) return throwNotFound(kind, id, path);
  if (vpcId !== undefined && found.vpcId !== vpcId)
    throwProblem(
      'NETWORK_MISMATCH',
      `${id} is in ${found.vpcId}, the cluster of the node pool in ${vpcId}. Name one of that VPC.`,
      { path },
    );
}
