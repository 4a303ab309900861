import type { Product } from '../../../kernel/graph/product.type.js';
import type { Problem } from '../../../kernel/result.js';
import { type KindRequest, kindOf } from '../cluster-kind/cluster-kind.rules.js';
import type { ClusterSpec } from './cluster.enums.js';

/** What a cluster is, as a request says it. */
export type ProductRequest = KindRequest;

/** What a cluster is sold as, and its edition where there are editions. */
export interface ProductChoice {
  readonly product: Product;
  readonly spec: ClusterSpec | null;
}

/** The product of a type, profile and spec, or why the combination does not exist. */
export function productOf(request: ProductRequest): { choice?: ProductChoice; problems: Problem[] } {
  const { kind, problems } = kindOf(request);
  return { ...(kind && { choice: { product: kind.product, spec: kind.spec } }), problems };
}

/** Whether pods of the product's clusters run on container instances, without nodes. */
export function isServerless(product: string): boolean {
  return product === 'ASK_STANDARD' || product === 'ASK_PRO';
}

/** Whether clusters of the product have node pools of ours. */
export function hasNodePools(product: string): boolean {
  return !isServerless(product) && product !== 'REGISTERED';
}

/** Whether the platform makes the control plane (a registered cluster has one already, elsewhere). */
export function hasOwnControlPlane(product: string): boolean {
  return product !== 'REGISTERED';
}
