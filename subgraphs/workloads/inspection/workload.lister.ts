import { type KubernetesClient, LIST_CHUNK } from '../../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath } from '../../../engine/kubernetes/paths.js';
import { controllerOf } from '../../../engine/kubernetes/pod-owners.js';
import {
  type WorkloadKindName,
  workloadKindNames,
  workloadKinds,
} from '../../../engine/kubernetes/workload-ref.js';
import { throwProblem } from '../../../kernel/result.js';
import { mergeSorted } from './merge-sorted.js';
import { toWorkload, type Workload, type WorkloadObject } from '../model/workload.rules.js';

/** Filter of a cluster's workloads; all conditions must match. */
export interface WorkloadSelection {
  readonly namespace?: string | null | undefined;
  readonly kind?: WorkloadKindName | null | undefined;
  readonly nameContains?: string | null | undefined;
  readonly labelSelector?: string | null | undefined;
  readonly includeOwned?: boolean | null | undefined;
}

/** A position in the list of a cluster's workloads. */
export interface WorkloadPosition {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

/**
 * Yields the workloads of a cluster after a position, ordered by namespace, name and kind. Reads chunks from the API
 * server on demand; `expected` is the number of workloads that the consumer will read.
 */
export function listWorkloads(
  client: KubernetesClient,
  clusterId: string,
  selection: WorkloadSelection,
  { after, expected }: { after?: WorkloadPosition | undefined; expected: number },
): AsyncGenerator<Workload> {
  const kinds = selection.kind ? [selection.kind] : workloadKindNames;
  const limit = after || filtersObjects(selection) ? LIST_CHUNK : Math.min(LIST_CHUNK, expected);
  const sequences = kinds.map((kind) => listKind(client, { clusterId, kind, selection, limit, after }));
  return mergeSorted(sequences, (a, b) => isBefore(a, b));
}

/** Whether some of the listed objects are filtered out, so that more must be listed than expected. */
function filtersObjects({ nameContains, includeOwned, kind }: WorkloadSelection): boolean {
  return Boolean(nameContains) || (!includeOwned && !kind);
}

interface KindList {
  readonly clusterId: string;
  readonly kind: WorkloadKindName;
  readonly selection: WorkloadSelection;
  readonly limit: number;
  readonly after: WorkloadPosition | undefined;
}

async function* listKind(client: KubernetesClient, list: KindList): AsyncGenerator<Workload> {
  const { clusterId, kind, selection, limit, after } = list;
  const path = listPath(workloadKinds[kind], selection.namespace || undefined);
  const labelSelector = selection.labelSelector || undefined;
  try {
    for await (const chunk of client.chunks<WorkloadObject>(path, { limit, labelSelector })) {
      const selected = chunk.filter((object) => isSelected(object, selection));
      const workloads = selected.map((object) => toWorkload(clusterId, kind, object));
      yield* workloads.filter((workload) => !after || isBefore(after, workload));
    }
  } catch (error) {
    rejectSelector(error, labelSelector);
    // An API server that does not serve the kind has no such objects.
    if (!isNotFound(error)) throw error;
  }
}

function isSelected(
  object: WorkloadObject,
  { nameContains, includeOwned, kind }: WorkloadSelection,
): boolean {
  if (nameContains && !object.metadata?.name?.includes(nameContains)) return false;
  return Boolean(includeOwned ?? kind) || controllerOf(object) === undefined;
}

function rejectSelector(error: unknown, labelSelector: string | undefined): void {
  if (labelSelector && error instanceof KubernetesStatusError && error.status === 400) {
    throwProblem('INVALID_INPUT', error.message, { path: ['filter', 'labelSelector'] });
  }
}

/** Compares in the order of API servers: by the characters of `namespace/name`, then by kind. */
function isBefore(a: WorkloadPosition, b: WorkloadPosition): boolean {
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return left === right ? a.kind < b.kind : left < right;
}
