import type { QuotaFilter } from '../api/quota/quota.type.js';
import { type Quota, QuotaScope } from '../api/quota/quota.type.js';
import { Product } from '../../runtime/graph/product.type.js';
import { ACCOUNT_SCOPE, GENERAL_SCOPE, quotaId, type QuotaKey } from '../../../engine/ledger/quota-id.js';

/** The largest limit that can be asked for. */
export const MAX_LIMIT = 1_000_000;

/** A quota of the catalogue. */
export interface QuotaDefinition {
  readonly resource: string;
  readonly description: string;
  readonly unit: string;
  readonly adjustable: boolean;
  readonly scopeKind: QuotaScope;
  readonly product: Product | null;
  /** What an account has that was granted nothing; null: no fixed number. */
  readonly defaultLimit: number | null;
}

export interface Balance {
  readonly limit: number | null;
  readonly used: number;
}

/** Whose use the ledger has. */
const countedResources = new Set([
  'backend-repeats-per-instance',
  'custom-routes-per-route-table',
  'eips',
  'instances-per-scaling-group',
  'ips-per-security-group',
  'listeners-per-load-balancer',
  'load-balancers',
  'payg-disks',
  'payg-vcpu',
  'private-ips-per-vpc',
  'secondary-enis',
  'servers-per-load-balancer',
  'spot-vcpu',
  'vpcs',
  'vswitches-per-vpc',
]);
const countedByProduct = new Set([
  'clustersPerAccount',
  'nodePoolsPerCluster',
  'nodesPerCluster',
  'podsPerCluster',
  'scalingGroupsPerCluster',
]);

/**
 * The resource whose limit holds beside that of another one: the lower of the two is effective. A cluster has as many node
 * pools as it may have, and as it may have scaling groups.
 */
export function limitingResource(resource: string): string | undefined {
  const [product, count] = resource.split('/');
  return count === 'nodePoolsPerCluster' ? `${product}/scalingGroupsPerCluster` : undefined;
}

/** Whether the ledger has the use of the resource. */
function isCounted(resource: string): boolean {
  return countedResources.has(resource) || countedByProduct.has(resource.split('/')[1] ?? '');
}

/** The product whose limit the resource is; undefined when it is not one of a product. */
export function productOf(resource: string): Product | undefined {
  const name = resource.split('/')[0];
  return Object.values(Product).find((product) => product === name);
}

/** The key of the definition's quota when no particular cluster, node pool … is asked for. */
export function generalKey(definition: QuotaDefinition): QuotaKey {
  return {
    resource: definition.resource,
    scope: definition.scopeKind === QuotaScope.ACCOUNT ? ACCOUNT_SCOPE : GENERAL_SCOPE,
  };
}

/** Whether the definition limits something in each cluster of the product. */
export function appliesToClusterOf(definition: QuotaDefinition, product: Product): boolean {
  return (
    definition.product === product &&
    (definition.scopeKind === QuotaScope.CLUSTER || definition.scopeKind === QuotaScope.NODE)
  );
}

/** Another limit that holds beside a quota's own. */
export interface OtherLimit {
  readonly resource: string;
  readonly limit: number | null;
}

/** A quota as the graph shows it. */
export function toQuota(
  definition: QuotaDefinition,
  scope: string,
  balance: Balance,
  other?: OtherLimit,
): Quota {
  const { limit, used } = balance;
  const lowered = other?.limit != null && (limit === null || other.limit < limit);
  const effectiveLimit = lowered ? other.limit : limit;
  return {
    id: quotaId({ resource: definition.resource, scope }),
    resource: definition.resource,
    description: definition.description,
    limit,
    defaultLimit: definition.defaultLimit,
    effectiveLimit,
    limitedBy: lowered ? other.resource : null,
    used,
    unit: definition.unit,
    adjustable: definition.adjustable,
    scope: definition.scopeKind,
    scopeId: scope === ACCOUNT_SCOPE || scope === GENERAL_SCOPE ? null : scope,
    product: definition.product,
    available: effectiveLimit === null ? null : Math.max(0, effectiveLimit - used),
    counted: isCounted(definition.resource),
  };
}

/** Whether the definition passes the parts of the filter that do not depend on use. */
export function matches(definition: QuotaDefinition, filter: QuotaFilter): boolean {
  return (
    (filter.resource == null || definition.resource === filter.resource) &&
    (filter.product == null || definition.product === filter.product) &&
    (filter.scope == null || definition.scopeKind === filter.scope) &&
    (filter.adjustable == null || definition.adjustable === filter.adjustable)
  );
}
