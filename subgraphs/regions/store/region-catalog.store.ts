import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { type Product, products } from '../../../kernel/product.js';
import { runOutsideRequestScope } from '../../../kernel/request-scope.js';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import { AVAILABILITIES, CLOUDS, TIME_ZONE_GROUPS } from '../model/region.enums.js';
import type { Region, RegionCatalog } from '../model/region-catalog.js';

const checkRegions = checkedColumns('regions.region', 'id', { cloud: oneOf(CLOUDS) });
const checkCells = checkedColumns('regions.product_availability', 'regionId', {
  product: oneOf(products),
  availability: oneOf(AVAILABILITIES),
});
const checkTimeZones = checkedColumns('regions.time_zone', 'id', { group: oneOf(TIME_ZONE_GROUPS) });

/**
 * Caches the catalog: four statements on first use, none afterwards. It changes only with a release, which restarts
 * the process.
 */
export class RegionCatalogStore {
  private loading: Promise<RegionCatalog> | undefined;

  constructor(private readonly database: Database) {}

  /** Returns the catalog; a read that fails or finds a database that is not seeded yet is retried on next use. */
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
    const [regionRows, zoneRows, cells, timeZones] = await Promise.all([
      this.database.region.findMany({ orderBy: { position: 'asc' } }).then(checkRegions),
      this.database.zone.findMany({ orderBy: { id: 'asc' } }),
      this.database.productAvailability.findMany().then(checkCells),
      this.database.timeZone.findMany({ orderBy: { position: 'asc' } }).then(checkTimeZones),
    ]);
    const zones = Map.groupBy(zoneRows, (zone) => zone.regionId);
    const cell = new Map(cells.map((row) => [`${row.regionId}/${row.product}`, row.availability]));
    const availabilityOf = (regionId: string, product: Product) =>
      cell.get(`${regionId}/${product}`) ?? 'UNAVAILABLE';
    const regions = regionRows.map(({ timeZone, ...row }) => ({
      ...row,
      timeZoneId: timeZone,
      zones: zones.get(row.id) ?? [],
      products: products.map((product) => ({
        product,
        availability: availabilityOf(row.id, product),
      })),
    }));
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
