import type { ErrorCode } from '../../../kernel/errors.js';

/** A Kubernetes version of the catalog. */
export interface Version {
  /** `1.34.1` */
  readonly id: string;
  /** `1.34` */
  readonly minor: string;
  readonly releasedAt?: Date;
}

/** An instance type of the catalog. */
export interface InstanceTypeValue {
  readonly id: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly architecture: string;
  readonly gpus: number;
  /** Elastic network interfaces, the primary one included, and private IPv4 addresses of each. */
  readonly enis?: number;
  readonly ipsPerEni?: number;
  /** GiB of each GPU. */
  readonly gpuMemoryGiB?: number;
  readonly npus?: number;
  /** GiB of encrypted memory. */
  readonly epcGiB?: number;
  readonly bareMetal?: boolean;
}

/** A version with its support status. */
export interface VersionStatus extends Version {
  /** The newest patch of one of the newest two minor versions. */
  readonly creatable: boolean;
  /** The newest patch of one of the newest three minor versions. */
  readonly supported: boolean;
  readonly expired: boolean;
  /** Whether its minor version is one of the newest three, whose clusters get technical support. */
  readonly minorSupported: boolean;
}

/**
 * Number of newest minor versions that new clusters can use, and that are supported; only the newest patch of each
 * counts.
 */
const CREATABLE_MINORS = 2;
const SUPPORTED_MINORS = 3;

/** A requested version: the resolved one, or why it is rejected. */
export type VersionChoice =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Derives from the published versions which ones can be created, are supported, and can be upgraded to. */
export class VersionPolicy {
  /** Newest first. */
  private readonly versions: readonly Version[];
  /** Newest first. */
  private readonly minors: readonly string[];

  constructor(versions: readonly Version[]) {
    this.versions = versions
      .map(({ id, minor, releasedAt }) => ({ id, minor, ...(releasedAt && { releasedAt }) }))
      .sort((a, b) => compareVersions(b.id, a.id));
    this.minors = [...new Set(this.versions.map((version) => version.minor))];
  }

  all(): VersionStatus[] {
    return this.versions.map((version) => this.status(version.id));
  }

  has(id: string): boolean {
    return this.versions.some((version) => version.id === id);
  }

  /** The status of a version; one that is not in the catalog has expired. */
  status(id: string): VersionStatus {
    const minor = minorOf(id);
    const age = this.minors.indexOf(minor);
    const minorSupported = age >= 0 && age < SUPPORTED_MINORS;
    const newest = this.newestOf(minor) === id;
    const supported = minorSupported && newest;
    return {
      id,
      minor,
      creatable: newest && age < CREATABLE_MINORS,
      supported,
      expired: !supported,
      minorSupported,
    };
  }

  /** The release date of a version; null when the catalog does not have it. */
  releasedAt(id: string): Date | null {
    return this.versions.find((version) => version.id === id)?.releasedAt ?? null;
  }

  /**
   * When a version expired: at the release of the next patch of its minor version, or of the third minor version
   * after it, whichever came first. Null while it has not expired, and for a version that is not in the catalog.
   */
  expiredAt(id: string): Date | null {
    if (!this.has(id)) return null;
    const minor = minorOf(id);
    const successor = this.minors[this.minors.indexOf(minor) - SUPPORTED_MINORS];
    const ends = this.versions
      .filter(
        (other) => other.minor === successor || (other.minor === minor && compareVersions(other.id, id) > 0),
      )
      .flatMap(({ releasedAt }) => (releasedAt ? [releasedAt.getTime()] : []));
    return ends.length > 0 ? new Date(Math.min(...ends)) : null;
  }

  /** The previous minor version in the catalog; null for the oldest and for unknown ones. */
  minorBefore(minor: string): string | null {
    const index = this.minors.indexOf(minor);
    return index < 0 ? null : (this.minors[index + 1] ?? null);
  }

  /** The possible upgrade targets: newer patches, and all patches of the next minor version. */
  upgradeTargets(id: string): string[] {
    const minor = minorOf(id);
    const next = this.minors[this.minors.indexOf(minor) - 1];
    return this.versions
      .filter(
        (to) =>
          (to.minor === minor && compareVersions(to.id, id) > 0) || (next !== undefined && to.minor === next),
      )
      .map((to) => to.id);
  }

  /** The version of a new cluster, requested by patch or minor version; the newest when none is requested. */
  choose(requested: string | null | undefined): VersionChoice {
    const version = requested == null ? this.versions[0]?.id : this.resolve(requested);
    if (version === undefined) return unknownVersion(requested);
    if (this.status(version).creatable) return { ok: true, version };
    const open = this.minors.slice(0, CREATABLE_MINORS).map((minor) => this.newestOf(minor));
    return {
      ok: false,
      code: 'VERSION_NOT_CREATABLE',
      message: `New clusters take ${open.join(' and ')}, not ${requested}.`,
    };
  }

  /** The target version of an upgrade, requested by patch or by minor version (its newest patch). */
  chooseUpgrade(from: string, requested: string): VersionChoice {
    const version = this.resolve(requested);
    if (version === undefined) return unknownVersion(requested);
    const targets = this.upgradeTargets(from);
    if (targets.includes(version)) return { ok: true, version };
    const possible = targets.length > 0 ? `to ${targets.join(', ')}` : 'no further';
    return {
      ok: false,
      code: 'UPGRADE_NOT_ALLOWED',
      message: `A cluster of ${from} can be upgraded ${possible}.`,
    };
  }

  private resolve(requested: string): string | undefined {
    return this.has(requested) ? requested : this.newestOf(requested);
  }

  newestOf(minor: string): string | undefined {
    return this.versions.find((version) => version.minor === minor)?.id;
  }
}

function unknownVersion(requested: string | null | undefined): VersionChoice {
  const message = `There is no Kubernetes version ${requested ?? ''}; see Query.kubernetesVersions.`;
  return { ok: false, code: 'UNKNOWN_VERSION', message };
}

/** The minor version, e.g. `1.34` of `1.34.1`. */
export function minorOf(id: string): string {
  return id.split('.').slice(0, 2).join('.');
}

/** Compares versions numerically by part; returns a negative number, a positive number or 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
