import type { Platform } from '../../../../engine/platform.js';
import { ProblemError } from '../../../../kernel/result.js';
import { poolStateProblem } from '../../model/pool-states.js';
import type { NodePool } from '../../store/reconcile.store.js';
import { canResize } from '../../changes/pool-size.js';
import { observedScalingGroup } from '../../model/scaling-group.js';
import { poolsOfCluster } from '../../store/node-pool.store.js';

/** Ids of the pools with a scaling group at the provider. The recorded state of the groups can be a minute old. */
export async function poolsWithGroup(
  { database, provider }: Pick<Platform, 'database' | 'provider'>,
  account: string,
  clusterId: string,
): Promise<ReadonlySet<string>> {
  const pools = await poolsOfCluster(database.prisma, { clusterId, account });
  if (pools.every((pool) => observedScalingGroup(pool) === null)) return new Set();
  const groups = await provider.scalingGroups(clusterId);
  return new Set(groups.filter(({ state }) => state === 'ACTIVE').map(({ nodePoolId }) => nodePoolId));
}

/**
 * Rejects pools that cannot get nodes with `SCALING_GROUP_MISSING`, and pools with an unfinished operation with
 * `INVALID_STATE`.
 */
export function rejectStuckPools(
  pools: readonly NodePool[],
  withGroup: ReadonlySet<string>,
  poolIds: readonly string[] | null | undefined,
): void {
  const problems = pools.flatMap((pool) => {
    const lost = observedScalingGroup(pool) !== null && !withGroup.has(pool.id);
    if (!lost && canResize(pool)) return [];
    const index = poolIds?.indexOf(pool.id) ?? -1;
    const path = index < 0 ? ['input', 'id'] : ['input', 'nodePoolIds', String(index)];
    const state = lost ? 'UNHEALTHY' : pool.state;
    return [poolStateProblem({ id: pool.id, state }, path)];
  });
  if (problems.length > 0) throw new ProblemError(problems);
}
