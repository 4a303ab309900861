import type { Namespace } from '../kinds/core.js';
import { withCondition, type Condition, type KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';

/** The conditions of a namespace whose deletion waits for nothing. */
const DONE: readonly Condition[] = [
  done('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
  done(
    'NamespaceDeletionGroupVersionParsingFailure',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ),
  done(
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ),
  done('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
  done(
    'NamespaceFinalizersRemaining',
    'ContentHasNoFinalizers',
    'All content-preserving finalizers finished',
  ),
];

function done(type: string, reason: string, message: string): Condition {
  return { type, status: 'False', reason, message };
}

/** The conditions of a terminating namespace: what remains of its contents, and by which finalizers. */
export function terminatingConditions(
  { status }: Namespace,
  remaining: ReadonlyMap<ResourceType, readonly KubeObject[]>,
  at: string,
): readonly Condition[] | undefined {
  const found = [contentRemaining(remaining), finalizersRemaining(remaining)];
  return DONE.map((condition) => found.find((each) => each?.type === condition.type) ?? condition).reduce<
    readonly Condition[] | undefined
  >((all, condition) => withCondition(all, condition, at), status.conditions);
}

function contentRemaining(
  remaining: ReadonlyMap<ResourceType, readonly KubeObject[]>,
): Condition | undefined {
  const counts = [...remaining]
    .map(([{ plural, group }, objects]) => `${plural}.${group} has ${objects.length} resource instances`)
    .sort();
  const message = `Some resources are remaining: ${counts.join(', ')}`;
  return counts.length > 0
    ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message }
    : undefined;
}

function finalizersRemaining(
  remaining: ReadonlyMap<ResourceType, readonly KubeObject[]>,
): Condition | undefined {
  const counts = new Map<string, number>();
  for (const { metadata } of [...remaining.values()].flat())
    for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const texts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  const message = `Some content in the namespace has finalizers remaining: ${texts.join(', ')}`;
  return texts.length > 0
    ? { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message }
    : undefined;
}
