import type { Transaction } from '../../../kernel/database.js';
import { refuse } from '../../../kernel/result.js';
import type { Prisma } from '../reconcile/reconcile.store.js';
import type { PoolConfig } from './pool-config.rules.js';

/** A configuration as the column takes it. */
export function storedConfig(config: PoolConfig): Prisma.InputJsonObject {
  return config as unknown as Prisma.InputJsonObject;
}

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

interface Place {
  readonly account: string;
  readonly clusterId: string;
  /** Where the pool stands in the input. */
  readonly path: readonly string[];
}

/**
 * The configuration with the zones that its vSwitches say. Refuses `NOT_FOUND` for vSwitches and security groups that
 * the account has not, and `NETWORK_MISMATCH` for those of another VPC than the cluster's.
 */
export async function placedConfig(tx: Transaction, config: PoolConfig, place: Place): Promise<PoolConfig> {
  const { vSwitchIds, securityGroupId } = config.machines;
  if (vSwitchIds.length === 0 && securityGroupId === null) return config;
  const { account, clusterId, path } = place;
  const network = await tx.clusterNetwork.findFirst({ where: { clusterId, account } });
  const found = await tx.vSwitch.findMany({ where: { account, id: { in: [...vSwitchIds] } } });
  vSwitchIds.forEach((id, index) => {
    const here = [...path, 'machines', 'vSwitchIds', String(index)];
    inVpc(
      found.find((one) => one.id === id),
      { id, vpcId: network?.vpcId, path: here },
    );
  });
  if (securityGroupId !== null) {
    const group = await tx.securityGroup.findFirst({ where: { account, id: securityGroupId } });
    const here = [...path, 'machines', 'securityGroupId'];
    inVpc(group, { id: securityGroupId, vpcId: network?.vpcId, path: here });
  }
  const zoneIds =
    found.length > 0 ? [...new Set(found.map(({ zoneId }) => zoneId))] : config.machines.zoneIds;
  return { ...config, machines: { ...config.machines, zoneIds } };
}

function inVpc(
  found: { readonly vpcId: string } | null | undefined,
  {
    id,
    vpcId,
    path,
  }: { readonly id: string; readonly vpcId: string | undefined; readonly path: readonly string[] },
): void {
  if (!found) refuse('NOT_FOUND', `There is no ${id}.`, { path });
  if (vpcId !== undefined && found.vpcId !== vpcId)
    refuse('NETWORK_MISMATCH', `${id} is in ${found.vpcId}, the cluster is in ${vpcId}.`, { path });
}
