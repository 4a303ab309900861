import type { SupportStatus } from './version.enums.js';
import { compareVersions, minorOf, type VersionPolicy, type VersionStatus } from './version.rules.js';

/** An entry of removed-apis.json. */
export interface RemovedApiEntry {
  /** `1.25` */
  readonly removedIn: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural name in API paths, e.g. `cronjobs`. */
  readonly resource: string;
  /** apiVersion to use instead. */
  readonly replacement: string | null;
}

/** An entry of kubernetes-changes.json. */
export interface ChangesEntry {
  readonly minor: string;
  readonly changes: readonly string[];
}

/** Changes between versions: those of the release's catalog files and those published since. */
export interface ReleaseNotes {
  /** The changes of a version since the previous minor version. */
  readonly changesOf: (id: string) => readonly string[];
  /** Every API that some version has removed. */
  readonly removedApis: readonly RemovedApiEntry[];
}

/** The release notes that were published with a version. */
export interface PublishedNotes {
  readonly id: string;
  readonly minor: string;
  readonly changes: readonly string[];
  readonly removedApis: readonly RemovedApiEntry[];
}

/** The notes of a patch include those of its minor version and of all its earlier patches. */
export function releaseNotes(
  {
    changes,
    removedApis,
  }: { readonly changes: readonly ChangesEntry[]; readonly removedApis: readonly RemovedApiEntry[] },
  published: readonly PublishedNotes[],
): ReleaseNotes {
  const sorted = [...published].sort((a, b) => compareVersions(a.id, b.id));
  return {
    changesOf: (id) => [
      ...(changes.find(({ minor }) => minor === minorOf(id))?.changes ?? []),
      ...sorted
        .filter((release) => release.minor === minorOf(id) && compareVersions(release.id, id) <= 0)
        .flatMap((release) => release.changes),
    ],
    removedApis: [...removedApis, ...sorted.flatMap((release) => release.removedApis)],
  };
}

/** APIs that `from` (a minor version) serves and `to` does not; without `from`, all APIs that `to` does not serve. */
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

export function supportOf({
  supported,
  minorSupported,
}: Pick<VersionStatus, 'supported' | 'minorSupported'>): SupportStatus {
  if (!minorSupported) return 'MINOR_EXPIRED';
  return supported ? 'SUPPORTED' : 'PATCH_EXPIRED';
}

/** URL of the Kubernetes changelog of a version, e.g. `…/CHANGELOG-1.34.md#v1341` for `1.34.1`. */
export function releaseNotesUrl(id: string, minor: string): string {
  const anchor = `v${id.replaceAll('.', '')}`;
  return `https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-${minor}.md#${anchor}`;
}

/**
 * The recommended upgrade of a cluster with this version; null while the version is the newest patch of a supported
 * minor version.
 */
export function upgradeHint(versions: VersionPolicy, id: string): string | null {
  const { minor, minorSupported, expired } = versions.status(id);
  if (!expired) return null;
  const newest = versions.newestOf(minor);
  const [next] = versions.upgradeTargets(id).filter((target) => minorOf(target) !== minor);
  const patch = newest !== undefined && newest !== id ? `upgrade to its newest patch ${newest}` : undefined;
  const step = next === undefined ? undefined : `upgrade to ${next}`;
  if (minorSupported) return `Of ${minor} only the newest patch is supported: ${patch ?? 'upgrade'}.`;
  const ways = [step, patch].filter((way) => way !== undefined).join(', or ');
  return `${minor} is older than the newest three minor versions and no longer supported: ${ways || 'create a new cluster'}.`;
}
