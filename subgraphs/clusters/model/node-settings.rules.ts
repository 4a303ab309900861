import type { PresentTaint, LabelledNode } from './node-metadata.js';
import { isReserved } from './update-node.rules.js';
import type { PoolSettings } from './update-node.plan.js';
import { kubernetesTaints } from './taints.js';

type StringMap = Readonly<Record<string, string>>;

/** Labels, annotations and taints that users have set on a node itself. */
export interface OwnSettings {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly taints: readonly PresentTaint[];
}

/** What users have set on a node: neither Kubernetes, the cloud nor Fleetgraph, nor its pool for all nodes. */
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

/** The JSON merge patch that gives a node the settings of another; undefined when it has them, or there are none. */
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
