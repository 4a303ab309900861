import { containsId, type IdFilter } from '../../../access/model/cluster-filter.js';
import type { Workload } from '../model/workload.rules.js';
import type { WorkloadSelection } from './workload.lister.js';

/**
 * Lists the workloads of the namespaces that a filter contains, in their order. Each namespace of a few is listed by
 * itself: the caller may not list all of the cluster.
 */
export async function* inNamespaces(
  filter: IdFilter,
  selection: WorkloadSelection,
  list: (selection: WorkloadSelection) => AsyncGenerator<Workload>,
): AsyncGenerator<Workload> {
  if ('only' in filter) {
    const named = [...new Set(filter.only)].filter(
      (name) => !selection.namespace || name === selection.namespace,
    );
    for (const namespace of named.sort()) yield* list({ ...selection, namespace });
    return;
  }
  for await (const workload of list(selection)) if (containsId(filter, workload.namespace)) yield workload;
}
