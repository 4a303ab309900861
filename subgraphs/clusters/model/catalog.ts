import type { ReleaseNotes } from './release.rules.js';
import { type InstanceTypeValue, VersionPolicy } from './version.rules.js';

/** A region with what decides about clusters in it. */
export interface CatalogRegion {
  readonly id: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Of its city, in degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly zoneIds: readonly string[];
  /** AVAILABLE, UNAVAILABLE or COMING_SOON, by product. */
  readonly availability: ReadonlyMap<string, string>;
}

/** What can be asked for. */
export interface ClusterCatalog {
  /** By id and by the id that the ACK documentation prints. */
  readonly regions: ReadonlyMap<string, CatalogRegion>;
  /** A time zone by any of its IANA names, or by the misspelled form of the ACK documentation. */
  readonly timeZoneNamed: (name: string) => { readonly id: string } | undefined;
  readonly instanceTypes: ReadonlyMap<string, InstanceTypeValue>;
  readonly versions: VersionPolicy;
  readonly notes: ReleaseNotes;
}
