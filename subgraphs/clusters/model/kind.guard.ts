import type { Product } from '../../../kernel/product.js';
import { throwProblem } from '../../../kernel/result.js';
import { isServerless, hasNodePools } from './product.rules.js';

/**
 * Refuses `UNSUPPORTED_BY_KIND` what needs nodes of ours (node pools, attached instances) on a cluster that has none:
 * serverless and registered ones.
 */
export function refuseNodesOn({ product }: { readonly product: Product }, path: readonly string[]): void {
  if (hasNodePools(product)) return;
  const why = isServerless(product) ? 'its pods run on container instances' : 'its nodes are made elsewhere';
  throwProblem('UNSUPPORTED_BY_KIND', `A cluster of ${product} has no nodes or node pools here: ${why}.`, {
    path,
  });
}
