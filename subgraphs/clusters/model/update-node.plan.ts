import type { Problem } from '../../../kernel/result.js';
import { labelChanges } from './label-changes.js';
import type { PoolConfig, TaintValue } from './pool-config.js';
import { type LabelledNode, metadataOf, type NodeMetadata, type PresentTaint } from './node-metadata.js';
import {
  isReserved,
  type MapPatch,
  type NodeChangeRequest,
  reservedMessage,
  taintName,
} from './update-node.rules.js';
import { kubernetesTaints } from './taints.js';

/** The settings that the node pool applies to all its nodes. */
export type PoolSettings = Pick<PoolConfig, 'labels' | 'taints'>;

/** The effect of a change on a Kubernetes node. */
export interface NodeChangePlan {
  readonly problems: readonly Problem[];
  /** JSON merge patch; undefined when nothing changes. */
  readonly patch?: object;
  /** The keys that change, for the event: `labels +team; taints -old`. */
  readonly summary: string;
  readonly before: NodeMetadata;
}

/** Plans a change that `nodeChangeProblems` has validated. */
export function planNodeChange(
  request: NodeChangeRequest,
  node: LabelledNode,
  pool: PoolSettings,
): NodeChangePlan {
  const before = metadataOf(node);
  const labels = (request.labels ?? {}) as MapPatch;
  const annotations = (request.annotations ?? {}) as MapPatch;
  const { taints, problems: taintProblems } = planTaints(request.taints, before.taints, pool.taints);
  const problems = [...poolLabelProblems(labels, pool.labels), ...taintProblems];
  const after = {
    labels: patched(before.labels, labels),
    annotations: patched(before.annotations, annotations),
    taints,
  };
  const summary = summaryOf(before, after);
  if (problems.length > 0 || summary === '') return { problems, summary: '', before };
  const metadata = { resourceVersion: node.metadata?.resourceVersion, labels, annotations };
  const spec = request.taints && { spec: { taints: presentTaints(taints, node.spec?.taints) } };
  return { problems, patch: { metadata, ...spec }, summary, before };
}

function summaryOf(before: NodeMetadata, after: NodeMetadata): string {
  const changes = {
    labels: labelChanges(before.labels, after.labels),
    annotations: labelChanges(before.annotations, after.annotations),
    taints: labelChanges(taintMap(before.taints), taintMap(after.taints)),
  };
  return Object.entries(changes)
    .flatMap(([kind, keys]) => (keys === '' ? [] : [`${kind} ${keys}`]))
    .join('; ');
}

/** The pool's next change would restore its labels, so changing them on a node is rejected. */
function poolLabelProblems(labels: MapPatch, ofPool: PoolSettings['labels']): Problem[] {
  return Object.entries(labels)
    .filter(([key, value]) => Object.hasOwn(ofPool, key) && ofPool[key] !== value)
    .map(([key]) => ({
      code: 'INVALID_INPUT',
      message: `The node pool sets the label ${key} on all its nodes; change it with updateNodePool.`,
      path: ['input', 'labels', key],
    }));
}

function patched(map: Readonly<Record<string, string>>, patch: MapPatch): Record<string, string> {
  const entries = Object.entries({ ...map, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Taints that Kubernetes, the cloud or the pool set are kept; a request may repeat them unchanged. */
function planTaints(
  requested: NodeChangeRequest['taints'],
  present: readonly TaintValue[],
  ofPool: readonly TaintValue[],
): { readonly taints: readonly TaintValue[]; readonly problems: readonly Problem[] } {
  if (!requested) return { taints: present, problems: [] };
  const poolNames = new Set(ofPool.map(taintName));
  const kept = new Map(
    present
      .filter((taint) => isReserved(taint.key) || poolNames.has(taintName(taint)))
      .map((taint) => [taintName(taint), taint]),
  );
  const problems = requested.flatMap((taint, index): Problem[] => {
    const path = ['input', 'taints', String(index)];
    const name = taintName(taint);
    if ((kept.get(name)?.value ?? '') === (taint.value ?? '') && kept.has(name)) return [];
    if (isReserved(taint.key))
      return [{ code: 'INVALID_INPUT', message: reservedMessage(taint.key), path: [...path, 'key'] }];
    if (!poolNames.has(name)) return [];
    const message = `The node pool sets the taint ${taint.key} on all its nodes; change it with updateNodePool.`;
    return [{ code: 'INVALID_INPUT', message, path }];
  });
  const added = requested.filter((taint) => !kept.has(taintName(taint)));
  return { taints: [...kept.values(), ...added], problems };
}

function taintMap(taints: readonly TaintValue[]): Record<string, string> {
  return Object.fromEntries(taints.map((taint) => [taintName(taint), taint.value ?? '']));
}

/** Converts to Kubernetes taints; unchanged taints keep `timeAdded`. */
function presentTaints(taints: readonly TaintValue[], present: readonly PresentTaint[] = []): PresentTaint[] {
  return kubernetesTaints(taints).map(
    (taint) =>
      present.find(
        ({ key, effect, value = '' }) =>
          key === taint.key && effect === taint.effect && value === (taint.value ?? ''),
      ) ?? taint,
  );
}
