import type { Problem } from '../../../kernel/result.js';
import type { Product } from '../../../kernel/graph/product.type.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';

/** What a cluster is, as a request says it. */
export interface ProductRequest {
  readonly type: ClusterType;
  readonly profile?: ClusterProfile | null | undefined;
  readonly spec?: ClusterSpec | null | undefined;
}

/** What a cluster is sold as, and its edition where there are editions. */
export interface ProductChoice {
  readonly product: Product;
  readonly spec: ClusterSpec | null;
}

const MANAGED: Readonly<Record<ClusterProfile, Readonly<Record<ClusterSpec, Product>>>> = {
  DEFAULT: { STANDARD: 'ACK_STANDARD', PRO: 'ACK_PRO' },
  SERVERLESS: { STANDARD: 'ASK_STANDARD', PRO: 'ASK_PRO' },
  EDGE: { STANDARD: 'EDGE_STANDARD', PRO: 'EDGE_PRO' },
};
const OTHERS: Readonly<Record<Exclude<ClusterType, 'MANAGED_KUBERNETES'>, Product>> = {
  KUBERNETES: 'ACK_DEDICATED',
  EXTERNAL_KUBERNETES: 'REGISTERED',
};

/** The product of a type, profile and spec, or why the combination does not exist. */
export function productOf(request: ProductRequest): { choice?: ProductChoice; problems: Problem[] } {
  const profile = request.profile ?? 'DEFAULT';
  if (request.type === 'MANAGED_KUBERNETES') {
    const spec = request.spec ?? 'STANDARD';
    return { choice: { product: MANAGED[profile][spec], spec }, problems: [] };
  }
  const problems: Problem[] = [];
  if (profile !== 'DEFAULT') {
    const message = `A cluster of type ${request.type} has the profile DEFAULT, not ${profile}.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'profile'] });
  }
  if (request.spec === 'PRO') {
    const message = `A cluster of type ${request.type} has no editions; leave spec out.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'spec'] });
  }
  if (problems.length > 0) return { problems };
  return { choice: { product: OTHERS[request.type], spec: null }, problems };
}

/** Whether clusters of the product have node pools of ours. */
export function hasNodePools(product: string): boolean {
  return !['ASK_STANDARD', 'ASK_PRO', 'REGISTERED'].includes(product);
}

/** Whether the platform makes the control plane (a registered cluster has one already, elsewhere). */
export function hasOwnControlPlane(product: string): boolean {
  return product !== 'REGISTERED';
}
