import type { Pod } from '../kinds/core.js';
import type { DaemonSet } from '../kinds/workloads.js';
import { scaledAmount } from './rollout.js';

/** The pods of a DaemonSet on one node: of its current template, of an older one, or while it surges both. */
export interface NodePods {
  readonly current?: Pod;
  readonly old?: Pod;
}

export function podsOn({ current, old }: NodePods): Pod[] {
  return [current, old].filter((pod) => pod !== undefined);
}

export interface RolloutState {
  /** The nodes that should run a pod. */
  readonly names: ReadonlySet<string>;
  readonly present: ReadonlyMap<string, NodePods>;
  isAvailable(pod: Pod): boolean;
}

/** The pods to remove now, and the nodes that get a second pod. */
export interface Rollout {
  readonly remove: readonly { readonly node: string; readonly pod: Pod }[];
  readonly surge: ReadonlySet<string>;
}

/** Whether the DaemonSet creates new pods before it removes old ones. */
export function allowsSurge({ spec }: DaemonSet): boolean {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  return type !== 'OnDelete' && Number.parseInt(String(rollingUpdate?.maxSurge ?? 0), 10) > 0;
}

/** What is known of a pod. */
interface Tests {
  /** Whether it has the current template. */
  isCurrent(pod: Pod): boolean;
  isReady(pod: Pod): boolean;
  isAvailable(pod: Pod): boolean;
}

/**
 * The pods of a node that stay, of all with the oldest first: the oldest, or while the DaemonSet surges, an old one that is
 * ready until the new one is available.
 */
export function keptOf(
  set: DaemonSet,
  own: readonly Pod[],
  { isCurrent, isReady, isAvailable }: Tests,
): NodePods {
  const considered = allowsSurge(set) ? own : own.slice(0, 1);
  const [current] = considered.filter(isCurrent);
  const [old] = considered.filter((pod) => !isCurrent(pod));
  const isReplaced = current && old && (!isReady(old) || isAvailable(current));
  return { ...(current && { current }), ...(old && !isReplaced && { old }) };
}

/** The next step of a rollout to the current template. */
export function planRollout(set: DaemonSet, state: RolloutState): Rollout {
  if (set.spec.updateStrategy?.type === 'OnDelete') return { remove: [], surge: new Set() };
  return allowsSurge(set) ? surging(set, state) : replacing(set, state);
}

interface Outdated {
  readonly node: string;
  readonly pod: Pod;
}

/** The pods of older templates on nodes without a current one. */
function outdatedOf(present: RolloutState['present']): Outdated[] {
  return [...present].flatMap(([node, { current, old }]) => (old && !current ? [{ node, pod: old }] : []));
}

/** Removes unavailable pods, and others within maxUnavailable. */
function replacing({ spec }: DaemonSet, { names, present, isAvailable }: RolloutState): Rollout {
  const missing = [...names].filter((node) => !present.has(node)).length;
  const unavailable =
    missing + [...present.values()].flatMap(podsOn).filter((pod) => !isAvailable(pod)).length;
  const most = scaledAmount(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, names.size, Math.ceil);
  const [broken, serving] = split(outdatedOf(present), ({ pod }) => !isAvailable(pod));
  return {
    remove: [...broken, ...serving.slice(0, Math.max(0, most - unavailable))],
    surge: new Set(),
  };
}

/** Adds a pod where the old one is unavailable, and to others within maxSurge. */
function surging({ spec }: DaemonSet, { names, present, isAvailable }: RolloutState): Rollout {
  const waiting = [...present.values()].filter(({ current, old }) => current && old && !isAvailable(current));
  const most = scaledAmount(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, names.size, Math.ceil);
  const outdated = outdatedOf(present).filter(({ node }) => names.has(node));
  const [broken, serving] = split(outdated, ({ pod }) => !isAvailable(pod));
  const room = Math.max(0, most - waiting.length);
  return { remove: [], surge: new Set([...broken, ...serving.slice(0, room)].map(({ node }) => node)) };
}

function split<T>(list: readonly T[], isFirst: (each: T) => boolean): [first: T[], second: T[]] {
  return [list.filter(isFirst), list.filter((each) => !isFirst(each))];
}
