import type { Problem } from '../../../kernel/result.js';
import type { InstanceTypeValue, VersionChoice } from './version.rules.js';
import type { ClusterKind } from './cluster-kind.rules.js';
import type { ClusterProfile } from './cluster.enums.js';
import type { NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';
import { mastersProblems, type MastersRequest, planMasters } from './masters.rules.js';
import { validateRequiredPool, poolKindProblems, type PoolOfKind } from './pool-kind.rules.js';

/** The fields of a request that depend on the cluster's kind. */
export interface RequestOfKind {
  readonly masters?: MastersRequest | null | undefined;
  readonly nodePools?: readonly PoolOfKind[] | null | undefined;
  readonly profile?: ClusterProfile | null | undefined;
  readonly networkPlugin?: NetworkPlugin | null | undefined;
  readonly storagePlugin?: StoragePlugin | null | undefined;
}

/** The fields of a new cluster that its kind determines. */
export interface KindPlan extends Pick<ClusterKind, 'product' | 'spec' | 'capability'> {
  readonly profile: ClusterProfile;
  /** Instance type of each master of the account. */
  readonly masters: readonly string[];
  readonly networkPlugin: NetworkPlugin;
  readonly storagePlugin: StoragePlugin;
}

interface Facts {
  readonly version: VersionChoice;
  readonly types: ReadonlyMap<string, InstanceTypeValue>;
}

/** Derives the fields from a request and its kind, and fills in defaults. */
export function planKind(
  { profile, masters, networkPlugin, storagePlugin }: RequestOfKind,
  kind: ClusterKind,
): KindPlan {
  const { product, spec, capability } = kind;
  return {
    profile: profile ?? 'DEFAULT',
    product,
    spec,
    capability,
    masters: planMasters(masters, kind),
    networkPlugin: networkPlugin ?? 'FLANNEL',
    storagePlugin: storagePlugin ?? 'CSI',
  };
}

/** Validates masters and node pools against the cluster's kind. */
export function kindProblems(
  { masters, nodePools }: RequestOfKind,
  kind: ClusterKind | undefined,
  { version, types }: Facts,
): Problem[] {
  if (!kind) return [];
  const pools = nodePools ?? [];
  return [...mastersProblems(masters, kind, types), ...poolProblems(pools, kind, { version, types })];
}

function poolProblems(pools: readonly PoolOfKind[], kind: ClusterKind, { version, types }: Facts): Problem[] {
  if (!kind.nodePools) {
    if (pools.length === 0) return [];
    const message = `A cluster of ${kind.product} has no node pools.`;
    return [{ code: 'UNSUPPORTED_BY_KIND', message, path: ['input', 'nodePools'] }];
  }
  // An invalid version is reported elsewhere; the pools are validated as for the newest.
  const home = { kind: kind.name, version: version.ok ? version.version : '999', types };
  return [
    ...validateRequiredPool(kind.name, pools, types),
    ...pools.flatMap((pool, index) => poolKindProblems(pool, home, ['input', 'nodePools', String(index)])),
  ];
}
