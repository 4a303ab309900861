import type { Database } from '../../kernel/database.js';

/** Uses by `<resource>|<scope>`; what is not used at all is left out. */
export type Uses = Record<string, number>;

/** What the ledger says that an account uses. */
export async function ledgerUses(prisma: Database, account: string): Promise<Uses> {
  const rows = await prisma.ledgerUsage.findMany({ where: { account } });
  return sorted(new Map(rows.map(({ resource, scope, used }) => [`${resource}|${scope}`, used])));
}

/**
 * What an account uses, counted anew from the rows of its clusters, node pools and nodes. It is what the ledger says
 * whenever nothing is under way. A pool holds places for the larger of what is wished and what exists; a node that
 * failed holds its place until the next wish, but no vCPUs.
 */
export async function recount(prisma: Database, account: string): Promise<Uses> {
  const where = { account, deletedAt: null };
  const [clusters, pools, nodes] = await prisma.$transaction([
    prisma.cluster.findMany({ where }),
    prisma.nodePool.findMany({ where }),
    prisma.node.findMany({ where: { account } }),
  ]);
  const uses = new Map<string, number>();
  const count = (key: string, amount: number) => uses.set(key, (uses.get(key) ?? 0) + amount);
  const products = new Map(clusters.map(({ id, product }) => [id, product]));
  for (const { product } of clusters) {
    count(`${product}/clustersPerAccount|`, 1);
    if (product !== 'REGISTERED') count('load-balancers|', 1);
  }
  for (const { id, clusterId, desiredSize } of pools) {
    const existing = nodes.filter((node) => node.nodePoolId === id).length;
    const places = Math.max(desiredSize, existing);
    const product = products.get(clusterId) ?? 'of a cluster that is gone';
    count(`${product}/nodePoolsPerCluster|${clusterId}`, 1);
    count(`${product}/nodesPerCluster|${clusterId}`, places);
    count(`instances-per-scaling-group|${id}`, places);
  }
  for (const { state, vcpus } of nodes) count('payg-vcpu|', state === 'failed' ? 0 : vcpus);
  return sorted(uses);
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

/** Whether no job of the engine waits or runs. */
export async function noJobs(prisma: Database): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ jobs: number }[]>`
    SELECT count(*)::int AS jobs FROM graphile_worker._private_jobs`;
  return row?.jobs === 0;
}
