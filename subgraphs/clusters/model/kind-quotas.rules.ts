import type { ControlPlaneOwner } from './cluster-kind.enums.js';
import type { Product } from '../../../kernel/product.js';

const PER_POOL = ['nodePoolsPerCluster', 'scalingGroupsPerCluster'];
const POOLED = ['clustersPerAccount', ...PER_POOL, 'nodesPerCluster', 'podsPerNode'];
const SERVERLESS = ['clustersPerAccount', 'podsPerCluster'];
const REGISTERED = ['clustersPerAccount', ...PER_POOL, 'podsPerNode'];

/**
 * The quotas of a product: those of the ACK documentation's quota table, and its limit of scaling groups besides that
 * of node pools.
 */
function countsOf(product: Product): readonly string[] {
  if (product === 'ASK_PRO' || product === 'ASK_STANDARD') return SERVERLESS;
  return product === 'REGISTERED' ? REGISTERED : POOLED;
}

/** The quota resources that clusters of a product use. */
export function quotasOf(
  product: Product,
  properties: { readonly nodePools: boolean; readonly controlPlane: ControlPlaneOwner },
): string[] {
  return [
    ...countsOf(product).map((count) => `${product}/${count}`),
    // The load balancer in front of the API server.
    ...(properties.controlPlane === 'EXTERNAL' ? [] : ['load-balancers']),
    ...(properties.nodePools ? ['payg-vcpu', 'instances-per-scaling-group'] : []),
  ];
}
