import { compareVersions, minorOf, type VersionPolicy } from './version.rules.js';

/** The automatic upgrades that a node pool permits. */
export interface PoolUpgradePermission {
  readonly autoUpgrade: boolean;
  readonly autoVulFix: boolean;
}

/**
 * The version of an automatic upgrade of the cluster; undefined when there is none. An upgrade affects all node
 * pools, so all must permit it: autoUpgrade permits the newest upgrade target, autoVulFix the newest patch of the
 * current minor version.
 */
export function automaticTarget(
  versions: VersionPolicy,
  current: string,
  pools: readonly PoolUpgradePermission[],
): string | undefined {
  if (pools.length === 0) return undefined;
  const upgrades = pools.every(({ autoUpgrade }) => autoUpgrade);
  const fixes = pools.every(({ autoUpgrade, autoVulFix }) => autoUpgrade || autoVulFix);
  const targets = versions
    .upgradeTargets(current)
    .filter((to) => upgrades || (fixes && minorOf(to) === minorOf(current)));
  return targets.sort(compareVersions).at(-1);
}
