import type { Scope } from './permission.js';
import { coversCluster } from './scope.js';
import type { TargetCluster } from './target.js';

/** The clusters that a verb reaches: those of any scope of `anyOf` that are in no scope of `noneOf`. */
interface ClusterCondition {
  readonly anyOf: 'all' | readonly Scope[];
  readonly noneOf: readonly Scope[];
}

/** Which clusters a verb reaches; a condition only where it depends on the cluster. */
export type ClusterFilter = 'all' | 'none' | ClusterCondition;

/** What a verb reaches, for the SQL of lists. */
export interface Reach {
  readonly clusters: ClusterFilter;
  /** Whether it reaches what belongs to the account and to no cluster. */
  readonly account: boolean;
}

/** Whether the filter contains the cluster. Must agree with the SQL of the filter. */
export function containsCluster(filter: ClusterFilter, cluster: TargetCluster): boolean {
  if (filter === 'all' || filter === 'none') return filter === 'all';
  const { anyOf, noneOf } = filter;
  if (noneOf.some((scope) => coversCluster(scope, cluster))) return false;
  return anyOf === 'all' || anyOf.some((scope) => coversCluster(scope, cluster));
}

/** Ids of a kind that a verb reaches: all except `except`, or only `only`. */
export type IdFilter = { readonly except: readonly string[] } | { readonly only: readonly string[] };

/** Whether the filter contains no id. */
export function isEmpty(filter: IdFilter): boolean {
  return 'only' in filter && filter.only.length === 0;
}

/** Whether the filter contains the id. */
export function containsId(filter: IdFilter, id: string): boolean {
  return 'only' in filter ? filter.only.includes(id) : !filter.except.includes(id);
}
