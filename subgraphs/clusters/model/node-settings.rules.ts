import type { PresentTaint, LabelledNode } from './node-metadata.js';
import { isReserved } from './update-node.rules.js';
import type { PoolSettings } from './update-node.plan.js';
import { kubernetesTaints } from './taints.js';

type StringMap = Readonly<Record<string, string>>;

/** Labels, annotations and taints that users have set directly on a node. */
export interface OwnSettings {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly taints: readonly PresentTaint[];
}

/**
 * Selects the settings of a node that users set: not those that Kubernetes, the cloud, Fleetgraph or the node pool
 * set.
 */
export function ownSettingsOf({ metadata, spec }: LabelledNode, pool: PoolSettings): OwnSettings {
  const ofPool = new Set(kubernetesTaints(pool.taints).map(nameOf));
  return {
    labels: ownKeys(metadata?.labels, pool.labels),
    annotations: ownKeys(metadata?.annotations, {}),
    taints: (spec?.taints ?? []).filter((taint) => !isReserved(taint.key) && !ofPool.has(nameOf(taint))),
  };
}

function ownKeys(map: StringMap = {}, ofPool: StringMap): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter(([key]) => !isReserved(key) && !Object.hasOwn(ofPool, key)),
  );
}

/** The JSON merge patch that adds the settings to a node; undefined when none is missing. */
export function settingsPatch({ metadata, spec }: LabelledNode, settings: OwnSettings): object | undefined {
  const labels = without(settings.labels, metadata?.labels);
  const annotations = without(settings.annotations, metadata?.annotations);
  const present = spec?.taints ?? [];
  const names = new Set(present.map(nameOf));
  const added = settings.taints.filter((taint) => !names.has(nameOf(taint)));
  if (Object.keys(labels).length + Object.keys(annotations).length + added.length === 0) return undefined;
  const { resourceVersion } = metadata ?? {};
  const taints = added.length > 0 ? { spec: { taints: [...present, ...added] } } : {};
  return { metadata: { resourceVersion, labels, annotations }, ...taints };
}

function without(map: StringMap, present: StringMap = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !Object.hasOwn(present, key)));
}

function nameOf({ key, effect }: Pick<PresentTaint, 'key' | 'effect'>): string {
  return `${key}:${effect}`;
}
