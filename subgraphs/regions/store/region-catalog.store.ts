import type { Database } from '../../../kernel/postgres/database.js';
import { type Product, products } from '../../../kernel/product.js';
import { runOutsideRequestScope } from '../../../kernel/request-scope.js';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import type { Availability, Cloud, TimeZoneGroup } from '../model/region.enums.js';
import type { Region, RegionCatalog } from '../model/region-catalog.js';

/**
 * The catalog, read once per process: four statements at the first use, none afterwards. It changes only by a
 * release, and a release restarts the process.
 */
export class RegionCatalogStore {
  private loading: Promise<RegionCatalog> | undefined;

  constructor(private readonly database: Database) {}

  /** The catalog; a read that fails, or finds a database that is not seeded yet, is tried again at the next use. */
  read(): Promise<RegionCatalog> {
    this.loading ??= runOutsideRequestScope(() => this.load()).then(
      (catalog) => {
        if (catalog.regions.length === 0) this.loading = undefined;
        return catalog;
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
      cell.get(`${regionId}/${product}`) ?? 'UNAVAILABLE';
    const regions = regionRows.map(({ timeZone, ...row }) => ({
      ...row,
      cloud: row.cloud as Cloud,
      timeZoneId: timeZone,
      zones: zones.get(row.id) ?? [],
      products: products.map((product) => ({
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

function bothSpellings(regions: readonly Region[]): Map<string, Region> {
  return new Map([
    ...regions.map((region): [string, Region] => [region.documentedId, region]),
    ...regions.map((region): [string, Region] => [region.id, region]),
  ]);
}
