import type { Database } from '../../../kernel/postgres/database.js';
import { Product } from '../../runtime/graph/product.type.js';
import { runOutsideRequestScope } from '../../../kernel/request-scope.js';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import { Availability, type ProductAvailability } from '../api/region/availability.type.js';
import type { Cloud, Region, Zone } from '../api/region/region.type.js';
import type { TimeZone, TimeZoneGroup } from '../api/time-zone/time-zone.type.js';

/** A region with everything that hangs on it. */
export interface CatalogRegion extends Region {
  readonly timeZoneId: string;
  readonly zones: readonly Zone[];
  /** One entry for each product, in the order of the enum. */
  readonly products: readonly ProductAvailability[];
}

/** Regions, zones and time zones, in the order of the ACK documentation. */
export interface RegionCatalog {
  readonly regions: readonly CatalogRegion[];
  readonly timeZones: readonly TimeZone[];
  /** By id and by documented id. */
  readonly regionById: ReadonlyMap<string, CatalogRegion>;
  /** By any name of the IANA time zone database, and by the documented spelling. */
  readonly timeZoneNamed: (name: string) => TimeZone | undefined;
  readonly zoneById: ReadonlyMap<string, Zone>;
}

/**
 * The catalogue, read once per process: four statements at the first use, none afterwards. It changes only by a
 * release, and a release restarts the process.
 */
export class RegionCatalogStore {
  private loading: Promise<RegionCatalog> | undefined;

  constructor(private readonly database: Database) {}

  /** The catalogue; a read that fails, or finds a database that is not seeded yet, is tried again at the next use. */
  catalogue(): Promise<RegionCatalog> {
    this.loading ??= runOutsideRequestScope(() => this.load()).then(
      (catalogue) => {
        if (catalogue.regions.length === 0) this.loading = undefined;
        return catalogue;
      },
      (error: unknown) => {
        this.loading = undefined;
        throw error;
      },
    );
    return this.loading;
  }

  private async load(): Promise<RegionCatalog> {
    const [regionRows, zoneRows, cells, timeZoneRows] = await Promise.all([
      this.database.region.findMany({ orderBy: { position: 'asc' } }),
      this.database.zone.findMany({ orderBy: { id: 'asc' } }),
      this.database.productAvailability.findMany(),
      this.database.timeZone.findMany({ orderBy: { position: 'asc' } }),
    ]);
    const zones = Map.groupBy(zoneRows, (zone) => zone.regionId);
    const cell = new Map(
      cells.map((row) => [`${row.regionId}/${row.product}`, row.availability as Availability]),
    );
    const availabilityOf = (regionId: string, product: Product) =>
      cell.get(`${regionId}/${product}`) ?? Availability.UNAVAILABLE;
    const regions = regionRows.map(({ timeZone, ...row }) => ({
      ...row,
      cloud: row.cloud as Cloud,
      timeZoneId: timeZone,
      zones: zones.get(row.id) ?? [],
      products: Object.values(Product).map((product) => ({
        product,
        availability: availabilityOf(row.id, product),
      })),
    }));
    const timeZones = timeZoneRows.map((row) => ({ ...row, group: row.group as TimeZoneGroup }));
    return {
      regions,
      timeZones,
      regionById: bothSpellings(regions),
      timeZoneNamed: timeZonesByName(timeZones),
      zoneById: new Map(zoneRows.map((zone) => [zone.id, zone])),
    };
  }
}

function bothSpellings(regions: readonly CatalogRegion[]): Map<string, CatalogRegion> {
  return new Map([
    ...regions.map((region): [string, CatalogRegion] => [region.documentedId, region]),
    ...regions.map((region): [string, CatalogRegion] => [region.id, region]),
  ]);
}
