import type { Problem } from '../../../kernel/result.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import { availabilityProblems } from './availability.rules.js';
import { type NetworkRequest, validateNetwork } from './network.rules.js';
import { loadBalancerProblems } from './charge-type.rules.js';
import { validateLabels, validateName } from './name.rules.js';
import {
  defaultPoolIndex,
  type NodePoolPlan,
  type NodePoolRequest,
  validateNodePool,
  planNodePool,
} from './node-pool.rules.js';
import type { ClusterCapability, NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';
import { kindOf } from './cluster-kind.rules.js';
import { kindProblems, planKind } from './kind-plan.rules.js';
import type { MastersRequest } from './masters.rules.js';
import { defaultPoolProblems, poolZoneProblems } from './pool-config.rules.js';
import type { VersionChoice } from './version.rules.js';
import type { Product } from '../../../kernel/product.js';
import type { ClusterCatalog, CatalogRegion } from './catalog.js';

const MAX_POOLS = 100;
const MAX_ZONES = 20;

/** A request for a new cluster. */
export interface ClusterRequest {
  readonly name: string;
  readonly regionId: string;
  readonly type: ClusterType;
  readonly profile?: ClusterProfile | null | undefined;
  readonly spec?: ClusterSpec | null | undefined;
  readonly version?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly zoneIds?: readonly string[] | null | undefined;
  readonly nodePools?: readonly NodePoolRequest[] | null | undefined;
  readonly loadBalancer?: { readonly chargeType: string } | null | undefined;
  readonly labels?: unknown;
  readonly deletionProtection?: boolean | null | undefined;
  readonly capability?: ClusterCapability | null | undefined;
  readonly masters?: MastersRequest | null | undefined;
  readonly networkPlugin?: NetworkPlugin | null | undefined;
  readonly network?: NetworkRequest | null | undefined;
  readonly storagePlugin?: StoragePlugin | null | undefined;
}

/** A validated cluster with its defaults filled in. */
export interface ClusterPlan {
  readonly name: string;
  readonly regionId: string;
  readonly type: ClusterType;
  readonly profile: ClusterProfile;
  readonly spec: ClusterSpec | null;
  readonly product: Product;
  readonly version: string;
  readonly timeZone: string;
  readonly zoneIds: readonly string[];
  readonly nodePools: readonly NodePoolPlan[];
  readonly labels: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly capability: ClusterCapability | null;
  /** Instance types of the account's masters. */
  readonly masters: readonly string[];
  readonly networkPlugin: NetworkPlugin;
  readonly network: NetworkRequest | null;
  /** Zones that the request names; null when the network decides. */
  readonly namedZones: readonly string[] | null;
  readonly storagePlugin: StoragePlugin;
}

/** The catalog entries that a request refers to. */
interface Reading {
  readonly region: CatalogRegion | undefined;
  readonly product: ReturnType<typeof kindOf>;
  readonly version: VersionChoice;
  readonly timeZone: string | undefined;
}

/** Validates a request against the catalog: returns a plan, or all problems at once. */
export function planCluster(
  request: ClusterRequest,
  catalog: ClusterCatalog,
): { plan?: ClusterPlan; problems: Problem[] } {
  const region = catalog.regions.get(request.regionId);
  const reading: Reading = {
    region,
    product: kindOf(request),
    version: catalog.versions.choose(request.version),
    timeZone: request.timeZone == null ? region?.timeZone : catalog.timeZoneNamed(request.timeZone)?.id,
  };
  const problems = problemsOf(request, reading, catalog);
  const plan = problems.length === 0 ? complete(request, reading) : undefined;
  return { ...(plan && { plan }), problems };
}

function problemsOf(
  request: ClusterRequest,
  { region, product, version }: Reading,
  catalog: ClusterCatalog,
): Problem[] {
  return [
    ...validateName(request.name, ['input', 'name']),
    ...regionProblems(request, region),
    ...product.problems,
    ...availabilityProblems(region, product.kind?.product, catalog.regions),
    ...(version.ok ? [] : [{ code: version.code, message: version.message, path: ['input', 'version'] }]),
    ...timeZoneProblems(request, catalog),
    ...poolListProblems(request, catalog),
    ...kindProblems(request, product.kind, { version, types: catalog.instanceTypes }),
    ...validateNetwork(request.network, {
      plugin: request.networkPlugin ?? 'FLANNEL',
      hasNetwork: request.type !== 'EXTERNAL_KUBERNETES',
    }),
    ...loadBalancerProblems(request.loadBalancer, ['input', 'loadBalancer', 'chargeType']),
    ...validateLabels(request.labels, ['input', 'labels']),
  ];
}

/** Fills in the defaults; undefined only for a request that has problems. */
function complete(
  request: ClusterRequest,
  { region, product, version, timeZone }: Reading,
): ClusterPlan | undefined {
  if (!region || !product.kind || !version.ok || !timeZone) return undefined;
  const { kind } = product;
  return {
    name: request.name,
    regionId: region.id,
    type: request.type,
    ...planKind(request, kind),
    network: request.network ?? null,
    namedZones: namedZones(request),
    version: version.version,
    timeZone,
    zoneIds: zonesOf(request, region),
    nodePools: (request.nodePools ?? []).map(planNodePool),
    labels: (request.labels ?? {}) as Record<string, string>,
    deletionProtection: request.deletionProtection ?? false,
  };
}

/** The distinct zones that the request names; null when it names none. */
function namedZones({ zoneIds }: ClusterRequest): readonly string[] | null {
  return zoneIds?.length ? [...new Set(zoneIds)] : null;
}

function zonesOf(request: ClusterRequest, region: CatalogRegion): readonly string[] {
  return namedZones(request) ?? region.zoneIds;
}

function regionProblems(request: ClusterRequest, region: CatalogRegion | undefined): Problem[] {
  if (!region) {
    const message = `There is no region ${request.regionId}; see Query.regions.`;
    return [{ code: 'UNKNOWN_REGION', message, path: ['input', 'regionId'] }];
  }
  const zoneIds = request.zoneIds ?? [];
  if (zoneIds.length > MAX_ZONES) {
    const message = `At most ${MAX_ZONES} zones, not ${zoneIds.length}.`;
    return [{ code: 'INVALID_INPUT', message, path: ['input', 'zoneIds'] }];
  }
  return zoneIds.flatMap((id, index): Problem[] => {
    if (region.zoneIds.includes(id)) return [];
    const message = `${region.id} has no zone ${id}; it has ${region.zoneIds.join(', ')}.`;
    return [{ code: 'UNKNOWN_ZONE', message, path: ['input', 'zoneIds', String(index)] }];
  });
}

function timeZoneProblems(request: ClusterRequest, catalog: ClusterCatalog): Problem[] {
  if (request.timeZone == null || catalog.timeZoneNamed(request.timeZone)) return [];
  const message = `There is no time zone ${request.timeZone}; see Query.timeZones.`;
  return [{ code: 'UNKNOWN_TIME_ZONE', message, path: ['input', 'timeZone'] }];
}

function poolListProblems({ nodePools, regionId }: ClusterRequest, catalog: ClusterCatalog): Problem[] {
  const pools = nodePools ?? [];
  const path = ['input', 'nodePools'];
  if (pools.length > MAX_POOLS) {
    return [
      {
        code: 'INVALID_INPUT',
        message: `At most ${MAX_POOLS} node pools at once, not ${pools.length}.`,
        path,
      },
    ];
  }
  const names = pools.map((pool) => pool.name);
  return pools.flatMap((pool, index) => {
    const itemPath = [...path, String(index)];
    const problems = [
      ...validateNodePool(pool, catalog.instanceTypes, itemPath),
      ...poolZoneProblems(pool, catalog.regions.get(regionId)?.zoneIds ?? [], itemPath),
      ...(index === defaultPoolIndex(pools) ? defaultPoolProblems(pool, itemPath) : []),
    ];
    if (names.indexOf(pool.name) === index) return problems;
    const message = `Two node pools have the name ${pool.name}.`;
    return [...problems, { code: 'DUPLICATE_NAME', message, path: [...itemPath, 'name'] } satisfies Problem];
  });
}
