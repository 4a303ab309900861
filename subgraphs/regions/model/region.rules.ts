import type { Product } from '../../../kernel/product.js';
import type { Availability, Cloud } from './region.enums.js';
import type { Region } from './region-catalog.js';

/** Filter of regions; all conditions must match. */
export interface RegionSelection {
  readonly cloud?: Cloud | null;
  readonly product?: Product | null;
  readonly availability?: Availability | null;
  /** IANA name. */
  readonly timeZone?: string | null;
}

/** Whether the product is offered in the region. */
export function availabilityIn(region: Region, product: Product): Availability {
  return region.products.find((cell) => cell.product === product)?.availability ?? 'UNAVAILABLE';
}

/** Whether the region matches the filter. */
export function matches(region: Region, filter: RegionSelection): boolean {
  if (filter.cloud && region.cloud !== filter.cloud) return false;
  if (filter.timeZone && region.timeZoneId !== filter.timeZone) return false;
  if (!filter.product && !filter.availability) return true;
  const availability = filter.availability ?? 'AVAILABLE';
  const cells = region.products.filter((cell) => !filter.product || cell.product === filter.product);
  return cells.some((cell) => cell.availability === availability);
}
