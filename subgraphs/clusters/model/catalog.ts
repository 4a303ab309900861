import type { ReleaseNotes } from './release.rules.js';
import { type InstanceTypeValue, VersionPolicy } from './version.rules.js';

/** A region with the fields that decide which clusters it can have. */
export interface CatalogRegion {
  readonly id: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Coordinates of its city, in degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly zoneIds: readonly string[];
  /** AVAILABLE, UNAVAILABLE or COMING_SOON, by product. */
  readonly availability: ReadonlyMap<string, string>;
}

/** The catalog data that requests are validated against. */
export interface ClusterCatalog {
  /** By id and by the alias that the ACK documentation uses. */
  readonly regions: ReadonlyMap<string, CatalogRegion>;
  /** Finds a time zone by any of its IANA names, or by the misspelled form of the ACK documentation. */
  readonly timeZoneNamed: (name: string) => { readonly id: string } | undefined;
  readonly instanceTypes: ReadonlyMap<string, InstanceTypeValue>;
  readonly versions: VersionPolicy;
  readonly notes: ReleaseNotes;
}
