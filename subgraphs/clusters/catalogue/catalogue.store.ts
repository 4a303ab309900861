import type { Database } from '../../../kernel/database.js';
import { type InstanceTypeValue, VersionPolicy } from '../version/version.rules.js';

/** A region with what decides about clusters in it. */
export interface CatalogueRegion {
  readonly id: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly zoneIds: readonly string[];
  /** AVAILABLE, UNAVAILABLE or COMING_SOON, by product. */
  readonly availability: ReadonlyMap<string, string>;
}

/** What can be asked for. */
export interface Catalogue {
  /** By id and by the id that the product document prints. */
  readonly regions: ReadonlyMap<string, CatalogueRegion>;
  /** IANA names, by themselves and by the misspelled form of the product document. */
  readonly timeZones: ReadonlyMap<string, string>;
  readonly instanceTypes: ReadonlyMap<string, InstanceTypeValue>;
  readonly versions: VersionPolicy;
}

/**
 * The catalogue, read once per process: six statements at the first use, none afterwards. It changes only by a
 * release, and a release restarts the process.
 */
export class CatalogueStore {
  private loading: Promise<Catalogue> | undefined;

  constructor(private readonly database: Database) {}

  /** The catalogue; a read that fails is tried again at the next use. */
  catalogue(): Promise<Catalogue> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async load(): Promise<Catalogue> {
    const [regions, zones, cells, timeZones, instanceTypes, versions] = await Promise.all([
      this.database.region.findMany(),
      this.database.zone.findMany({ orderBy: { id: 'asc' } }),
      this.database.productAvailability.findMany(),
      this.database.timeZone.findMany(),
      this.database.instanceType.findMany({
        orderBy: [{ vcpus: 'asc' }, { memoryGiB: 'asc' }, { id: 'asc' }],
      }),
      this.database.kubernetesVersion.findMany(),
    ]);
    const zonesOf = Map.groupBy(zones, (zone) => zone.regionId);
    const cellsOf = Map.groupBy(cells, (cell) => cell.regionId);
    const complete = regions.map((region) => ({
      id: region.id,
      name: region.name,
      timeZone: region.timeZone,
      zoneIds: (zonesOf.get(region.id) ?? []).map((zone) => zone.id),
      availability: new Map((cellsOf.get(region.id) ?? []).map((cell) => [cell.product, cell.availability])),
      documentedId: region.documentedId,
    }));
    return {
      regions: new Map(
        complete.flatMap((region) => [
          [region.documentedId, region],
          [region.id, region],
        ]),
      ),
      timeZones: new Map(
        timeZones.flatMap(({ id, documentedId }) => [
          [documentedId ?? id, id],
          [id, id],
        ]),
      ),
      instanceTypes: new Map(instanceTypes.map((type) => [type.id, type])),
      versions: new VersionPolicy(versions),
    };
  }
}
