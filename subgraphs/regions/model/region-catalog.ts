import type { Product } from '../../../kernel/product.js';
import type { Availability, Cloud, TimeZoneGroup } from './region.enums.js';

export interface Zone {
  readonly id: string;
  readonly regionId: string;
}

interface ProductAvailability {
  readonly product: Product;
  readonly availability: Availability;
}

/** A region with its zones and the availability of products; the GraphQL type Region describes the fields. */
export interface Region {
  readonly id: string;
  readonly documentedId: string;
  readonly name: string;
  readonly localName: string;
  readonly city: string;
  readonly localCity: string;
  readonly cloud: Cloud;
  readonly latitude: number;
  readonly longitude: number;
  readonly timeZoneId: string;
  readonly zones: readonly Zone[];
  /** One entry for each product, in the order of `products`. */
  readonly products: readonly ProductAvailability[];
}

export interface TimeZone {
  /** Name in the IANA time zone database. */
  readonly id: string;
  readonly documentedId: string | null;
  readonly group: TimeZoneGroup;
  readonly documentedUtcOffset: string;
}

/** Regions, zones and time zones, in the order of the ACK documentation. */
export interface RegionCatalog {
  readonly regions: readonly Region[];
  readonly timeZones: readonly TimeZone[];
  /** By id and by documented id. */
  readonly regionById: ReadonlyMap<string, Region>;
  /** By any name of the IANA time zone database, and by the documented spelling. */
  readonly timeZoneNamed: (name: string) => TimeZone | undefined;
  readonly zoneById: ReadonlyMap<string, Zone>;
}
