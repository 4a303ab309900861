/** Type of the operation. */
export const SCALE_VERTICALLY = 'SCALE_CLUSTER_VERTICALLY';

/** What the operation remembers. */
export interface VerticalScalingInput {
  readonly instanceTypes: readonly string[];
  readonly batchSize: number | null;
  /** The pools, with the size that each keeps. */
  readonly pools: readonly { readonly id: string; readonly baseSize: number }[];
}

/** A node as far as its replacement is concerned. */
export interface SizedNode {
  readonly id: string;
  readonly state: string;
  readonly instanceType: string;
}

/** What is to be done next in a pool whose nodes are to have other instance types. */
export type Replacement =
  | { readonly kind: 'GROW'; readonly by: number }
  | { readonly kind: 'SHRINK'; readonly leaving: readonly string[] }
  | { readonly kind: 'DONE' };

/**
 * The next step of replacing the nodes of a settled pool: so many new ones at a time, then as many old ones leave.
 * `baseSize` is the size that the pool is to have before and after.
 */
export function nextReplacement(
  nodes: readonly SizedNode[],
  {
    types,
    baseSize,
    batchSize,
  }: { readonly types: readonly string[]; readonly baseSize: number; readonly batchSize: number },
): Replacement {
  const running = nodes.filter(({ state }) => state === 'running');
  const old = running
    .filter(({ instanceType }) => !types.includes(instanceType))
    .map(({ id }) => id)
    .sort();
  const extra = running.length - baseSize;
  if (extra > 0) return { kind: 'SHRINK', leaving: old.slice(0, extra) };
  if (old.length === 0) return { kind: 'DONE' };
  return { kind: 'GROW', by: Math.min(batchSize, old.length) };
}
