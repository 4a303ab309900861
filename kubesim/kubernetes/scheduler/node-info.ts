import type { Node } from '../kinds/core.js';
import type { Amounts } from './fit.js';

/** A node with what it offers and what its pods have taken. */
export interface NodeInfo {
  node: Node;
  allocatable: Amounts;
  readonly used: Record<string, number>;
}
