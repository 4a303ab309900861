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

/** A version and where it stands in its life. */
export interface VersionStatus extends Version {
  /** The newest patch of one of the newest two minor versions. */
  readonly creatable: boolean;
  /** The newest patch of one of the newest three minor versions. */
  readonly supported: boolean;
  readonly expired: boolean;
  /** Whether its minor version is one of the newest three: clusters of it get technical support. */
  readonly minorSupported: boolean;
}

/** How many of the newest minor versions can be created, and are supported; of each only its newest patch. */
const CREATABLE_MINORS = 2;
const SUPPORTED_MINORS = 3;

/** A version that was asked for: the one it means, or why it is refused. */
export type VersionChoice =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** What the published versions mean for creating, supporting and upgrading clusters. */
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

  /** Every version, newest first. */
  all(): VersionStatus[] {
    return this.versions.map((version) => this.status(version.id));
  }

  has(id: string): boolean {
    return this.versions.some((version) => version.id === id);
  }

  /** Where a version stands; one that is not in the catalog any more has expired. */
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

  /** When a version was released; null when the catalog does not have it. */
  releasedAt(id: string): Date | null {
    return this.versions.find((version) => version.id === id)?.releasedAt ?? null;
  }

  /**
   * When a version expired: with the next patch of its minor version, or with the minor version that is three ahead
   * in the catalog, whichever came first. Null while it has not, and for a version that the catalog does not have.
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

  /** The minor version before this one in the catalog; null for the oldest and for unknown ones. */
  minorBefore(minor: string): string | null {
    const index = this.minors.indexOf(minor);
    return index < 0 ? null : (this.minors[index + 1] ?? null);
  }

  /** What a cluster of this version can be upgraded to: newer patches, and the neighbouring minor version. */
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

  /** The version of a new cluster: as asked for, by patch or minor; the newest when nothing was asked for. */
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

  /** The version of an upgrade, by patch or minor (its newest patch). */
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

  /** The newest patch of a minor version. */
  newestOf(minor: string): string | undefined {
    return this.versions.find((version) => version.minor === minor)?.id;
  }
}

function unknownVersion(requested: string | null | undefined): VersionChoice {
  const message = `There is no Kubernetes version ${requested ?? ''}; see Query.kubernetesVersions.`;
  return { ok: false, code: 'UNKNOWN_VERSION', message };
}

/** `1.34` of `1.34.1`. */
export function minorOf(id: string): string {
  return id.split('.').slice(0, 2).join('.');
}

/** Compares versions part by part as numbers: below, above or equal 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
