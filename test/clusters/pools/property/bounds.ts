import { expect } from 'vitest';
import { usageNow, ledgerUses } from '../../../kit/ledger-recount.js';
import type { Run } from './run-command.js';

const POOLS = `query ($id: ID!) { cluster(id: $id) { nodePools(first: 50) { nodes {
  name state desiredSize autoscaling { enabled minSize maxSize }
  scalingGroup { state minSize maxSize desiredSize } } } } }`;

interface Bounds {
  readonly minSize: number;
  readonly maxSize: number;
}
interface BoundedPool {
  readonly name: string;
  readonly state: string;
  readonly desiredSize: number;
  readonly autoscaling: (Bounds & { readonly enabled: boolean }) | null;
  readonly scalingGroup: (Bounds & { readonly state: string; readonly desiredSize: number }) | null;
}

/** Small limits, so that sequences reach them. */
export const LIMITS: Readonly<Record<string, number>> = {
  'ACK_PRO/nodesPerCluster': 10,
  'ACK_PRO/nodePoolsPerCluster': 4,
  'ACK_PRO/scalingGroupsPerCluster': 4,
  'instances-per-scaling-group': 6,
  'payg-vcpu': 60,
  'spot-vcpu': 16,
};

/** Limits within which every pool reaches its desired size. */
export const RAISED: Readonly<Record<string, number>> = { ...LIMITS, 'payg-vcpu': 500, 'spot-vcpu': 500 };

/**
 * Invariants of every pool at every moment, with the current limits. `changedOutside`: scaling groups were changed
 * outside the platform.
 */
export async function expectBounds(run: Run, changedOutside: boolean, limits = LIMITS): Promise<void> {
  const { setup, clusterId } = run;
  const { cluster } = await setup.run<{ cluster: { nodePools: { nodes: BoundedPool[] } } }>(POOLS, {
    id: clusterId,
  });
  for (const pool of cluster.nodePools.nodes) {
    const text = JSON.stringify(pool);
    if (pool.autoscaling?.enabled) expectWithin(pool.desiredSize, pool.autoscaling, text);
    if (pool.scalingGroup && !changedOutside)
      expectWithin(pool.scalingGroup.desiredSize, pool.scalingGroup, text);
    expect(pool.desiredSize, text).toBeLessThanOrEqual(LIMITS['instances-per-scaling-group'] ?? 0);
  }
  await expectNoCrowd(run);
  await expectLedger(run, limits);
}

/** A completed pool has at most its desired number of nodes; counted in one statement. */
async function expectNoCrowd({ setup, clusterId }: Run): Promise<void> {
  const crowded = await setup.world.prisma.$queryRaw<{ name: string }[]>`
    SELECT pool.name, pool.state, pool.desired_size, pool.autoscaling, count(node.id)::int AS staying
    FROM clusters.node_pool AS pool
    JOIN clusters.node AS node ON node.node_pool_id = pool.id AND node.state NOT IN ('removing', 'failed')
    WHERE pool.cluster_id = ${clusterId} AND pool.deleted_at IS NULL AND pool.state IN ('ACTIVE', 'FAILED')
    GROUP BY pool.id HAVING count(node.id) > pool.desired_size`;
  expect(crowded, 'completed pools with more nodes than desired').toEqual([]);
}

async function expectLedger({ setup: { world } }: Run, limits: typeof LIMITS): Promise<void> {
  for (const { resource, ledger, rows } of await usageNow(world.prisma, 'acme'))
    expect(ledger, `${resource} by the ledger and by the rows, in one snapshot`).toBe(rows);
  for (const [key, used] of Object.entries(await ledgerUses(world.prisma, 'acme'))) {
    expect(used, key).toBeGreaterThanOrEqual(0);
    expect(used, key).toBeLessThanOrEqual(limits[key.split('|')[0] ?? ''] ?? Infinity);
  }
}

function expectWithin(size: number, { minSize, maxSize }: Bounds, text: string): void {
  expect(size, text).toBeGreaterThanOrEqual(minSize);
  expect(size, text).toBeLessThanOrEqual(maxSize);
}
