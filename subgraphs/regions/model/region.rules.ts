import type { CatalogRegion } from '../store/region-catalog.store.js';
import { type Product } from '../../runtime/graph/product.type.js';
import { Availability } from '../api/region/availability.type.js';
import type { RegionFilter } from '../api/region/region.type.js';

/** Whether the product can be had in the region. */
export function availabilityIn(region: CatalogRegion, product: Product): Availability {
  return region.products.find((cell) => cell.product === product)?.availability ?? Availability.UNAVAILABLE;
}

/** Whether the region passes the filter. `timeZone` is the IANA name, not the documented spelling. */
export function matches(region: CatalogRegion, filter: RegionFilter): boolean {
  if (filter.cloud && region.cloud !== filter.cloud) return false;
  if (filter.timeZone && region.timeZoneId !== filter.timeZone) return false;
  if (!filter.product && !filter.availability) return true;
  const wanted = filter.availability ?? Availability.AVAILABLE;
  const cells = region.products.filter((cell) => !filter.product || cell.product === filter.product);
  return cells.some((cell) => cell.availability === wanted);
}
