import { nearest } from '../../../../kernel/great-circle.js';
import type { Product } from '../../../../kernel/product.js';
import type { Region, Zone } from '../../model/region-catalog.js';
import { availabilityIn, matches, type RegionSelection } from '../../model/region.rules.js';
import type { RegionCatalogStore } from '../../store/region-catalog.store.js';

/** Reads the regions and zones of the catalog. They are the same for every account. */
export class RegionService {
  constructor(private readonly store: RegionCatalogStore) {}

  /** The region by its id or its documented id. */
  async region(id: string): Promise<Region | null> {
    return (await this.store.read()).regionById.get(id) ?? null;
  }

  /** Regions that match the filter, in the order of the ACK documentation. */
  async regions(filter: RegionSelection): Promise<readonly Region[]> {
    const { regions, timeZoneNamed } = await this.store.read();
    const timeZone = filter.timeZone ? (timeZoneNamed(filter.timeZone)?.id ?? filter.timeZone) : null;
    return regions.filter((region) => matches(region, { ...filter, timeZone }));
  }

  /** The region nearest to this one, itself included, that offers the product. */
  async nearestRegion(region: Region, product: Product): Promise<Region | null> {
    const { regions } = await this.store.read();
    const offering = regions.filter((candidate) => availabilityIn(candidate, product) === 'AVAILABLE');
    if (offering.includes(region)) return region;
    return nearest(region, offering)?.place ?? null;
  }

  async zone(id: string): Promise<Zone | null> {
    return (await this.store.read()).zoneById.get(id) ?? null;
  }
}
