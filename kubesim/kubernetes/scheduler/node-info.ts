import type { Node } from '../kinds/core.js';
import type { Amounts } from './fit.js';

/** A node with its allocatable and used resources. */
export interface NodeInfo {
  node: Node;
  allocatable: Amounts;
  readonly used: Record<string, number>;
}
