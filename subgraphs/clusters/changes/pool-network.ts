import { throwNotFound } from '../../../engine/not-found.js';
import type { VSwitchPlace } from '../../../engine/providers/instance.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { throwProblem } from '../../../kernel/result.js';
import { refuseGroupWithoutDns } from './dns-access.js';
import type { ClusterNetworkRow } from '../store/network.store.js';
import type { NodePool } from '../store/reconcile.store.js';
import { configOf, type PoolConfig } from '../model/pool-config.js';
import { findClusterNetwork } from '../store/cluster-network.store.js';
import { findVSwitches, vSwitchPlaces } from '../store/vswitch.store.js';
import { findSecurityGroup } from '../store/security-group.store.js';
import { lockVpc } from '../store/vpc.store.js';

/** New pools of a cluster that is being recorded, each with its `placedConfig`. */
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
  /** Where the pool stands in the input. */
  readonly path: readonly string[];
  /** The security group that the pool has; null and undefined: that of its cluster. */
  readonly presentGroupId?: string | null;
}

/**
 * The configuration with the zones that its vSwitches say. Refuses `NOT_FOUND` for vSwitches and security groups that
 * the account has not, `NETWORK_MISMATCH` for those of another VPC than the cluster's, and for zones in which the
 * cluster has no vSwitch, and `SECURITY_GROUP_RULE_MISSING` for another security group that keeps pods from the DNS.
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
  // The VPC is locked, so that no part of it is deleted concurrently.
  if (network && (vSwitchIds.length > 0 || securityGroupId !== null))
    await lockVpc(tx, account, network.vpcId);
  if (securityGroupId !== null) await checkGroup(tx, securityGroupId, { ...here, network });
  if (vSwitchIds.length === 0) {
    if (network && zoneIds.length > 0) await refuseBareZones(tx, network, { ...here, zoneIds });
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

/** A pool that has the group already keeps it, whatever has become of its rules. */
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
  if (group && network && id !== presentGroupId) refuseGroupWithoutDns(group, network.podCidr, path);
}

/** Where the cluster has no vSwitch, its instances can have no address. */
async function refuseBareZones(
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

/** The VPC in which instances of a pool have their addresses, and the zones; undefined without a network on record. */
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

/** The vSwitches in which instances of a pool get their addresses; undefined: in those of its cluster. */
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
