import type { Database } from '../../kernel/database.js';
import type { Cluster, Node, NodePool } from '../../prisma/generated/client.js';

/** Uses by `<resource>|<scope>`; what is not used at all is left out. */
export type Uses = Record<string, number>;

/** What an account has, in one snapshot. */
export interface Belongings {
  readonly clusters: readonly Cluster[];
  readonly pools: readonly NodePool[];
  readonly nodes: readonly Node[];
  readonly prisma: Database;
}

export type Count = (resource: string, scope: string, amount: number) => void;

/** Counts one kind of resource anew from what is there. */
export type Recount = (has: Belongings, count: Count) => void | Promise<void>;

/** What the ledger says that an account uses. */
export async function ledgerUses(prisma: Database, account: string): Promise<Uses> {
  const rows = await prisma.ledgerUsage.findMany({ where: { account } });
  return sorted(new Map(rows.map(({ resource, scope, used }) => [`${resource}|${scope}`, used])));
}

/**
 * What the ledger must say of each resource when nothing is under way, by resource: a new one gets its line here. A
 * pool holds places for the larger of what is wished and what exists; a node that failed holds its place until the
 * next wish, but no vCPUs.
 */
const recounts: Readonly<Record<string, Recount>> = {
  clustersPerAccount: ({ clusters }, count) => {
    for (const { product } of clusters) count(`${product}/clustersPerAccount`, '', 1);
  },
  'load-balancers': ({ clusters }, count) => {
    for (const { product } of clusters) if (product !== 'REGISTERED') count('load-balancers', '', 1);
  },
  nodePoolsPerCluster: ({ clusters, pools }, count) => {
    for (const { clusterId } of pools)
      count(`${productOf(clusters, clusterId)}/nodePoolsPerCluster`, clusterId, 1);
  },
  nodesPerCluster: ({ clusters, pools, nodes }, count) => {
    for (const pool of pools)
      count(`${productOf(clusters, pool.clusterId)}/nodesPerCluster`, pool.clusterId, placesOf(pool, nodes));
  },
  'instances-per-scaling-group': ({ pools, nodes }, count) => {
    for (const pool of pools) count('instances-per-scaling-group', pool.id, placesOf(pool, nodes));
  },
  'payg-vcpu': ({ nodes }, count) => {
    for (const { state, vcpus } of nodes) count('payg-vcpu', '', state === 'failed' ? 0 : vcpus);
  },
};

/** What an account uses, counted anew from its rows. It is what the ledger says whenever nothing is under way. */
export async function recount(prisma: Database, account: string): Promise<Uses> {
  const where = { account, deletedAt: null };
  const [clusters, pools, nodes] = await prisma.$transaction([
    prisma.cluster.findMany({ where }),
    prisma.nodePool.findMany({ where }),
    prisma.node.findMany({ where: { account } }),
  ]);
  const uses = new Map<string, number>();
  const count: Count = (resource, scope, amount) => {
    const key = `${resource}|${scope}`;
    uses.set(key, (uses.get(key) ?? 0) + amount);
  };
  for (const again of Object.values(recounts)) await again({ clusters, pools, nodes, prisma }, count);
  return sorted(uses);
}

function productOf(clusters: readonly Cluster[], id: string): string {
  return clusters.find((cluster) => cluster.id === id)?.product ?? 'of a cluster that is gone';
}

function placesOf({ id, desiredSize }: NodePool, nodes: readonly Node[]): number {
  return Math.max(desiredSize, nodes.filter((node) => node.nodePoolId === id).length);
}

function sorted(uses: ReadonlyMap<string, number>): Uses {
  const used = [...uses].filter(([, amount]) => amount !== 0);
  return Object.fromEntries(used.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** vCPUs by the ledger and by the nodes that hold them, in one statement: the two are equal at every moment. */
export async function vcpusNow(prisma: Database, account: string): Promise<{ ledger: number; held: number }> {
  const [row] = await prisma.$queryRaw<{ ledger: number; held: number }[]>`
    SELECT coalesce((SELECT used FROM engine.ledger_usage
                     WHERE account = ${account} AND resource = 'payg-vcpu' AND scope = ''), 0)::int AS ledger,
           coalesce((SELECT sum(vcpus) FROM clusters.node
                     WHERE account = ${account} AND state <> 'failed'), 0)::int AS held`;
  return row ?? { ledger: 0, held: 0 };
}

/** The jobs of the engine that wait or run, for people. */
export async function jobsNow(prisma: Database): Promise<string[]> {
  const jobs = await prisma.$queryRaw<{ job: string }[]>`
    SELECT concat_ws(' ', key, payload::text, 'attempts', attempts, 'locked by', locked_by, 'in', run_at - now()) AS job
    FROM graphile_worker._private_jobs`;
  return jobs.map(({ job }) => job);
}
