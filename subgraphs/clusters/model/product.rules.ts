import type { Product } from '../../../kernel/product.js';

/** Whether pods of the product's clusters run on container instances, without nodes. */
export function isServerless(product: Product): boolean {
  return product === 'ASK_STANDARD' || product === 'ASK_PRO';
}

/** Whether clusters of the product have node pools of ours. */
export function hasNodePools(product: Product): boolean {
  return !isServerless(product) && product !== 'REGISTERED';
}

/** Whether the platform makes the control plane (a registered cluster has one already, elsewhere). */
export function hasOwnControlPlane(product: Product): boolean {
  return product !== 'REGISTERED';
}
