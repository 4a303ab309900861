import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../kernel/package-root.js';

const instanceTypeSchema = z.object({
  id: z.string(),
  family: z.string(),
  vcpus: z.number(),
  memoryGiB: z.number(),
  architecture: z.string(),
  gpus: z.number(),
  enis: z.number().default(0),
  ipsPerEni: z.number().default(0),
  gpuMemoryGiB: z.number().default(0),
  npus: z.number().default(0),
  epcGiB: z.number().default(0),
  bareMetal: z.boolean().default(false),
});
const zoneSchema = z.object({ id: z.string(), regionId: z.string() });
const imageSchema = z.object({
  id: z.string(),
  name: z.string(),
  osFamily: z.string(),
  architecture: z.string(),
});
const versionSchema = z.object({ id: z.string(), minor: z.string(), releasedAt: z.string() });

export type InstanceType = z.infer<typeof instanceTypeSchema>;
type Zone = z.infer<typeof zoneSchema>;

/** Products of the simulated cloud. */
export interface CloudCatalog {
  readonly instanceTypes: ReadonlyMap<string, InstanceType>;
  readonly zones: ReadonlyMap<string, Zone>;
  readonly versions: ReadonlySet<string>;
  readonly images: ReadonlyMap<string, z.infer<typeof imageSchema>>;
}

/** Reads the catalog from prisma/catalog. */
export function readCloudCatalog(): CloudCatalog {
  const types = read('instance-types.json', z.array(instanceTypeSchema));
  const zones = read('zones.json', z.array(zoneSchema));
  const versions = read('kubernetes-versions.json', z.array(versionSchema));
  return {
    instanceTypes: new Map(types.map((type) => [type.id, type])),
    zones: new Map(zones.map((zone) => [zone.id, zone])),
    images: new Map(read('node-images.json', z.array(imageSchema)).map((image) => [image.id, image])),
    versions: new Set(versions.map((version) => version.id)),
  };
}

function read<T>(file: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(packageRoot, 'prisma/catalog', file), 'utf8')));
}

/** Minimum vCPU and memory of a node. */
export const MIN_NODE_RESOURCES = { vcpus: 4, memoryGiB: 8 } as const;

const VERSION = /^1\.(\d{1,3})\.(\d{1,3})$/;

/**
 * Whether the cloud supports a Kubernetes version: those of the catalog and versions that may have been published
 * since, i.e. later patches and later even minor versions.
 */
export function supportsVersion({ versions }: CloudCatalog, version: string): boolean {
  if (versions.has(version)) return true;
  const [minor, patch] = partsOf(version);
  if (minor === undefined || patch === undefined || minor % 2 !== 0) return false;
  const parsedVersions = [...versions].map(partsOf);
  const patches = parsedVersions.flatMap(([versionMinor, other]) =>
    versionMinor === minor && other !== undefined ? [other] : [],
  );
  if (patches.length > 0) return patch > Math.max(...patches);
  return minor > Math.max(...parsedVersions.map(([versionMinor]) => versionMinor ?? 0));
}

/** The number of a minor version, e.g. 34 of `1.34.3`; NaN if the version has none. */
export function minorNumber(version: string): number {
  return partsOf(version)[0] ?? Number.NaN;
}

function partsOf(version: string): [minor?: number, patch?: number] {
  const [, minor, patch] = VERSION.exec(version) ?? [];
  return minor === undefined ? [] : [Number(minor), Number(patch)];
}
