import type { Pod, PodAffinityTerm } from '../kinds/core.js';
import type { LabelSelector } from '../kinds/object.js';
import { matchesLabels } from '../kinds/selector.js';

/** Labels of a namespace, by its name. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** The pods that a term of affinity or a spread constraint counts. */
export interface PodTerm {
  /** Equal for equal terms. */
  readonly key: string;
  readonly topologyKey: string;
  readonly selects: (pod: Pod) => boolean;
}

/** The term of a pod's affinity; without namespaces it counts pods of the pod's own. */
export function affinityTerm(pod: Pod, term: PodAffinityTerm, labelsOf: NamespaceLabels): PodTerm {
  const { namespaces, namespaceSelector, topologyKey } = term;
  const own = !namespaces?.length && !namespaceSelector ? [pod.metadata.namespace ?? ''] : (namespaces ?? []);
  const selector = withKeys(pod, term);
  const key = JSON.stringify([topologyKey, own, namespaceSelector, selector]);
  const isIn = (namespace: string) =>
    own.includes(namespace) || (!!namespaceSelector && matchesLabels(namespaceSelector, labelsOf(namespace)));
  return {
    key,
    topologyKey,
    selects: ({ metadata }) => isIn(metadata.namespace ?? '') && matchesLabels(selector, metadata.labels),
  };
}

/** The term of a spread constraint: pods of the pod's own namespace. */
export function spreadTerm(
  pod: Pod,
  constraint: Pick<PodAffinityTerm, 'topologyKey' | 'labelSelector' | 'matchLabelKeys'>,
): PodTerm {
  return affinityTerm(pod, constraint, () => undefined);
}

/** The selector with the labels of the pod that `matchLabelKeys` name. */
function withKeys({ metadata: { labels } }: Pod, term: PodAffinityTerm): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (!labelSelector || matchLabelKeys.length + mismatchLabelKeys.length === 0) return labelSelector;
  const requirement = (operator: string) => (key: string) =>
    labels?.[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }];
  return {
    ...labelSelector,
    matchExpressions: [
      ...(labelSelector.matchExpressions ?? []),
      ...matchLabelKeys.flatMap(requirement('In')),
      ...mismatchLabelKeys.flatMap(requirement('NotIn')),
    ],
  };
}
