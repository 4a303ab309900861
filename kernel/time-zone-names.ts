interface NamedZone {
  readonly id: string;
  /** Another spelling under which the zone is known. */
  readonly documentedId: string | null;
}

/**
 * Finds zones by name: by id, by documented spelling, and by every name that the IANA time zone database links to one of
 * them, e.g. `Europe/Kyiv` for `Europe/Kiev`. The links are those of ICU, which Node.js carries.
 */
export function timeZonesByName<T extends NamedZone>(zones: readonly T[]): (name: string) => T | undefined {
  const spelled = new Map<string, T>();
  for (const zone of zones) if (zone.documentedId !== null) spelled.set(zone.documentedId, zone);
  for (const zone of zones) spelled.set(zone.id, zone);
  let byCanonicalName: Map<string, T> | undefined;
  return (name) => {
    const zone = spelled.get(name);
    if (zone) return zone;
    const canonical = canonicalName(name);
    if (canonical === undefined) return undefined;
    byCanonicalName ??= zonesByCanonicalName(zones);
    return byCanonicalName.get(canonical);
  };
}

/** Of zones that are the same by the database, the first of the list. */
function zonesByCanonicalName<T extends NamedZone>(zones: readonly T[]): Map<string, T> {
  return new Map(zones.map((zone): [string, T] => [canonicalName(zone.id) ?? zone.id, zone]).reverse());
}

function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    // What the database does not know is a RangeError.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
