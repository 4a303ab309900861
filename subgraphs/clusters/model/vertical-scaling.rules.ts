import type { NodeState } from './node-states.js';
import type { OwnSettings } from './node-settings.rules.js';

/** Type of the operation for vertical scaling. */
export const SCALE_VERTICALLY = 'SCALE_CLUSTER_VERTICALLY' as const;

/** The input that the operation stores. */
export interface VerticalScalingInput {
  readonly instanceTypes: readonly string[];
  readonly batchSize: number | null;
  /** The pools with the size that each has before and after. */
  readonly pools: readonly { readonly id: string; readonly baseSize: number }[];
  /** User settings of removed nodes whose replacements do not exist yet. */
  readonly left?: { readonly poolId: string; readonly settings: readonly OwnSettings[] };
}

/** The fields of a node that its replacement depends on. */
export interface SizedNode {
  readonly id: string;
  readonly state: NodeState;
  readonly instanceType: string;
}

/** The next step in a pool whose nodes get other instance types. */
export type Replacement =
  | { readonly kind: 'GROW'; readonly by: number }
  | { readonly kind: 'SHRINK'; readonly leaving: readonly string[] }
  | { readonly kind: 'REPLACE'; readonly leaving: readonly string[] }
  | { readonly kind: 'DONE' };

interface ReplacedPool {
  readonly types: readonly string[];
  /** The size of the pool before and after. */
  readonly baseSize: number;
  /** Number of nodes that the pool may temporarily exceed its base size by. */
  readonly room: number;
  readonly batchSize: number;
}

/**
 * The next step of replacing a pool's nodes while the pool is settled: create up to a batch of new nodes, then remove
 * as many old ones. In a pool at its maximum size, old nodes are removed first.
 */
export function nextReplacement(
  nodes: readonly SizedNode[],
  { types, baseSize, room, batchSize }: ReplacedPool,
): Replacement {
  const running = nodes.filter(({ state }) => state === 'running');
  const old = running
    .filter(({ instanceType }) => !types.includes(instanceType))
    .map(({ id }) => id)
    .sort();
  const extra = running.length - baseSize;
  if (extra > 0) return { kind: 'SHRINK', leaving: old.slice(0, extra) };
  if (old.length === 0) return { kind: 'DONE' };
  const by = Math.min(batchSize, old.length, room);
  if (by > 0) return { kind: 'GROW', by };
  return { kind: 'REPLACE', leaving: old.slice(0, batchSize) };
}
