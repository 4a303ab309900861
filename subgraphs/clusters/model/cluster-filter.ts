import type { Product } from '../../../kernel/product.js';
import type { ClusterState } from './cluster.enums.js';
import type { Problem } from '../../../kernel/result.js';
import { MAX_PAGE } from '../../../kernel/page-size.js';

/** Filter of a list of clusters; a cluster must match all conditions. */
export interface ClusterFilter {
  readonly ids?: readonly string[] | null;
  readonly states?: readonly ClusterState[] | null;
  readonly regionId?: string | null;
  readonly product?: Product | null;
  readonly nameContains?: string | null;
  readonly labels?: unknown;
}

/** The fields of a cluster that a filter compares. */
interface FilteredCluster {
  readonly id: string;
  readonly name: string;
  readonly state: ClusterState;
  readonly regionId: string;
  readonly product: Product;
  readonly labels: unknown;
  readonly deletedAt: Date | null;
}

/** The labels of a filter that has been validated. */
export function filterLabels(filter: ClusterFilter): ReadonlyMap<string, string> {
  return new Map(Object.entries((filter.labels ?? {}) as Record<string, string>));
}

/** Validates a filter. */
export function clusterFilterProblems(filter: ClusterFilter): Problem[] {
  const problems: Problem[] = [];
  if (filter.labels != null && !isStringMap(filter.labels)) {
    problems.push({
      code: 'INVALID_INPUT',
      message: 'labels must be a map of strings.',
      path: ['filter', 'labels'],
    });
  }
  if ((filter.ids?.length ?? 0) > MAX_PAGE) {
    problems.push({
      code: 'INVALID_INPUT',
      message: `ids takes at most ${MAX_PAGE} ids.`,
      path: ['filter', 'ids'],
    });
  }
  return problems;
}

export function isStringMap(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((inner) => typeof inner === 'string');
}

/** Whether a cluster matches the filter. Must agree with the SQL conditions of `ClusterStore.page`. */
export function matchesFilter(cluster: FilteredCluster, filter: ClusterFilter): boolean {
  const { ids, states, regionId, product } = filter;
  if (states ? !states.includes(cluster.state) : cluster.deletedAt !== null) return false;
  if (ids && !ids.includes(cluster.id)) return false;
  if (regionId != null && cluster.regionId !== regionId) return false;
  if (product != null && cluster.product !== product) return false;
  return matchesText(cluster, filter);
}

function matchesText(cluster: FilteredCluster, filter: ClusterFilter): boolean {
  const labels = cluster.labels as Record<string, string>;
  if (!cluster.name.toLowerCase().includes((filter.nameContains ?? '').toLowerCase())) return false;
  return [...filterLabels(filter)].every(([key, value]) => labels[key] === value);
}
