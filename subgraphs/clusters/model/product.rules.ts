import type { Product } from '../../../kernel/product.js';

/** Whether the product's clusters run pods on container instances instead of nodes. */
export function isServerless(product: Product): boolean {
  return product === 'ASK_STANDARD' || product === 'ASK_PRO';
}

/** Whether clusters of the product have node pools of this platform. */
export function hasNodePools(product: Product): boolean {
  return !isServerless(product) && product !== 'REGISTERED';
}

/** Whether the platform creates the control plane (a registered cluster brings its own). */
export function hasOwnControlPlane(product: Product): boolean {
  return product !== 'REGISTERED';
}
