import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root.js';

/** Availability of a product in a region. */
type AvailabilityName = 'AVAILABLE' | 'UNAVAILABLE' | 'COMING_SOON';

interface RegionEntry {
  readonly id: string;
  /** The id in the ACK documentation. */
  readonly documentedId: string;
  readonly name: string;
  readonly localName: string;
  readonly city: string;
  readonly localCity: string;
  readonly cloud: string;
  readonly timeZone: string;
  /** Degrees north of the equator of its city. */
  readonly latitude: number;
  /** Degrees east of Greenwich of its city. */
  readonly longitude: number;
  /** Availability by product. */
  readonly availability: Readonly<Record<string, AvailabilityName>>;
}

interface ZoneEntry {
  readonly id: string;
  readonly regionId: string;
}

export interface TimeZoneEntry {
  /** Spelling of the ACK documentation. */
  readonly id: string;
  readonly documentedUtcOffset: string;
}

/** Limits of a product; null: the limit does not apply to it. */
export interface ClusterQuotaCounts {
  readonly clustersPerAccount: number | null;
  readonly nodePoolsPerCluster: number | null;
  readonly nodesPerCluster: number | null;
  readonly podsPerNode: number | null;
  readonly podsPerCluster: number | null;
}

export interface ClusterQuotaEntry extends ClusterQuotaCounts {
  readonly product: string;
  readonly notAdjustable: readonly string[];
}

export interface ResourceQuotaEntry {
  readonly id: string;
  readonly description: string;
  /** null: computed or variable, see the description. */
  readonly limit: number | null;
  readonly unit: string;
  readonly adjustable: boolean;
}

interface InstanceTypeEntry {
  readonly id: string;
  readonly family: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly architecture: string;
  readonly gpus: number;
  /** Elastic network interfaces, the primary one included. */
  readonly enis: number;
  /** Private IPv4 addresses of each interface. */
  readonly ipsPerEni: number;
  /** GiB of each GPU. Default 0. */
  readonly gpuMemoryGiB?: number;
  /** Default 0. */
  readonly npus?: number;
  /** GiB of encrypted memory. Default 0. */
  readonly epcGiB?: number;
  /** Default false. */
  readonly bareMetal?: boolean;
}

interface KubernetesVersionEntry {
  readonly id: string;
  readonly minor: string;
  readonly releasedAt: string;
}

/** The content of prisma/catalog, from which the database is seeded. */
export interface Catalog {
  readonly regions: readonly RegionEntry[];
  readonly zones: readonly ZoneEntry[];
  readonly timeZones: readonly TimeZoneEntry[];
  readonly clusterQuotas: readonly ClusterQuotaEntry[];
  readonly resourceQuotas: readonly ResourceQuotaEntry[];
  readonly instanceTypes: readonly InstanceTypeEntry[];
  readonly kubernetesVersions: readonly KubernetesVersionEntry[];
  /** SHA-256 of the files in hexadecimal, which detects changes. */
  readonly hash: string;
}

/** Reads the catalog; throws if a file is missing or is not JSON. */
export async function readCatalog(folder = join(packageRoot, 'prisma/catalog')): Promise<Catalog> {
  const hash = createHash('sha256');
  const read = async <T>(name: string): Promise<readonly T[]> => {
    const text = await readFile(join(folder, `${name}.json`), 'utf8');
    hash.update(`${name}\n${text}\n`);
    return JSON.parse(text) as readonly T[];
  };
  // Sequential: the hash depends on the order.
  const files = {
    regions: await read<RegionEntry>('regions'),
    zones: await read<ZoneEntry>('zones'),
    timeZones: await read<TimeZoneEntry>('time-zones'),
    clusterQuotas: await read<ClusterQuotaEntry>('cluster-quotas'),
    resourceQuotas: await read<ResourceQuotaEntry>('resource-quotas'),
    instanceTypes: await read<InstanceTypeEntry>('instance-types'),
    kubernetesVersions: await read<KubernetesVersionEntry>('kubernetes-versions'),
  };
  return { ...files, hash: hash.digest('hex') };
}
