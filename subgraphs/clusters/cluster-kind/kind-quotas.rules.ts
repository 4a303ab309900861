import type { Product } from '../../../kernel/graph/product.type.js';
import type { ControlPlaneOwner } from './cluster-kind.enums.js';

const POOLED = ['clustersPerAccount', 'nodePoolsPerCluster', 'nodesPerCluster', 'podsPerNode'];
const SERVERLESS = ['clustersPerAccount', 'podsPerCluster'];
const REGISTERED = ['clustersPerAccount', 'nodePoolsPerCluster', 'podsPerNode'];

/** The counts of the ACK documentation's table that limit clusters of a product. */
function countsOf(product: Product): readonly string[] {
  if (product === 'ASK_PRO' || product === 'ASK_STANDARD') return SERVERLESS;
  return product === 'REGISTERED' ? REGISTERED : POOLED;
}

/** The resources of the ledger that clusters of a product, made so, take of. */
export function quotasOf(
  product: Product,
  made: { readonly nodePools: boolean; readonly controlPlane: ControlPlaneOwner },
): string[] {
  return [
    ...countsOf(product).map((count) => `${product}/${count}`),
    // The load balancer in front of the API server.
    ...(made.controlPlane === 'EXTERNAL' ? [] : ['load-balancers']),
    ...(made.nodePools ? ['payg-vcpu', 'scaling-groups', 'instances-per-scaling-group'] : []),
  ];
}
