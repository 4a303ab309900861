import type { NodeState } from './node-states.js';
import type { OwnSettings } from './node-settings.rules.js';

/** Type of the operation. */
export const SCALE_VERTICALLY = 'SCALE_CLUSTER_VERTICALLY' as const;

/** What the operation remembers. */
export interface VerticalScalingInput {
  readonly instanceTypes: readonly string[];
  readonly batchSize: number | null;
  /** The pools, with the size that each keeps. */
  readonly pools: readonly { readonly id: string; readonly baseSize: number }[];
  /** What users had set on nodes that left before others came in their places. */
  readonly left?: { readonly poolId: string; readonly settings: readonly OwnSettings[] };
}

/** A node as far as its replacement is concerned. */
export interface SizedNode {
  readonly id: string;
  readonly state: NodeState;
  readonly instanceType: string;
}

/** What is to be done next in a pool whose nodes are to have other instance types. */
export type Replacement =
  | { readonly kind: 'GROW'; readonly by: number }
  | { readonly kind: 'SHRINK'; readonly leaving: readonly string[] }
  | { readonly kind: 'REPLACE'; readonly leaving: readonly string[] }
  | { readonly kind: 'DONE' };

interface ReplacedPool {
  readonly types: readonly string[];
  /** The size that the pool has before and after. */
  readonly baseSize: number;
  /** How many nodes more it may have meanwhile. */
  readonly room: number;
  readonly batchSize: number;
}

/**
 * The next step of replacing the nodes of a settled pool: so many new ones at a time, then as many old ones leave. In a
 * pool that has as many nodes as it may have, the old ones leave first.
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
