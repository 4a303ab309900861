import type { TimeZoneGroup } from '../../model/region.enums.js';
import type { TimeZone } from '../../model/region-catalog.js';
import type { RegionCatalogStore } from '../../store/region-catalog.store.js';

/** Reads the time zones of the catalog. They are the same for every account. */
export class TimeZoneService {
  constructor(private readonly store: RegionCatalogStore) {}

  /** The time zone by any of its IANA names or its documented spelling. */
  async timeZone(id: string): Promise<TimeZone | null> {
    return (await this.store.read()).timeZoneNamed(id) ?? null;
  }

  /** Every time zone, or those of one group. */
  async timeZones(group: TimeZoneGroup | null): Promise<readonly TimeZone[]> {
    const { timeZones } = await this.store.read();
    return group ? timeZones.filter((zone) => zone.group === group) : timeZones;
  }
}
