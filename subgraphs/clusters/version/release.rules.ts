import type { SupportStatus } from './release.type.js';
import { compareVersions, minorOf, type VersionPolicy, type VersionStatus } from './version.rules.js';

/** An entry of removed-apis.json. */
export interface RemovedApiEntry {
  /** `1.25` */
  readonly removedIn: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural in paths, e.g. `cronjobs`. */
  readonly resource: string;
  /** apiVersion to use instead. */
  readonly replacement: string | null;
}

/** An entry of kubernetes-changes.json. */
export interface ChangesEntry {
  readonly minor: string;
  readonly changes: readonly string[];
}

/** APIs that are served by `from` (a minor version) and no longer by `to`; all that `to` lacks without `from`. */
export function removedBetween(
  apis: readonly RemovedApiEntry[],
  from: string | null,
  to: string,
): RemovedApiEntry[] {
  return apis.filter(
    ({ removedIn }) =>
      compareVersions(removedIn, to) <= 0 && (from === null || compareVersions(removedIn, from) > 0),
  );
}

/** How far a version is supported. */
export function supportOf({
  supported,
  expired,
}: Pick<VersionStatus, 'supported' | 'expired'>): SupportStatus {
  if (!supported) return 'MINOR_EXPIRED';
  return expired ? 'PATCH_EXPIRED' : 'SUPPORTED';
}

/** Where the Kubernetes project describes a version, e.g. `…/CHANGELOG-1.34.md#v1341` for `1.34.1`. */
export function releaseNotesUrl(id: string, minor: string): string {
  const anchor = `v${id.replaceAll('.', '')}`;
  return `https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-${minor}.md#${anchor}`;
}

/** What a cluster of a version should be upgraded to; null while it has the newest patch of a supported version. */
export function upgradeHint(versions: VersionPolicy, id: string): string | null {
  const { minor, supported, expired } = versions.status(id);
  if (!expired) return null;
  const newest = versions.newestOf(minor);
  const [next] = versions.upgradeTargets(id).filter((target) => minorOf(target) !== minor);
  const patch = newest !== undefined && newest !== id ? `upgrade to its newest patch ${newest}` : undefined;
  const step = next === undefined ? undefined : `upgrade to ${next}`;
  if (supported) return `Of ${minor} only the newest patch is supported: ${patch ?? 'upgrade'}.`;
  const ways = [step, patch].filter((way) => way !== undefined).join(', or ');
  return `${minor} is older than the newest three minor versions and no longer supported: ${ways || 'create a new cluster'}.`;
}
