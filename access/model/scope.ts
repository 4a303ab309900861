import { type LabelSelector, matchesLabels, requirementsOf } from './label-selector.js';
import type { Scope } from './permission.js';
import type { Target, TargetCluster } from './target.js';

/** Whether the scope contains all of the target. A scope of clusters does not contain the account, nor its region. */
export function covers(scope: Scope, target: Target): boolean {
  const { cluster, namespace } = target;
  const regionId = cluster?.regionId ?? target.regionId;
  if (scope.regionId !== undefined && scope.regionId !== regionId) return false;
  if (selectsClusters(scope) && (!cluster || !coversCluster(scope, cluster))) return false;
  return !scope.namespaces || (namespace !== undefined && scope.namespaces.includes(namespace));
}

/** Whether the scope contains the cluster, or namespaces of it. */
export function coversCluster(scope: Scope, cluster: TargetCluster): boolean {
  if (scope.regionId !== undefined && scope.regionId !== cluster.regionId) return false;
  if (scope.clusterId !== undefined && scope.clusterId !== cluster.id) return false;
  return !scope.clusterSelector || matchesLabels(scope.clusterSelector, cluster.labels);
}

/** Whether the scope names no region and no cluster. */
export function coversAllClusters(scope: Scope): boolean {
  return scope.regionId === undefined && !selectsClusters(scope);
}

function selectsClusters({ clusterId, clusterSelector }: Scope): boolean {
  return clusterId !== undefined || clusterSelector !== undefined;
}

/**
 * Whether the scope contains all of another one, as far as the scopes show it. `cluster` is the one that `inner` names
 * by id: a region or a selector may contain it.
 */
export function containsScope(outer: Scope, inner: Scope, cluster?: TargetCluster): boolean {
  if (!containsNamespaces(outer, inner)) return false;
  if (cluster) return coversCluster(outer, cluster);
  if (outer.regionId !== undefined && outer.regionId !== inner.regionId) return false;
  if (outer.clusterId !== undefined && outer.clusterId !== inner.clusterId) return false;
  return !outer.clusterSelector || selectsNoMore(outer.clusterSelector, inner.clusterSelector);
}

function containsNamespaces({ namespaces: outer }: Scope, { namespaces: inner }: Scope): boolean {
  return !outer || (inner?.every((namespace) => outer.includes(namespace)) ?? false);
}

/** Whether `inner` has each requirement of `outer`. */
function selectsNoMore(outer: LabelSelector, inner: LabelSelector = {}): boolean {
  const given = new Set(requirementKeys(inner));
  return requirementKeys(outer).every((requirement) => given.has(requirement));
}

function requirementKeys(selector: LabelSelector): string[] {
  return requirementsOf(selector).map(({ key, operator, values = [] }) =>
    JSON.stringify([key, operator, values.toSorted()]),
  );
}
