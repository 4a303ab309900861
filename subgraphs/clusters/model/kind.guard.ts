import type { Product } from '../../../kernel/product.js';
import { throwProblem } from '../../../kernel/result.js';
import { isServerless, hasNodePools } from './product.rules.js';

/**
 * Rejects node pools and attached instances with `UNSUPPORTED_BY_KIND` on serverless and registered clusters, which
 * have no nodes of this platform.
 */
export function rejectNodesOn({ product }: { readonly product: Product }, path: readonly string[]): void {
  if (hasNodePools(product)) return;
  const why = isServerless(product) ? 'its pods run on container instances' : 'its nodes are made elsewhere';
  throwProblem('UNSUPPORTED_BY_KIND', `A cluster of ${product} has no nodes or node pools here: ${why}.`, {
    path,
  });
}
