import { type Product, products } from '../../../kernel/product.js';
import type { QuotaScope } from './quota.enums.js';
import { ACCOUNT_SCOPE, GENERAL_SCOPE, quotaId, type QuotaKey } from '../../../engine/ledger/quota-id.js';

/** Maximum limit of an application. */
export const MAX_LIMIT = 1_000_000;

/** A quota of the catalog. */
export interface QuotaDefinition {
  readonly resource: string;
  readonly description: string;
  readonly unit: string;
  readonly adjustable: boolean;
  readonly scopeKind: QuotaScope;
  readonly product: Product | null;
  /** The limit of an account without an approved increase; null: no fixed number. */
  readonly defaultLimit: number | null;
}

export interface Balance {
  readonly limit: number | null;
  readonly used: number;
}

/** Resources whose usage the ledger counts. */
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
 * Returns the resource whose limit also applies; the lower limit is effective. Each node pool uses one scaling group,
 * so both limits apply to node pools.
 */
export function limitingResource(resource: string): string | undefined {
  const [product, count] = resource.split('/');
  return count === 'nodePoolsPerCluster' ? `${product}/scalingGroupsPerCluster` : undefined;
}

/** Whether the ledger counts the usage of the resource. */
function isCounted(resource: string): boolean {
  return countedResources.has(resource) || countedByProduct.has(resource.split('/')[1] ?? '');
}

/** The product of the resource; undefined for a resource of the account. */
export function productOf(resource: string): Product | undefined {
  const name = resource.split('/')[0];
  return products.find((product) => product === name);
}

/** The key of the definition's quota without a specific cluster, node pool, … */
export function generalKey(definition: QuotaDefinition): QuotaKey {
  return {
    resource: definition.resource,
    scope: definition.scopeKind === 'ACCOUNT' ? ACCOUNT_SCOPE : GENERAL_SCOPE,
  };
}

/** Whether the definition applies to each cluster of the product. */
export function appliesToClusterOf(definition: QuotaDefinition, product: Product): boolean {
  return (
    definition.product === product && (definition.scopeKind === 'CLUSTER' || definition.scopeKind === 'NODE')
  );
}

/** The limit of another resource that also applies to a quota. */
export interface OtherLimit {
  readonly resource: string;
  readonly limit: number | null;
}

/** A limit and its usage; the GraphQL type Quota describes the fields. */
export interface Quota {
  readonly id: string;
  readonly resource: string;
  readonly description: string;
  readonly limit: number | null;
  readonly defaultLimit: number | null;
  readonly effectiveLimit: number | null;
  readonly limitedBy: string | null;
  readonly used: number;
  readonly unit: string;
  readonly adjustable: boolean;
  readonly scope: QuotaScope;
  readonly scopeId: string | null;
  readonly product: Product | null;
  readonly available: number | null;
  readonly counted: boolean;
}

/** Filter of quotas; all conditions must match. */
export interface QuotaSelection {
  readonly resource?: string | null;
  readonly product?: Product | null;
  readonly scope?: QuotaScope | null;
  readonly adjustable?: boolean | null;
}

/** The quota of a definition, with its balance in the scope. */
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

/** Whether the definition matches the parts of the filter that do not depend on usage. */
export function matches(definition: QuotaDefinition, filter: QuotaSelection): boolean {
  return (
    (filter.resource == null || definition.resource === filter.resource) &&
    (filter.product == null || definition.product === filter.product) &&
    (filter.scope == null || definition.scopeKind === filter.scope) &&
    (filter.adjustable == null || definition.adjustable === filter.adjustable)
  );
}
