import type { CatalogRegion, RegionCatalogStore } from '../../store/region-catalog.store.js';
import type { RegionFilter, Zone } from './region.type.js';
import { nearest } from '../../../../kernel/great-circle.js';
import type { Product } from '../../../runtime/graph/product.type.js';
import { Availability } from './availability.type.js';
import { availabilityIn, matches } from '../../model/region.rules.js';
import type { TimeZone, TimeZoneGroup } from '../time-zone/time-zone.type.js';

/** Reads the catalogue of places and times. It is the same for every account. */
export class RegionsService {
  constructor(private readonly store: RegionCatalogStore) {}

  /** The region by its id or its documented id. */
  async region(id: string): Promise<CatalogRegion | null> {
    return (await this.store.catalogue()).regionById.get(id) ?? null;
  }

  /** Regions that pass the filter, in the order of the ACK documentation. */
  async regions(filter: RegionFilter): Promise<readonly CatalogRegion[]> {
    const { regions, timeZoneNamed } = await this.store.catalogue();
    const spelled = filter.timeZone ? (timeZoneNamed(filter.timeZone)?.id ?? filter.timeZone) : null;
    return regions.filter((region) => matches(region, { ...filter, timeZone: spelled }));
  }

  /** The region nearest to this one, itself included, that offers the product. */
  async nearestRegion(region: CatalogRegion, product: Product): Promise<CatalogRegion | null> {
    const { regions } = await this.store.catalogue();
    const offering = regions.filter((one) => availabilityIn(one, product) === Availability.AVAILABLE);
    if (offering.includes(region)) return region;
    return nearest(region, offering)?.place ?? null;
  }

  async zone(id: string): Promise<Zone | null> {
    return (await this.store.catalogue()).zoneById.get(id) ?? null;
  }

  /** The time zone by any of its IANA names or its documented spelling. */
  async timeZone(id: string): Promise<TimeZone | null> {
    return (await this.store.catalogue()).timeZoneNamed(id) ?? null;
  }

  /** Every time zone, or those of one group. */
  async timeZones(group: TimeZoneGroup | null): Promise<readonly TimeZone[]> {
    const { timeZones } = await this.store.catalogue();
    return group ? timeZones.filter((zone) => zone.group === group) : timeZones;
  }
}
