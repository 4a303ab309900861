import type { Catalog, ClusterQuotaCounts, ClusterQuotaEntry } from './catalog.js';

/** A row of quotas.quota_definition. */
export interface QuotaDefinitionRow {
  /** The ledger's resource. */
  readonly resource: string;
  readonly description: string;
  readonly unit: string;
  readonly adjustable: boolean;
  /** null: not a fixed number. */
  readonly default_limit: number | null;
  /** Scope of a count, e.g. ACCOUNT or CLUSTER. */
  readonly scope_kind: string;
  readonly product: string | null;
  readonly position: number;
}

type QuotaTemplate = Pick<QuotaDefinitionRow, 'description' | 'unit' | 'scope_kind'>;

interface ProductCounts extends ClusterQuotaCounts {
  readonly scalingGroupsPerCluster: number | null;
}

/** Definition of each limit; `description` follows the product's name and a colon. */
const clusterCounts: Readonly<Record<keyof ProductCounts, QuotaTemplate>> = {
  clustersPerAccount: { description: 'clusters per account', unit: 'cluster', scope_kind: 'ACCOUNT' },
  nodePoolsPerCluster: { description: 'node pools per cluster', unit: 'node pool', scope_kind: 'CLUSTER' },
  scalingGroupsPerCluster: {
    description: 'scaling groups per cluster; each node pool needs one, whatever the limit of node pools',
    unit: 'scaling group',
    scope_kind: 'CLUSTER',
  },
  nodesPerCluster: { description: 'nodes per cluster', unit: 'node', scope_kind: 'CLUSTER' },
  podsPerNode: {
    description: 'pods per node with Flannel (with Terway: the addresses that the node can allocate)',
    unit: 'pod',
    scope_kind: 'NODE',
  },
  podsPerCluster: { description: 'pods per cluster', unit: 'pod', scope_kind: 'CLUSTER' },
};

const productNames: Readonly<Record<string, string>> = {
  ACK_PRO: 'ACK Pro',
  ACK_STANDARD: 'ACK Standard',
  ACK_DEDICATED: 'ACK Dedicated',
  ASK_PRO: 'ASK Pro',
  ASK_STANDARD: 'ASK Standard',
  EDGE_PRO: 'ACK@Edge Pro',
  EDGE_STANDARD: 'ACK@Edge Standard',
  REGISTERED: 'Registered clusters',
};

/** Scopes of the resources of resource-quotas.json other than ACCOUNT. */
const resourceScopes: Readonly<Record<string, string>> = {
  'payg-max-vcpu-per-instance': 'INSTANCE',
  'instances-per-scaling-group': 'NODE_POOL',
  'custom-routes-per-route-table': 'ROUTE_TABLE',
  'vswitches-per-vpc': 'VPC',
  'private-ips-per-vpc': 'VPC',
  'ips-per-security-group': 'SECURITY_GROUP',
  'servers-per-load-balancer': 'LOAD_BALANCER',
  'listeners-per-load-balancer': 'LOAD_BALANCER',
  'backend-repeats-per-instance': 'INSTANCE',
};

/** All quotas of the catalog. A limit that does not apply to a product has no quota. */
export function quotaDefinitions(
  catalog: Pick<Catalog, 'clusterQuotas' | 'resourceQuotas'>,
): QuotaDefinitionRow[] {
  const ofProducts = catalog.clusterQuotas.flatMap(ofProduct);
  const ofResources = catalog.resourceQuotas.map((entry) => ({
    resource: entry.id,
    description: entry.description,
    unit: entry.unit,
    adjustable: entry.adjustable,
    default_limit: entry.limit,
    scope_kind: resourceScopes[entry.id] ?? 'ACCOUNT',
    product: null,
  }));
  return [...ofProducts, ...ofResources].map((row, position) => ({ ...row, position }));
}

function ofProduct(entry: ClusterQuotaEntry): Omit<QuotaDefinitionRow, 'position'>[] {
  const counts = Object.entries(clusterCounts) as [keyof ProductCounts, QuotaTemplate][];
  const limits = productCounts(entry);
  return counts
    .filter(([count]) => limits[count] !== null)
    .map(([count, template]) => ({
      ...template,
      resource: `${entry.product}/${count}`,
      description: `${productNames[entry.product] ?? entry.product}: ${template.description}`,
      adjustable: !entry.notAdjustable.includes(count),
      default_limit: limits[count],
      product: entry.product,
    }));
}

/**
 * Adds the limit of scaling groups (ESS). The ACK documentation (quotas, note 1) says that a raised quota of node pools
 * takes effect only if that of scaling groups is raised, too, and names no figure: the default is the product's default
 * number of node pools.
 */
function productCounts(entry: ClusterQuotaCounts): ProductCounts {
  return { ...entry, scalingGroupsPerCluster: entry.nodePoolsPerCluster };
}
