import type { Database } from '../../kernel/postgres/database.js';
import type { CloudResourceClaim, Cluster, Node, NodePool } from '../../prisma/generated/client.js';

/** Usage by `<resource>|<scope>`, without unused resources. */
export type Uses = Record<string, number>;

/** Rows of an account, in one snapshot. */
interface Belongings {
  readonly clusters: readonly Cluster[];
  readonly pools: readonly NodePool[];
  readonly nodes: readonly Node[];
  /** Granted load balancers and disks of objects inside clusters. */
  readonly claims: readonly CloudResourceClaim[];
  readonly account: string;
  readonly prisma: Database;
}

type Count = (resource: string, scope: string, amount: number) => void;

/** Counts the usage of one resource from the rows. */
type Recount = (has: Belongings, count: Count) => void | Promise<void>;

/** Usage of an account by the ledger. */
export async function ledgerUses(prisma: Database, account: string): Promise<Uses> {
  const rows = await prisma.ledgerUsage.findMany({ where: { account } });
  return sorted(new Map(rows.map(({ resource, scope, used }) => [`${resource}|${scope}`, used])));
}

/**
 * Expected usage of each resource while no operation runs; a new resource needs an entry here. A pool uses quota for its
 * nodes, without failed ones, and for its desired size while it is being scaled.
 */
const recounts: Readonly<Record<string, Recount>> = {
  clustersPerAccount: ({ clusters }, count) => {
    for (const { product } of clusters) count(`${product}/clustersPerAccount`, '', 1);
  },
  'load-balancers': ({ clusters, claims }, count) => {
    for (const { product } of clusters) if (product !== 'REGISTERED') count('load-balancers', '', 1);
    for (const { kind } of claims) if (kind === 'LOAD_BALANCER') count('load-balancers', '', 1);
  },
  'listeners-per-load-balancer': ({ claims }, count) => {
    for (const { id, loadBalancerId, listeners } of claims)
      count('listeners-per-load-balancer', loadBalancerId ?? id, listeners);
  },
  'servers-per-load-balancer': ({ claims }, count) => {
    for (const { id, loadBalancerId, backendServers } of claims)
      count('servers-per-load-balancer', loadBalancerId ?? id, backendServers);
  },
  'backend-repeats-per-instance': ({ claims }, count) => {
    for (const { kind, clusterId } of claims)
      if (kind !== 'DISK') count('backend-repeats-per-instance', clusterId, 1);
  },
  'payg-disks': ({ claims, nodes }, count) => {
    for (const { kind } of claims) if (kind === 'DISK') count('payg-disks', '', 1);
    for (const { state, vcpus, chargeType, disks } of nodes)
      if (state !== 'failed' && vcpus > 0 && chargeType !== 'PREPAID') count('payg-disks', '', disks);
  },
  instances: ({ nodes }, count) => {
    for (const { state, vcpus } of nodes) if (state !== 'failed' && vcpus > 0) count('instances', '', 1);
  },
  nodePoolsPerCluster: ({ clusters, pools }, count) => {
    for (const { clusterId } of pools)
      count(`${productOf(clusters, clusterId)}/nodePoolsPerCluster`, clusterId, 1);
  },
  scalingGroupsPerCluster: ({ clusters, pools }, count) => {
    for (const { clusterId } of pools)
      count(`${productOf(clusters, clusterId)}/scalingGroupsPerCluster`, clusterId, 1);
  },
  nodesPerCluster: ({ clusters, pools, nodes }, count) => {
    for (const pool of pools)
      count(`${productOf(clusters, pool.clusterId)}/nodesPerCluster`, pool.clusterId, placesOf(pool, nodes));
  },
  'instances-per-scaling-group': ({ pools, nodes }, count) => {
    for (const pool of pools) count('instances-per-scaling-group', pool.id, placesOf(pool, nodes));
  },
  'payg-vcpu': ({ nodes }, count) => {
    for (const node of nodes) if (node.chargeType === 'POSTPAID') count('payg-vcpu', '', vcpusOf(node));
  },
  vpcs: async ({ prisma, account }, count) => {
    count('vpcs', '', await prisma.vpc.count({ where: { account } }));
    for (const { vpcId } of await prisma.vSwitch.findMany({ where: { account } }))
      count('vswitches-per-vpc', vpcId, 1);
  },
  eips: async ({ prisma, account }, count) => {
    for (const { type, retained } of await prisma.cloudResource.findMany({ where: { account } })) {
      if (type === 'EIP') count('eips', '', 1);
      // Pools of existing clusters are counted with their clusters.
      else if (retained) count('load-balancers', '', 1);
    }
  },
  networks: async ({ prisma, account, nodes }, count) => {
    const types = new Map((await prisma.instanceType.findMany()).map((type) => [type.id, type]));
    for (const network of await prisma.clusterNetwork.findMany({ where: { account } })) {
      const mine = nodes.filter(
        ({ clusterId, state, vcpus }) => clusterId === network.clusterId && state !== 'failed' && vcpus > 0,
      );
      for (const { instanceType, securityGroupId } of mine) {
        const { enis = 0, ipsPerEni = 0 } = types.get(instanceType) ?? {};
        const terway = network.plugin === 'TERWAY';
        const addresses = 1 + (terway ? Math.max(0, enis - 1) * ipsPerEni : 0);
        count('private-ips-per-vpc', network.vpcId, addresses);
        count('ips-per-security-group', securityGroupId ?? network.securityGroupId, addresses);
        if (terway) count('secondary-enis', '', Math.max(0, enis - 1));
        else count('custom-routes-per-route-table', network.vpcId, 1);
      }
    }
  },
  'spot-vcpu': ({ nodes }, count) => {
    for (const node of nodes) if (node.chargeType === 'SPOT') count('spot-vcpu', '', vcpusOf(node));
  },
};

/** Usage of an account, counted from its rows; equal to the ledger while no operation runs. */
export async function recount(prisma: Database, account: string): Promise<Uses> {
  const where = { account, deletedAt: null };
  const [clusters, pools, nodes, claims] = await prisma.$transaction([
    prisma.cluster.findMany({ where }),
    prisma.nodePool.findMany({ where }),
    prisma.node.findMany({ where: { account } }),
    prisma.cloudResourceClaim.findMany({ where: { account, state: 'GRANTED' } }),
  ]);
  const uses = new Map<string, number>();
  const count: Count = (resource, scope, amount) => {
    const key = `${resource}|${scope}`;
    uses.set(key, (uses.get(key) ?? 0) + amount);
  };
  for (const again of Object.values(recounts))
    await again({ clusters, pools, nodes, claims, account, prisma }, count);
  return sorted(uses);
}

function productOf(clusters: readonly Cluster[], id: string): string {
  return clusters.find((cluster) => cluster.id === id)?.product ?? 'of a cluster that is gone';
}

function vcpusOf({ state, vcpus }: Node): number {
  return state === 'failed' ? 0 : vcpus;
}

function placesOf(pool: NodePool, nodes: readonly Node[]): number {
  const { id, desiredSize, generation, observedGeneration } = pool;
  const made = nodes.filter((node) => node.nodePoolId === id && node.state !== 'failed').length;
  return observedGeneration >= generation ? made : Math.max(desiredSize, made);
}

function sorted(uses: ReadonlyMap<string, number>): Uses {
  const used = [...uses].filter(([, amount]) => amount !== 0);
  return Object.fromEntries(used.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Account-wide usage of instances and claims by the ledger and by the rows, in one statement: both are equal at all times,
 * also during operations.
 */
export async function usageNow(
  prisma: Database,
  account: string,
): Promise<{ resource: string; ledger: number; rows: number }[]> {
  return prisma.$queryRaw`
    WITH instance AS (
      SELECT vcpus, disks, charge_type FROM clusters.node
      WHERE account = ${account} AND state <> 'failed' AND vcpus > 0
    ), counted (resource, amount) AS (
      SELECT 'payg-vcpu', sum(vcpus) FROM instance WHERE charge_type = 'POSTPAID'
      UNION ALL SELECT 'spot-vcpu', sum(vcpus) FROM instance WHERE charge_type = 'SPOT'
      UNION ALL SELECT 'instances', count(*) FROM instance
      UNION ALL SELECT 'payg-disks', coalesce((SELECT sum(disks) FROM instance WHERE charge_type <> 'PREPAID'), 0)
        + (SELECT count(*) FROM clusters.cloud_resource_claim
           WHERE account = ${account} AND kind = 'DISK' AND state = 'GRANTED')
    )
    SELECT counted.resource, coalesce(counted.amount, 0)::int AS rows, coalesce(usage.used, 0)::int AS ledger
    FROM counted LEFT JOIN engine.ledger_usage AS usage
      ON usage.account = ${account} AND usage.resource = counted.resource AND usage.scope = ''`;
}

/** Kinds that poll clusters; their usage is written in the transaction of the rows. */
const WATCHERS = ['autoscaling', 'component', 'control-plane', 'cloud-resource-requests'];

/** Waiting and running jobs of the engine (human-readable), without those that only poll. */
export async function jobsNow(prisma: Database): Promise<string[]> {
  const jobs = await prisma.$queryRaw<{ job: string }[]>`
    SELECT concat_ws(' ', key, payload::text, 'attempts', attempts, 'locked by', locked_by, 'in', run_at - now()) AS job
    FROM graphile_worker._private_jobs WHERE payload->>'kind' <> ALL(${WATCHERS})`;
  return jobs.map(({ job }) => job);
}
