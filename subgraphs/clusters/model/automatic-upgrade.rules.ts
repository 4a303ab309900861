import { compareVersions, minorOf, type VersionPolicy } from './version.rules.js';

/** What a node pool lets be done without being asked. */
export interface PoolUpgradePermission {
  readonly autoUpgrade: boolean;
  readonly autoVulFix: boolean;
}

/**
 * The version to which a cluster is upgraded without being asked; undefined when none. An upgrade concerns all of its
 * node pools, so all must let it: with autoUpgrade to the newest version that it can be upgraded to, with autoVulFix to
 * the newest patch of its minor version.
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
